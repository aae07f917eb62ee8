"""Whether a room is complete: declared, mapped, simulated, carded, documented. A new one is told what it lacks."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.connectors.contract import Connector
from pipeline.connectors.registry import CONNECTORS
from tests.conformance.connectors.cards import LISTS, WRITES, find_card
from tests.conformance.connectors.rules import COMPLETE, broken
from tests.conformance.connectors.simulator import KNOWN

ROOT = Path(__file__).resolve().parents[3]
LEAST = {"marketplace": {"new_orders", "get"}, "oms": set[str]()}
CHECKLISTS = ROOT / "docs" / "checklists"


def room_of(connector: Connector) -> str:
    """Its folder, as a path to write into words."""
    kind = "marketplaces" if connector.kind == "marketplace" else "oms"
    return f"pipeline/connectors/{kind}/{connector.name}"


def capabilities(connector: Connector) -> str:
    declare = f"name them in `capabilities` of {room_of(connector)}/__init__.py once the client offers them"
    if not connector.capabilities:
        return f"it declares no capability: {declare}"
    missing = LEAST[connector.kind] - connector.capabilities
    return f"a {connector.kind} has at least {', '.join(sorted(missing))}: {declare}" if missing else ""


def endpoints(connector: Connector) -> str:
    return "" if connector.endpoints else (
        f"it declares no endpoint: list each documented operation, with its source, in {room_of(connector)}/__init__.py"
    )  # fmt: skip


def sources(connector: Connector) -> str:
    todo = [source for source in connector.sources if "TODO" in source]
    if connector.sources and not todo:
        return ""
    return f"it names no source: say which documents it was written from, in {room_of(connector)}/__init__.py"


def settings(connector: Connector) -> str:
    credentials = any(setting.form == "secret" and setting.required for setting in connector.settings)
    return "" if credentials else (
        f"no setting is a required secret: how does an account prove who it is? See {room_of(connector)}/__init__.py"
    )  # fmt: skip


def statuses(connector: Connector) -> str:
    if connector.kind == "marketplace" and not connector.statuses:
        return f"no status table: every word of the marketplace's, to ours, in {room_of(connector)}/mapping.py"
    return ""


def docstrings(connector: Connector) -> str:
    todo = [path.name for path in sorted((ROOT / room_of(connector)).glob("*.py")) if "TODO" in path.read_text()]
    return f"TODO is left in {', '.join(todo)} of {room_of(connector)}" if todo else ""


def simulator(connector: Connector) -> str:
    if connector.name in KNOWN:
        return ""
    return (
        f"it has no simulator: write sandbox/{connector.name} from the partner's documents (docs/sandbox.md), with a"
        " row beside the others' and an example account; the suite's scenarios begin with it"
    )


def card(connector: Connector) -> str:
    path = f"tests/conformance/connectors/cards/{connector.name}.py"
    found = find_card(connector.name)
    if found is None:
        return f"the suite has no card for it: write {path}"
    left = [name for name in (*WRITES, *LISTS) if name in connector.capabilities]
    left = [name for name in left if name not in found.writes and name not in found.lists]
    return f"{path} says nothing of {', '.join(left)}: name their endpoints, and how a document is made" if left else ""


def golden(connector: Connector) -> str:
    path = f"tests/golden/{connector.name}"
    return "" if list((ROOT / path).glob("*.json")) else f"no golden pair: wire in and canonical out, in {path}"


def unit_tests(connector: Connector) -> str:
    files = sorted((ROOT / "tests/unit/connectors").glob(f"test_{connector.name}*.py"))
    texts = [path.read_text() for path in files]
    if any("TODO" not in text and re.search(r"^def test_", text, re.M) for text in texts):
        return ""
    return f"no unit test of its own quirks: tests/unit/connectors/test_{connector.name}.py has none"


def checklist(connector: Connector) -> str:
    path = CHECKLISTS / f"{connector.name}.md"
    left = re.findall(r"^- \[ \] (.+)$", path.read_text(), re.M) if path.exists() else []
    return f"{path.relative_to(ROOT)} has {len(left)} open boxes, the first: {left[0]}" if left else ""


QUESTIONS: tuple[Callable[[Connector], str], ...] = (
    capabilities, endpoints, sources, settings, statuses, docstrings, simulator, card, golden, unit_tests, checklist,
)  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.__name__)
@pytest.mark.parametrize("connector", CONNECTORS.values(), ids=list(CONNECTORS))
def test_nothing_is_missing(connector: Connector, question: Callable[[Connector], str]) -> None:
    lacks = question(connector)
    if lacks:
        broken(connector.name, COMPLETE, lacks)
