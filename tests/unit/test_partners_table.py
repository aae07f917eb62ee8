"""docs/partners.md is what the declarations and the tests say, and what is declared is proven."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipeline.connectors.contract import Connector, Rule
from pipeline.connectors.oms.egenta.mapping import order_of
from pipeline.connectors.oms.egenta.schema import Order, country
from pipeline.connectors.registry import CONNECTORS
from tests.covering import Covering, Test, collect_covering
from tests.partners_table import DEMANDED, PAGE, code_of, problems_of, uncovered, write_page


@pytest.fixture(scope="module")
def covering() -> Covering:
    return collect_covering()


def test_the_page_is_what_is_declared_and_tested_now(covering: Covering) -> None:
    now = write_page(CONNECTORS, covering).splitlines()
    there = PAGE.read_text().splitlines()
    other = [line for line in now if line not in there] + [f"no more: {line}" for line in there if line not in now]
    assert now == there, f"docs/partners.md is not up to date: run `make partners`. What differs: {other[:5]}"


def test_every_declared_endpoint_and_rule_is_covered(covering: Covering) -> None:
    assert {connector.name for connector in DEMANDED} >= {"octopia", "egenta"}
    assert uncovered(DEMANDED, covering) == []


def test_markers_name_what_is_declared_and_rules_are_kept_by_code_of_ours(covering: Covering) -> None:
    assert problems_of(CONNECTORS, covering) == []


# ---------------------------------------------------------------- the checks themselves

TESTS = (Test("tests/unit/test_x.py", "test_it"),)


def connector(**given: Any) -> Connector:
    return replace(CONNECTORS["egenta"], **given)


def rule(name: str = "OrderId", by: Callable[..., Any] = order_of) -> Rule:
    return Rule(name=name, says="required", source="seeds/000", by=by)


def test_what_no_test_covers_is_named_with_its_marker() -> None:
    one = connector(rules=(rule(),), endpoints=CONNECTORS["egenta"].endpoints[:1])
    assert uncovered([one], {"egenta:PUT order_import.php": TESTS}) == [
        'egenta:OrderId: no test is marked @pytest.mark.covers("egenta:OrderId")'
    ]


def test_a_marker_that_names_nothing_is_told_the_nearest_name() -> None:
    (found,) = problems_of({"egenta": connector()}, {"egenta:LatestShipDat": TESTS})
    words = "covers 'egenta:LatestShipDat', which nothing declares; the nearest is 'egenta:LatestShipDate'"
    assert found == f"tests/unit/test_x.py::test_it: {words}"


def test_a_rule_declared_twice_is_a_problem() -> None:
    assert problems_of({"egenta": connector(rules=(rule(), rule()))}, {}) == ["egenta:OrderId is declared twice"]


@pytest.mark.parametrize("by", [len, str.strip, lambda: None, partial(len), Path, connector, "order_of", None])
def test_code_that_is_not_ours_keeps_no_rule(by: Any) -> None:
    (found,) = problems_of({"egenta": connector(rules=(rule(by=by),))}, {})
    assert found.startswith("egenta:OrderId: `by` must be a named function or class of the package pipeline")


@pytest.mark.parametrize(
    ("by", "file", "name"),
    [
        (order_of, "oms/egenta/mapping.py", "order_of"),
        (Order, "oms/egenta/schema.py", "Order"),
        (partial(order_of), "oms/egenta/mapping.py", "order_of"),
        (country, "wire.py", "Demands.shaped"),
    ],
)
def test_where_code_of_ours_is(by: Any, file: str, name: str) -> None:
    assert code_of(by) == (f"pipeline/connectors/{file}", name)


def test_words_of_a_declaration_are_not_taken_for_markdown() -> None:
    said = replace(rule("a|b"), says='at most <9>, "*" for the rest, `lines.*`')
    page = write_page({"egenta": connector(rules=(said,))}, {})
    assert r'| `a\|b` | at most &lt;9>, "\*" for the rest, `lines.*` | seeds/000 |' in page


MARKED = """
import pytest

pytestmark = pytest.mark.covers("p:module")

@pytest.mark.covers("p:one", "p:two")
@pytest.mark.covers("p:three")
def test_several(): ...

@pytest.mark.parametrize("n", [pytest.param(n, marks=pytest.mark.covers(f"p:{n}")) for n in range(2)])
@pytest.mark.covers("p:all")
def test_each(n): ...

@pytest.mark.skip(reason="x")
@pytest.mark.covers("p:skipped")
def test_skipped(): ...

@pytest.mark.skipif(False, reason="x")
@pytest.mark.covers("p:perhaps")
def test_perhaps(): ...

@pytest.mark.xfail
@pytest.mark.covers("p:failing")
def test_failing(): ...

class TestThings:
    @pytest.mark.covers("p:method")
    def test_method(self): ...
"""


def test_markers_are_collected_as_pytest_does(tmp_path: Path) -> None:
    path = tmp_path / "test_marked.py"
    path.write_text(MARKED)
    (tmp_path / "test_unmarked.py").write_text("raise RuntimeError('not to be collected')")
    found = collect_covering(tmp_path)
    assert {name: [test.name for test in tests] for name, tests in found.items()} == {
        "p:module": ["test_several", "test_each", "test_method"],
        "p:one": ["test_several"],
        "p:two": ["test_several"],
        "p:three": ["test_several"],
        "p:0": ["test_each"],
        "p:1": ["test_each"],
        "p:all": ["test_each"],
        "p:method": ["test_method"],
    }
    path.write_text("import pytest\n@pytest.mark.covers('p:x')\ndef test_x(: ...")
    with pytest.raises(RuntimeError, match="SyntaxError"):
        collect_covering(tmp_path)
    assert collect_covering(tmp_path / "nowhere") == {}
