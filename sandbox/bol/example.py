"""A bol account, as an orderpipe configuration has it."""

from sandbox.bol.dials import BolDials

ACCOUNT = """\
[marketplaces.{account}]
connector = "bol"
start = 2020-01-01T00:00:00Z
poll.orders = "1s"
settle_delay = "1s"
overlap = "2m"

[marketplaces.{account}.settings]
base_url = "{base}/bol"
token_url = "{base}/bol/token"
client_id = "file:bol-client-id"
client_secret = "file:bol-client-secret"
fulfilment_method = "FBR"
several_parcels = "join"
"""

# An order of bol's has no price of its delivery, and its transporter codes are its own.
ROUTE = {"defaults": {"lines.*.shipping_price": "0"}, "carrier_map": {"*": "OTHER"}}


def list_secrets() -> dict[str, str]:
    """File name -> content."""
    dials = BolDials()
    return {"bol-client-id": dials.client_id, "bol-client-secret": dials.client_secret}
