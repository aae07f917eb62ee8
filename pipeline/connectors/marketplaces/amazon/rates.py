"""How often each operation may be called: Amazon's default usage plans, as its specifications print them.

A bucket belongs to a seller, an application and an operation; what an account really has is told by the header
`x-amzn-RateLimit-Limit` and fed back (`calls.py`). A 429 tells no time: the budget then stands still for one refill.
"""

from typing import Final

from pipeline.connectors.budget import Rate

SEARCH: Final = Rate("searchOrders", 0.0056, burst=20)  # one call in 178 s
GET: Final = Rate("getOrder", 0.5, burst=30)
CONFIRM: Final = Rate("confirmShipment", 2, burst=10)
STATUS: Final = Rate("updateShipmentStatus", 5, burst=15)
REGULATED: Final = Rate("getOrderRegulatedInfo", 0.5, burst=30)
RESTRICT: Final = Rate("createRestrictedDataToken", 1, burst=10)

SEARCH_V0: Final = Rate("v0 getOrders", 0.0167, burst=20)
GET_V0: Final = Rate("v0 getOrder", 0.5, burst=30)
ITEMS_V0: Final = Rate("v0 getOrderItems", 0.5, burst=30)
ADDRESS_V0: Final = Rate("v0 getOrderAddress", 0.5, burst=30)
BUYER_V0: Final = Rate("v0 getOrderBuyerInfo", 0.5, burst=30)
