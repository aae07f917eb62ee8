"""Queues, lanes and beat's entries, from a config."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.config.model import Account, Config, Route
from pipeline.config.setting import Secret
from pipeline.domain.lifecycle import Step
from tasks import queues, rows, schedule, settings

SHOP = Account(name="shop", kind="marketplace", connector="octopia", poll={"orders": timedelta(milliseconds=500)})
OMS = Account(
    name="oms",
    kind="oms",
    connector="egenta",
    own_queue=True,
    poll={"shipments": timedelta(minutes=5), "statuses": None},
)
CONFIG = Config(
    path=Path("orderpipe.toml"),
    data_dir=Path("data"),
    redis_url=Secret("redis://:hush@127.0.0.1:6379/0"),
    concurrency=7,
    marketplaces={"shop": SHOP},
    oms={"oms": OMS},
    routes=(Route(source="shop", to=("oms",)),),
)


def test_own_queues_only_for_accounts_that_want_them() -> None:
    assert queues.queue_for(Step.PUSH, "shop", CONFIG) == "push"
    assert queues.queue_for(Step.PUSH, "oms", CONFIG) == "push.oms"


def test_a_worker_serves_every_plain_queue_and_own_ones_on_request() -> None:
    plain = ["fetch", "normalize", "validate", "push", "acknowledge", "upkeep"]
    assert queues.served(CONFIG, []) == plain
    own = [f"{step}.oms" for step in Step]
    assert queues.served(CONFIG, ["oms"]) == plain + own
    assert queues.served(CONFIG, ["*"]) == plain + own
    assert queues.served(CONFIG, ["shop"]) == plain


@pytest.mark.parametrize(
    "forged", ["push.nobody", "push", "", "drop.shop", ".shop", "push.", None, 7, {"a": 1}, ["push.shop"], "x" * 10_000]
)
def test_what_is_no_lane_of_ours_is_not_taken(forged: object) -> None:
    assert queues.known_lane(forged, CONFIG) is None


def test_a_lane_of_another_step_is_not_taken() -> None:
    assert queues.known_lane("push.shop", CONFIG, Step.PUSH) == "push.shop"
    assert queues.known_lane("push.shop", CONFIG, Step.FETCH) is None


def test_beat_polls_each_account_and_flow_that_is_on() -> None:
    found = schedule.entries(CONFIG)
    assert {name for name in found if name.startswith("poll")} == {"poll shop orders", "poll oms shipments"}
    assert found["poll shop orders"]["schedule"] == timedelta(milliseconds=500)
    assert found["poll shop orders"]["args"] == ("shop", "orders")
    assert found["poll shop orders"]["options"] == {"queue": "fetch"}
    assert found["poll oms shipments"]["options"] == {"queue": "fetch.oms"}
    assert found["dispatch_due"]["options"] == {"queue": "upkeep"}
    assert all("expires" not in entry["options"] for entry in found.values())


def test_beat_polls_no_flow_that_no_route_wants() -> None:
    config = replace(CONFIG, routes=(Route(source="shop", to=("oms",), flows=("orders",)),))
    assert "poll oms shipments" not in schedule.entries(config)
    assert not [name for name in schedule.entries(replace(CONFIG, routes=())) if name.startswith("poll")]


def test_the_only_secret_in_the_settings_is_the_broker_url() -> None:
    found = settings.from_config(CONFIG)
    assert "hush" not in repr({key: value for key, value in found.items() if key != "broker_url"})
    assert found["broker_url"] == "redis://:hush@127.0.0.1:6379/0"
    assert found["broker_transport_options"]["max_connections"] >= CONFIG.concurrency
    assert settings.from_config(replace(CONFIG, broker_url=Secret("amqp://q/")))["broker_transport_options"] == {}


def test_twenty_rows_of_one_cause_in_a_minute() -> None:
    now = [0.0]
    allowance = rows.Allowance(clock=lambda: now[0])
    assert [allowance.grants("phone") for _ in range(25)] == [True] * 20 + [False] * 5
    assert allowance.grants("sku")
    now[0] = 59.0
    assert not allowance.grants("phone")
    now[0] = 60.0
    assert allowance.grants("phone")
