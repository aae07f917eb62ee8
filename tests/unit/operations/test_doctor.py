"""Doctor: each thing that is wrong is a line with its fix, and nothing else is."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.config.model import Account, Config
from pipeline.operations.doctor import Patient, examine, queues_of
from pipeline.stores.audit import Findings
from pipeline.stores.presence import Present

CONFIG = Config(
    path=Path("orderpipe.toml"),
    data_dir=Path(),
    oms={"egenta-fr": Account(name="egenta-fr", kind="oms", connector="egenta", own_queue=True)},
)
QUEUES = queues_of(CONFIG)


def present(role: str, **given: Any) -> Present:
    return Present(
        **{
            "name": f"h1/{role}", "role": role, "version": "0.1.0", "schema": 1, "skew": 0.01, "age": 3.0,
            "since": 600.0, "queues": QUEUES if role == "worker" else (),
        } | given
    )  # fmt: skip


HEALTHY = Patient(
    config=CONFIG,
    missing=(),
    server={"aof_last_write_status": "ok", "used_memory": 10**6},
    here=[present("beat"), present("worker")],
    canaries=dict.fromkeys(QUEUES, 20.0),
    skew=0.0,
    audit=lambda rebuild: Findings(records=7),
)


def lines(patient: Patient, *, rebuild: bool = False) -> list[Mapping[str, Any]]:
    return list(examine(patient, rebuild=rebuild))


def wrong(patient: Patient) -> dict[str, Mapping[str, Any]]:
    return {line["check"]: line for line in lines(patient) if not line["ok"]}


def test_a_healthy_system_has_no_line_that_is_wrong_and_no_fix() -> None:
    assert wrong(HEALTHY) == {}
    assert {line["fix"] for line in lines(HEALTHY)} == {""}
    assert {"queue push.egenta-fr", "indexes", "beat", "redis durability"} <= {line["check"] for line in lines(HEALTHY)}


@pytest.mark.parametrize(
    ("sick", "check", "words", "fix"),
    [
        (
            {"missing": ["appendfsync always"]},
            "redis durability",
            "lacks: appendfsync",
            "CONFIG SET appendfsync always",
        ),
        ({"server": {"aof_last_write_status": "err"}}, "redis persistence", "err", "disk"),
        ({"server": {"maxmemory": 100, "used_memory": 81}}, "redis memory", "MB of", "maxmemory"),
        ({"server": {"evicted_keys": 3}}, "redis eviction", "3 keys", "noeviction"),
        ({"server": {"cluster_enabled": 1}}, "redis topology", "cluster", "Sentinel"),
        ({"here": [present("worker")]}, "beat", "nothing is polled", "orderpipe beat"),
        ({"skew": -61.0}, "clock", "61.0 s behind", "NTP"),
        ({"here": [present("beat"), present("worker", skew=9.0)]}, "clock", "h1: 9.0 s ahead", "NTP"),
        ({"here": [present("beat"), present("worker", version="0.2.0")]}, "versions", "0.1.0", "finish the upgrade"),
        ({"canaries": {**dict.fromkeys(QUEUES, 20.0), "push": 400.0}}, "queue push", "400 s ago", "restart h1/worker"),
        ({"audit": lambda rebuild: Findings(missing=["due:push.a o:m:1"])}, "indexes", "due:push.a", "--rebuild"),
        ({"audit": lambda rebuild: Findings(strays=["hand:push.a o:m:1"])}, "indexes", "without its", "--rebuild"),
        (
            {"audit": lambda rebuild: Findings(counts={"a|b|push|due": (3, 2)})},
            "indexes",
            "3, there are 2",
            "--rebuild",
        ),
    ],
)
def test_what_is_wrong_is_one_line_with_its_fix(sick: dict[str, Any], check: str, words: str, fix: str) -> None:
    found = wrong(replace(HEALTHY, **sick))
    assert list(found) == [check]
    assert words in found[check]["message"]
    assert fix in found[check]["fix"]


def test_nobody_there_names_every_queue() -> None:
    found = wrong(replace(HEALTHY, here=[], canaries={}))
    assert set(found) == {"beat", "workers", *(f"queue {name}" for name in QUEUES)}
    assert "--serve egenta-fr" in found["queue push.egenta-fr"]["fix"]


def test_two_beats_are_safe_and_a_young_one_has_its_canaries_still_to_come() -> None:
    two = [present("beat"), present("beat", name="h2/9"), present("worker")]
    assert wrong(replace(HEALTHY, here=two)) == {}
    young = [present("beat", since=10.0), present("worker")]
    assert wrong(replace(HEALTHY, here=young, canaries={})) == {}


def test_a_rebuild_says_what_it_mended() -> None:
    mended = replace(HEALTHY, audit=lambda rebuild: Findings(missing=["due:push.a o:m:1"] if rebuild else []))
    line = lines(mended, rebuild=True)[-1]
    assert line["ok"]
    assert "mended: due:push.a o:m:1" in line["message"]
