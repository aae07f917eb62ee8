"""An Amazon account, as an orderpipe configuration has it."""

from sandbox.amazon.dials import AmazonDials
from sandbox.amazon.places import SELLING_IDS

_IDS = ", ".join(f'"{marketplace_id}"' for marketplace_id in SELLING_IDS)
ACCOUNT = f"""\
[marketplaces.{{account}}]
connector = "amazon"
start = 2020-01-01T00:00:00Z
poll.orders = "1s"
settle_delay = "1s"
overlap = "2m"

[marketplaces.{{account}}.settings]
base_url = "{{base}}/amazon"
token_url = "{{base}}/amazon/auth/o2/token"
client_id = "file:amazon-client-id"
client_secret = "file:amazon-client-secret"
refresh_token = "file:amazon-refresh-token"
marketplace_ids = [{_IDS}]
several_parcels = "join"
"""

# Amazon tells no billing address (contracts, marketplaces section 4): the buyer pays where the goods go.
_ADDRESS = ("first_name", "last_name", "company", "line1", "line2", "line3", "postal_code", "city", "state", "country")
ROUTE = {"defaults": {f"billing_address.{name}": f"{{shipping_address.{name}}}" for name in _ADDRESS}}


def list_secrets() -> dict[str, str]:
    """File name -> content."""
    dials = AmazonDials()
    return {
        "amazon-client-id": dials.client_id,
        "amazon-client-secret": dials.client_secret,
        "amazon-refresh-token": dials.refresh_token,
    }
