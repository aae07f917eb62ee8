"""A Kibo account and its route's own tables, as an orderpipe configuration has them."""

from sandbox.kibo.dials import KiboDials

ACCOUNT = """\
[oms.{account}]
connector = "kibo"
poll.shipments = "1s"
settle_delay = "1s"

[oms.{account}.settings]
base_url = "{base}/kibo/api/v2/"
token_url = "{base}/kibo/oauth2/token"
api_key = "file:kibo-api-key"
api_secret = "file:kibo-api-secret"
manufacturer_id = 1010
catalog_id = 0
customer_ip_fallback = "203.0.113.10"
shipment_poll = true
"""
ROUTE = {"shipping_map": {"*": "standard/Standard"}}


def list_secrets() -> dict[str, str]:
    """File name -> content."""
    dials = KiboDials()
    return {"kibo-api-key": dials.api_key, "kibo-api-secret": dials.api_secret}
