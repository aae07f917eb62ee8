"""An orderpipe account for the simulated Egenta. `{reput}`: whether an order may be put again."""

from sandbox.egenta.dials import EgentaDials

ACCOUNT = """\
[oms.{account}]
connector = "egenta"
poll.shipments = "1s"
poll.statuses = "1s"
settle_delay = "1s"

[oms.{account}.settings]
base_url = "{base}/egenta/api/"
secret_id = "file:egenta-secret-id"
secret_key = "file:egenta-secret-key"
reput_is_safe = {reput}
"""


def list_secrets() -> dict[str, str]:
    """File name -> content."""
    dials = EgentaDials()
    return {"egenta-secret-id": dials.secret_id, "egenta-secret-key": dials.secret_key}
