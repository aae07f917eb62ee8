"""An orderpipe account for the simulated Tecsys, in the settings of contracts, OMS 6.2."""

from sandbox.tecsys.dials import EXAMPLE_ORDER_PATH, TecsysDials

# The path for new orders is the sandbox's, not the vendor's: S002 has none.
ACCOUNT = f"""\
[oms.{{account}}]
connector = "tecsys"
poll.shipments = "1s"
settle_delay = "1s"

[oms.{{account}}.settings]
base_url = "{{base}}/tecsys/v1/"
subscription_key = "file:tecsys-subscription-key"
create_order_path = "{EXAMPLE_ORDER_PATH}"

# Where this sandbox's orders have their tracking; its dial `ship_after_seconds` says whether there is any.
[oms.{{account}}.settings.tracking_pointers]
search_field = "OrderStatus"
search_value = "Shipped"
updated_at = "/LastUpdatedDate"
number = "/TrackingNumber"
carrier = "/Carrier"
"""


def list_secrets() -> dict[str, str]:
    """File name -> content."""
    return {"tecsys-subscription-key": TecsysDials().subscription_key}
