"""status, orders, show, causes, check, doctor, connectors."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.cli.conftest import NOW, Shell

ROW: dict[str, Any] = {
    "ref": "orders:shop-fr:A 1",
    "flow": "orders",
    "source": "shop-fr",
    "id": "A 1",
    "target": "central",
    "stage": "push",
    "condition": "dead",
    "attempts": 2,
    "maybe_sent": False,
    "receipt": None,
    "error": {"step": "push", "kind": "invalid", "cause": "phone required", "message": "phone: missing", "fields": []},
    "received_at": "2026-11-22T06:00:00.000Z",
    "deadline": "2026-11-23T00:00:00.000Z",
}


def test_status_as_json_is_what_the_desk_says(shell: Shell) -> None:
    found = {"counts": [], "settled": 3, "unsettled": 0, "oldest_due_seconds": None}
    shell.desk.answers["status"] = found
    result = shell("status", "--json")
    assert (result.exit_code, json.loads(result.stdout), result.stderr) == (0, found, "")


def test_status_in_words(shell: Shell) -> None:
    shell.desk.answers["status"] = {
        "counts": [{"flow": "orders", "account": "shop-fr", "stage": "push", "condition": "due", "count": 7}],
        "lanes": {"push.central": {"due": 7}},
        "settled": 3,
        "unsettled": 7,
        "oldest_due_seconds": 12,
        "gates": [{"account": "central", "why": "429"}],
        "cursors": {},
    }
    out = shell("status").stdout
    assert "settled 3, unsettled 7, oldest due 12 s" in out
    assert "orders\tshop-fr\tpush\tdue\t7" in out
    assert "push.central\t7" in out
    assert "central\t429" in out
    assert "cursors" not in out


def test_orders_as_json_is_one_object_per_line(shell: Shell) -> None:
    shell.desk.answers["orders"] = [ROW, {**ROW, "target": None}]
    result = shell("orders", "--json")
    assert [json.loads(line) for line in result.stdout.splitlines()] == [ROW, {**ROW, "target": None}]


def test_orders_in_a_pipe_are_tab_separated(shell: Shell) -> None:
    shell.desk.answers["orders"] = [ROW]
    lines = shell("orders").stdout.splitlines()
    assert lines[0].split("\t") == ["ref", "target", "stage", "condition", "attempts", "age", "cause"]
    assert lines[1].split("\t") == ["orders:shop-fr:A 1", "central", "push", "dead", "2", "3h", "phone required"]


def test_orders_passes_every_filter_on(shell: Shell) -> None:
    filters = ["--condition", "dead", "--flow", "orders", "--account", "shop-fr", "--cause", "abc", "--since", "2h"]
    shell.desk.answers["orders"] = [ROW]
    assert "2026-11-23" in shell("orders", *filters, "--sort", "deadline", "X1").stdout
    assert shell.last() == (
        "orders",
        {
            "ids": ("X1",),
            "condition": "dead",
            "flow": "orders",
            "account": "shop-fr",
            "cause": "abc",
            "since": NOW - timedelta(hours=2),
            "sort": "deadline",
        },
    )


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-11-21T08:00:00Z", datetime(2026, 11, 21, 8, tzinfo=UTC)),
        ("2026-11-21T08:00:00+01:00", datetime(2026, 11, 21, 7, tzinfo=UTC)),
        ("2026-11-21T08:00", datetime(2026, 11, 21, 8, tzinfo=UTC)),
        ("2026-11-21", datetime(2026, 11, 21, tzinfo=UTC)),
        ("30m", NOW - timedelta(minutes=30)),
    ],
)
def test_since_is_read_in_each_way(shell: Shell, text: str, time: datetime) -> None:
    shell("orders", "--since", text)
    assert shell.last()[1]["since"] == time


@pytest.mark.parametrize("words", [["orders"], ["orders", "--json"], ["orders", "X1"], ["causes"]])
def test_nothing_found_is_exit_1_and_says_so_on_stderr(shell: Shell, words: list[str]) -> None:
    result = shell(*words)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "nothing" in result.stderr


def test_what_a_partner_wrote_can_not_steer_the_terminal(shell: Shell) -> None:
    shell.desk.answers["orders"] = [{**ROW, "ref": "orders:shop-fr:\x1b[2Jx\ty\n[red]é"}]
    line = shell("orders").stdout.splitlines()[1]
    assert line.startswith("orders:shop-fr:\\x1b[2Jx\\ty\\n[red]é\t")


def test_show_as_json_is_what_the_desk_says(shell: Shell) -> None:
    found = {"ref": ROW["ref"], "raw": {"x": "é"}, "deliveries": [ROW], "timeline": []}
    shell.desk.answers["show"] = found
    result = shell("show", ROW["ref"], "--json", "--who", "me")
    assert json.loads(result.stdout) == found
    assert shell.last() == ("show", {"ref": ROW["ref"], "reveal": False, "who": "me"})


def test_show_in_sections(shell: Shell) -> None:
    error = {**ROW["error"], "fields": [{"path": "shipping_address.phone", "rule": "required", "message": "missing"}]}
    shell.desk.answers["show"] = {
        "ref": ROW["ref"],
        "deliveries": [{**ROW, "error": error}],
        "document": {"lines": [{"sku": "A"}]},
        "timeline": [{"at": "2026-11-22T06:00:00.000Z", "who": "poll", "what": "received"}],
    }
    out = shell("show", ROW["ref"], "--reveal").stdout
    assert "error of central\n  push invalid: phone: missing" in out
    assert "shipping_address.phone\trequired\tmissing" in out
    assert '  lines: [{"sku": "A"}]' in out
    assert "2026-11-22T06:00:00.000Z\tpoll\treceived" in out
    assert shell.last()[1]["reveal"] is True
    assert "@" in shell.last()[1]["who"]


def test_show_of_nothing_is_exit_1(shell: Shell) -> None:
    result = shell("show", "orders:shop-fr:none")
    assert result.exit_code == 1
    assert "orders:shop-fr:none: not found" in result.stderr


def test_causes(shell: Shell) -> None:
    found = [
        {
            "fingerprint": "ab12",
            "cause": "phone required",
            "kind": "invalid",
            "step": "push",
            "count": 9,
            "oldest": "2026-11-22T08:58:00.000Z",
            "refs": ["a", "b", "c", "d"],
        }
    ]
    shell.desk.answers["causes"] = found
    assert json.loads(shell("causes", "--json", "--condition", "dead").stdout) == found
    assert shell.last() == ("causes", {"condition": "dead", "flow": None, "account": None, "since": None})
    row = shell("causes").stdout.splitlines()[1]
    assert row.split("\t") == ["ab12", "9", "push", "invalid", "phone required", "2m", "a, b, c"]


def test_check_is_1_for_a_credential_that_fails(shell: Shell) -> None:
    good = {"account": "shop-fr", "ok": True, "message": "token taken"}
    shell.desk.answers["check"] = [good]
    result = shell("check")
    assert result.exit_code == 0
    assert "in order (marketplaces 1, OMS 1, routes 1)" in result.stderr
    shell.desk.answers["check"] = [good, {"account": "central", "ok": False, "message": "401"}]
    result = shell("check", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)[1]["message"] == "401"
    assert "1 of 2 failed" in result.stderr


def test_doctor_tells_the_fix(shell: Shell) -> None:
    shell.desk.answers["doctor"] = [{"check": "appendfsync", "ok": False, "message": "everysec", "fix": "set always"}]
    result = shell("doctor")
    assert result.exit_code == 1
    assert "appendfsync\tno\teverysec\tset always" in result.stdout


def test_connectors_list_and_one(shell: Shell) -> None:
    assert [one["name"] for one in json.loads(shell("connectors", "--json").stdout)] == ["market", "oms-one"]
    assert "market\tmarketplace\tA partner" in shell("connectors").stdout
    one = json.loads(shell("connectors", "market", "--json").stdout)
    assert one["capabilities"] == ["accept", "cancel", "get", "new_orders", "ship"]
    assert one["statuses"] == {"InPreparation": "unshipped"}
    assert one["settings"][1]["required"] is True
    assert one["endpoints"][0]["source"] == "D 1"
    assert [operation["name"] for operation in one["operations"]] == ["carriers", "split"]
    assert "GET\t/orders\tlist\tnew_orders\tD 1" in shell("connectors", "market").stdout
    assert one["rules"] == [{"name": "*.carrier", "says": "at most 9 characters", "source": "D 2"}]
    assert "*.carrier\tat most 9 characters\tD 2" in shell("connectors", "market").stdout


def test_connectors_need_no_config(shell: Shell) -> None:
    shell.path.unlink()
    assert shell("connectors").exit_code == 0


def test_a_connector_that_does_not_exist_is_exit_1(shell: Shell) -> None:
    result = shell("connectors", "markt")
    assert result.exit_code == 1
    assert "'market'" in result.stderr
