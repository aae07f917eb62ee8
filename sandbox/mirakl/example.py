"""A Mirakl account, as an orderpipe configuration has it."""

from sandbox.mirakl.dials import MiraklDials

ACCOUNT = """\
[marketplaces.{account}]
connector = "mirakl"
start = 2020-01-01T00:00:00Z
poll.orders = "1s"
settle_delay = "1s"
overlap = "2m"

[marketplaces.{account}.settings]
base_url = "{base}/mirakl"
api_key = "file:mirakl-api-key"
frequency = "500ms"
shipments = "multi"
several_parcels = "join"
"""


def list_secrets() -> dict[str, str]:
    """File name -> content."""
    return {"mirakl-api-key": MiraklDials().api_key}
