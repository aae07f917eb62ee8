"""An orderpipe account for the simulated Octopia."""

from sandbox.octopia.dials import OctopiaDials

_DIALS = OctopiaDials()

ACCOUNT = f"""\
[marketplaces.{{account}}]
connector = "octopia"
start = 2020-01-01T00:00:00Z
poll.orders = "1s"
settle_delay = "1s"
overlap = "2m"

[marketplaces.{{account}}.settings]
base_url = "{{base}}/octopia/seller/v2"
token_url = "{{base}}/octopia/token"
client_id = "file:octopia-client-id"
client_secret = "file:octopia-client-secret"
seller_id = "{_DIALS.seller_id}"
accept = "after_validation"
"""


def list_secrets() -> dict[str, str]:
    """File name -> content."""
    return {"octopia-client-id": _DIALS.client_id, "octopia-client-secret": _DIALS.client_secret}
