"""Two connectors as the configuration sees them, and a file that is in order."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.config.model import Config
from pipeline.config.read import ConfigError, read_config
from pipeline.config.setting import Setting


@dataclass(frozen=True)
class Room:
    kind: Literal["marketplace", "oms"]
    settings: tuple[Setting, ...]
    capabilities: frozenset[str]


MARKET = Room(
    "marketplace",
    (
        Setting(name="base_url", form="url", default="https://api.market.example/v2"),
        Setting(name="client_id", required=True, meaning="the application's id"),
        Setting(name="client_secret", form="secret", required=True),
        Setting(
            name="accept", form="choice", default="after_validation", choices=("auto", "after_validation", "manual")
        ),
        Setting(name="page_size", form="integer", default=100),
        Setting(name="shops", form="texts", default=()),
        Setting(name="fee", form="amount", default="4.90"),
        Setting(name="wait", form="duration", default="2s"),
        Setting(name="sandboxed", form="flag", default=False),
        Setting(name="headers", form="table"),
    ),
    frozenset({"new_orders", "get", "ship", "cancel", "accept"}),
)
OMS = Room(
    "oms",
    (Setting(name="base_url", form="url", required=True), Setting(name="key", form="secret", required=True)),
    frozenset({"import_orders", "shipped", "status_requests", "answer_status"}),
)
DEAF = Room("oms", (), frozenset({"import_orders"}))  # takes orders, tells nothing
DECLARED = {"market": MARKET, "oms-one": OMS, "deaf": DEAF}
ENV = {"MARKET_ID": "id-1", "MARKET_SECRET": "s3cret", "OMS_KEY": "k3y", "DB": "redis://:hunter2@db:6379/0"}

GOOD = """
[marketplaces.shop-fr]
connector = "market"
start = 2026-11-21T00:00:00Z
settings = { client_id = "env:MARKET_ID", client_secret = "env:MARKET_SECRET" }

[oms.central]
connector = "oms-one"
settings = { base_url = "https://oms.example/api/", key = "env:OMS_KEY" }

[[routes]]
from = "shop-fr"
to = ["central"]
"""


def read(folder: Path, text: str, env: dict[str, str] | None = None) -> Config:
    path = folder / "orderpipe.toml"
    path.write_text(text)
    return read_config(path, declared=DECLARED, env=ENV if env is None else env)


def problems(folder: Path, text: str, env: dict[str, str] | None = None) -> list[str]:
    """The problems of a file, which must have some."""
    try:
        read(folder, text, env)
    except ConfigError as error:
        return error.problems
    raise AssertionError("the file was taken as it is")


def market(line: str = "", settings: str = "") -> str:
    """The good file with a line more in the marketplace, and other settings."""
    text = GOOD.replace('connector = "market"\n', f'connector = "market"\n{line}\n')
    return text.replace('client_secret = "env:MARKET_SECRET"', f'client_secret = "env:MARKET_SECRET"{settings}')


def route(line: str) -> str:
    """The good file with a line more in its route."""
    return GOOD + line + "\n"
