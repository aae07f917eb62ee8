"""An orderpipe account and route for the simulated OIS, in the settings of contracts, OMS 6.2."""

from sandbox.ois.dials import OisDials
from sandbox.ois.reference import PAYMENT_OPTIONS, SHIPPING_AGENTS

_DIALS = OisDials()

ACCOUNT = f"""\
[oms.{{account}}]
connector = "ois"
poll.shipments = "1s"
settle_delay = "1s"

[oms.{{account}}.settings]
base_url = "{{base}}/ois/"
client_id = "file:ois-client-id"
client_secret = "file:ois-client-secret"
audience = "{_DIALS.audience}"
webshop_code = "{next(iter(_DIALS.webshops))}"
order_path = "order/v1/Orders"
lookup_path = "order/v1/Orders/{{{{identifier}}}}"
webhook_log_poll = true

# Where this sandbox's log has what a shipment needs; its dial `ship_after_seconds` says whether there are any.
[oms.{{account}}.settings.webhook_pointers]
status = "Failed"
event = "/Event"
shipped = "Shipped"
entry_id = "/Id"
created_at = "/CreatedAt"
order_id = "/Payload/Identifier"
parcels = "/Payload/Shipments"
number = "/TrackingNumber"
carrier = "/ShippingAgentId"
"""

# OIS wants a delivery method and a VAT rate of every order; not every order brings them.
ROUTE = {
    "defaults": {"delivery.method": "home", "lines.*.tax_rate": "20"},
    "shipping_map": {"*": SHIPPING_AGENTS[0]["Id"]},
    "payment_map": {"*": PAYMENT_OPTIONS[0]["Id"]},
}


def list_secrets() -> dict[str, str]:
    """File name -> content."""
    return {"ois-client-id": _DIALS.client_id, "ois-client-secret": _DIALS.client_secret}
