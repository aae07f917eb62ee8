"""`celery -A tasks.app flower`: which command that is, and what the config decides."""

from types import SimpleNamespace
from typing import Any

import click
import flower.command
import pytest
from celery import Celery
from celery.bin.celery import celery

from tasks.flower import command
from tasks.flower.entries import COLUMNS, format_entry

DEFAULTS = {
    "address": "",
    "port": 5555,
    "basic_auth": [],
    "format_task": None,
    "tasks_columns": "name,uuid,state,received,runtime,worker",
}


def options(**given: Any) -> SimpleNamespace:
    return SimpleNamespace(**{**DEFAULTS, **given})


def test_it_is_ours_in_whatever_order_entry_points_are_loaded() -> None:
    assert celery.commands["flower"] is command.flower
    assert flower.command.flower is command.flower


def test_for_another_app_it_is_flowers_own(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[Any] = []
    monkeypatch.setattr(command._plain, "callback", lambda tornado_argv: called.append(tornado_argv))
    context = click.Context(command.flower, obj=SimpleNamespace(app=Celery("another")))
    context.invoke(command.flower, tornado_argv=("--port=1",))
    assert called == [("--port=1",)]


def test_the_config_decides_where_it_listens_and_who_may_in() -> None:
    chosen = options(address="0.0.0.0", port=80, basic_auth=["from:elsewhere"])  # noqa: S104 - what must not win
    command.choose(chosen, ("127.0.0.1", 6000), "anna:secret")
    assert (chosen.address, chosen.port, chosen.basic_auth) == ("127.0.0.1", 6000, ["anna:secret"])


def test_without_one_in_the_config_flowers_own_authentication_stays() -> None:
    chosen = options(basic_auth=["from:elsewhere"])
    command.choose(chosen, ("127.0.0.1", 6000), None)
    assert chosen.basic_auth == ["from:elsewhere"]


def test_tasks_are_readable_unless_somebody_asked_for_other_columns() -> None:
    chosen = options()
    command.choose(chosen, ("127.0.0.1", 6000), None)
    assert (chosen.tasks_columns, chosen.format_task) == (COLUMNS, format_entry)
    chosen = options(tasks_columns="name,uuid", format_task=repr)
    command.choose(chosen, ("127.0.0.1", 6000), None)
    assert (chosen.tasks_columns, chosen.format_task) == ("name,uuid", repr)
