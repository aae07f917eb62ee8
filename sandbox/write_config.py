"""An orderpipe configuration that points at a running sandbox."""

from dataclasses import dataclass, field

from sandbox.egenta.dials import EgentaDials
from sandbox.octopia.dials import OctopiaDials
from sandbox.oms import find_row

EGENTA = """\
[oms.egenta-cdiscount]
connector = "egenta"
poll.shipments = "1s"
poll.statuses = "1s"
settle_delay = "1s"

[oms.egenta-cdiscount.settings]
base_url = "{base}/egenta/api/"
secret_id = "file:egenta-secret-id"
secret_key = "file:egenta-secret-key"
reput_is_safe = {reput}
"""


@dataclass(frozen=True, slots=True)
class ExampleConfig:
    """`secrets`: file name -> content; the TOML names each as `file:NAME`, relative to itself."""

    toml: str
    secrets: dict[str, str] = field(repr=False)


def example_config(base_url: str, *, oms: str = "egenta", reput_is_safe: bool = True) -> ExampleConfig:
    """One Octopia account, one of an OMS, one route between them. `reput_is_safe = false` belongs to an inserting
    Egenta. Short times: this is for trying out. ValueError: no such OMS."""
    octopia, egenta = OctopiaDials(), EgentaDials()
    base = base_url.rstrip("/")
    secrets = {
        "octopia-client-id": octopia.client_id,
        "octopia-client-secret": octopia.client_secret,
    }
    if oms == "egenta":
        account, route = EGENTA.format(base=base, reput="true" if reput_is_safe else "false"), ""
        secrets |= {"egenta-secret-id": egenta.secret_id, "egenta-secret-key": egenta.secret_key}
    else:
        row = find_row(oms)
        account, route = row.account.format(base=base), row.route
        secrets |= row.secrets()
    toml = f"""\
# Points at the sandbox at {base}
data_dir = ".orderpipe"

[limits]
lease = "10s"
call_deadline = "5s"
backoff = ["1s", "10s"]

[marketplaces.cdiscount-fr]
connector = "octopia"
start = 2020-01-01T00:00:00Z
poll.orders = "1s"
settle_delay = "1s"
overlap = "2m"

[marketplaces.cdiscount-fr.settings]
base_url = "{base}/octopia/seller/v2"
token_url = "{base}/octopia/token"
client_id = "file:octopia-client-id"
client_secret = "file:octopia-client-secret"
seller_id = "{octopia.seller_id}"
accept = "after_validation"

{account}
[[routes]]
from = "cdiscount-fr"
to = ["{oms}-cdiscount"]
mode = "live"
{route}"""
    return ExampleConfig(toml, secrets)
