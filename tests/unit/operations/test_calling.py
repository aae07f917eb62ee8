"""`orderpipe call`: arguments checked, what can't be undone confirmed, changes audited."""

from collections.abc import Mapping
from typing import Any

import pytest

from pipeline.config.setting import Setting
from pipeline.connectors.contract import Operation
from pipeline.domain.errors import Refused
from pipeline.operations.calling import call
from pipeline.operations.errors import NotAllowed

ARGUMENTS = (
    Setting(name="id", required=True, meaning="the order's id"),
    Setting(name="count", form="integer", meaning="how many"),
    Setting(name="all", form="flag", default=False, meaning="all of them"),
    Setting(name="names", form="texts", meaning="which"),
    Setting(name="more", form="table", meaning="free"),
    Setting(name="word", form="choice", choices=("a", "b"), meaning="one of two"),
)


def made(arguments: Mapping[str, str], *, yes: bool = False, trouble: Exception | None = None, **more: Any) -> Any:
    audited: list[Mapping[str, Any]] = []

    def run(client: Any, given: Mapping[str, Any]) -> Any:
        if trouble:
            raise trouble
        return dict(given)

    operation = Operation(name="split", meaning="split it", arguments=ARGUMENTS, run=run, **more)
    answer = call(None, operation, arguments, yes=yes, who="me@host", audit=audited.append, account="o1")
    return answer, audited


def test_values_are_read_by_their_form() -> None:
    given = {"id": "A1", "count": "3", "all": "True", "names": "x, y", "more": '{"a": 1}', "word": "b"}
    answer, audited = made(given)
    assert answer == {"id": "A1", "count": 3, "all": True, "names": ["x", "y"], "more": {"a": 1}, "word": "b"}
    assert audited == [], "a read is not audited"


def test_defaults() -> None:
    assert made({"id": "A1"})[0] == {"id": "A1", "all": False}


def test_every_fault_at_once() -> None:
    with pytest.raises(NotAllowed) as raised:
        made({"count": "many", "all": "perhaps", "word": "c", "more": "{", "odd": "1"})
    words = str(raised.value)
    assert all(
        part in words
        for part in (
            "odd: split has no such argument",
            "id: missing (the order's id)",
            "count: ",
            "all: expected true or false",
            "word: 'c' is none of a, b",
            "more: ",
        )
    )


def test_what_can_not_be_undone_is_confirmed_first() -> None:
    with pytest.raises(NotAllowed, match="confirm with --yes"):
        made({"id": "A1"}, changes=True, undoable=False)
    answer, audited = made({"id": "A1", "count": "2"}, yes=True, changes=True, undoable=False)
    assert answer["id"] == "A1"
    assert audited == [{"who": "me@host", "what": "call split", "account": "o1", "arguments": ["all", "count", "id"]}]


def test_a_change_that_can_be_undone_is_audited_even_if_it_fails() -> None:
    audited: list[Mapping[str, Any]] = []

    def run(client: Any, given: Mapping[str, Any]) -> Any:
        raise Refused("POST split: 400")

    operation = Operation(name="split", meaning="split it", changes=True, run=run)
    with pytest.raises(NotAllowed, match="o1: refused: POST split: 400"):
        call(None, operation, {}, yes=False, who="me", audit=audited.append, account="o1")
    assert len(audited) == 1
