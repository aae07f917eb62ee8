"""A Transiteo account and its route's own tables, as an orderpipe configuration has them."""

from sandbox.transiteo.dials import TransiteoDials

ACCOUNT = """\
[oms.{account}]
connector = "transiteo"
settle_delay = "1s"

[oms.{account}.settings]
base_url = "{base}/transiteo"
token_url = "{base}/transiteo/oauth2/token"
client_id = "file:transiteo-client-id"
refresh_token = "file:transiteo-refresh-token"
get_enabled = true
"""
ROUTE = {"defaults": {"customs.departure_country": "FR"}}


def list_secrets() -> dict[str, str]:
    """File name -> content."""
    dials = TransiteoDials()
    return {"transiteo-client-id": dials.client_id, "transiteo-refresh-token": dials.refresh_token}
