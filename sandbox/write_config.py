"""An orderpipe configuration that points at a running sandbox."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.egenta.dials import EgentaDials
from sandbox.octopia.dials import OctopiaDials
from sandbox.ois.dials import OisDials
from sandbox.ois.reference import PAYMENT_OPTIONS, SHIPPING_AGENTS
from sandbox.tecsys.dials import EXAMPLE_ORDER_PATH, TecsysDials


@dataclass(frozen=True, slots=True)
class ExampleConfig:
    """`secrets`: file name -> content; the TOML names each as `file:NAME`, relative to itself."""

    toml: str
    secrets: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RouteEnd:
    """An OMS account's tables, its secrets, and what its route needs besides."""

    account: str
    secrets: dict[str, str] = field(repr=False)
    route: str = ""


def example_config(base_url: str, *, oms: str = "egenta", reput_is_safe: bool = True) -> ExampleConfig:
    """One Octopia account, one OMS, one route between them. `reput_is_safe = false` belongs to an inserting
    Egenta. Short times: this is for trying out. ValueError: no such OMS."""
    octopia, base = OctopiaDials(), base_url.rstrip("/")
    if oms == "egenta":
        end = _end_in_egenta(base, reput_is_safe=reput_is_safe)
    elif oms in ENDS:
        end = ENDS[oms](base)
    else:
        raise ValueError(f"oms is one of egenta, {', '.join(ENDS)}")
    secrets = {"octopia-client-id": octopia.client_id, "octopia-client-secret": octopia.client_secret, **end.secrets}
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
overlap = "10s"

[marketplaces.cdiscount-fr.settings]
base_url = "{base}/octopia/seller/v2"
token_url = "{base}/octopia/token"
client_id = "file:octopia-client-id"
client_secret = "file:octopia-client-secret"
seller_id = "{octopia.seller_id}"
accept = "after_validation"

{end.account}
[[routes]]
from = "cdiscount-fr"
to = ["{oms}-cdiscount"]
mode = "live"
{end.route}"""
    return ExampleConfig(toml, secrets)


def _end_in_egenta(base: str, *, reput_is_safe: bool) -> RouteEnd:
    dials = EgentaDials()
    account = f"""\
[oms.egenta-cdiscount]
connector = "egenta"
poll.shipments = "1s"
poll.statuses = "1s"
settle_delay = "1s"

[oms.egenta-cdiscount.settings]
base_url = "{base}/egenta/api/"
secret_id = "file:egenta-secret-id"
secret_key = "file:egenta-secret-key"
reput_is_safe = {"true" if reput_is_safe else "false"}
"""
    return RouteEnd(account, {"egenta-secret-id": dials.secret_id, "egenta-secret-key": dials.secret_key})


def _end_in_ois(base: str) -> RouteEnd:
    """Neither a delivery method nor a VAT rate comes with every order, and OIS wants both."""
    dials = OisDials()
    account = f"""\
[oms.ois-cdiscount]
connector = "ois"
settle_delay = "1s"

[oms.ois-cdiscount.settings]
base_url = "{base}/ois/"
client_id = "file:ois-client-id"
client_secret = "file:ois-client-secret"
audience = "{dials.audience}"
webshop_code = "{next(iter(dials.webshops))}"
order_path = "order/v1/Orders"
lookup_path = "order/v1/Orders/{{identifier}}"
"""
    route = f"""\
defaults = {{ "delivery.method" = "home", "lines.*.tax_rate" = "20" }}
shipping_map = {{ "*" = "{SHIPPING_AGENTS[0]["Id"]}" }}
payment_map = {{ "*" = "{PAYMENT_OPTIONS[0]["Id"]}" }}
"""
    return RouteEnd(account, {"ois-client-id": dials.client_id, "ois-client-secret": dials.client_secret}, route)


def _end_in_tecsys(base: str) -> RouteEnd:
    """The path for new orders is the sandbox's, not the vendor's: S002 has none."""
    account = f"""\
[oms.tecsys-cdiscount]
connector = "tecsys"
settle_delay = "1s"

[oms.tecsys-cdiscount.settings]
base_url = "{base}/tecsys/v1/"
subscription_key = "file:tecsys-subscription-key"
create_order_path = "{EXAMPLE_ORDER_PATH}"
"""
    return RouteEnd(account, {"tecsys-subscription-key": TecsysDials().subscription_key})


ENDS: dict[str, Callable[[str], RouteEnd]] = {"ois": _end_in_ois, "tecsys": _end_in_tecsys}
