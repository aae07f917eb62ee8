"""The stands: one server a connector and test process, started when first asked for."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.conformance.connectors.cards import LISTS, WRITES, connector_of, find_card, list_all
from tests.conformance.connectors.offered import capabilities_of, has_look
from tests.conformance.connectors.simulator import Simulator, running
from tests.conformance.connectors.stand import Stand

MakeStand = Callable[..., Stand]


@pytest.fixture(scope="session")
def simulator_of() -> Iterator[Callable[[str], Simulator]]:
    """A connector's simulator by its card's name."""
    started: dict[str, Simulator] = {}
    with ExitStack() as stack:

        def find(name: str) -> Simulator:
            if name not in started:
                card = find_card(name)
                assert card is not None
                started[name] = stack.enter_context(running(connector_of(name), card))
            return started[name]

        yield find


@pytest.fixture
def make_stand(simulator_of: Callable[[str], Simulator]) -> Iterator[MakeStand]:
    """`make_stand("kibo", "import_orders", build=...)`."""
    made: list[Stand] = []

    def make(connector: str, capability: str, **more: Any) -> Stand:
        made.append(Stand(simulator_of(connector), capability, **more))
        return made[-1]

    yield make
    for stand in made:
        stand.simulator.tamper.let_be()
        stand.simulator.arm()


@pytest.fixture
def stand(request: pytest.FixtureRequest, make_stand: MakeStand) -> Stand:
    """What the test is parametrized with: `connector-capability`."""
    connector, capability = request.param
    return make_stand(connector, capability)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Only what exists is collected: `@pytest.mark.over("writes")`, `over("lists", late=True)`."""
    mark = metafunc.definition.get_closest_marker("over")
    if mark is None:
        return
    what, wanted = mark.args[0], dict(mark.kwargs)
    token, look, kind, only = (wanted.pop(name, None) for name in ("token", "look", "kind", "only"))
    found = []
    for card_name, card in list_all():
        cards: Any = card.writes if what == "writes" else card.lists
        if (token and card.token is None) or kind not in (None, connector_of(card_name).kind):
            continue
        for name in WRITES if what == "writes" else LISTS:
            if name not in cards or name not in capabilities_of(card_name) or only not in (None, name):
                continue
            if look and not has_look(card_name, name):
                continue
            if all(bool(getattr(cards[name], key)) is value for key, value in wanted.items()):
                found.append(pytest.param((card_name, name), id=f"{card_name}-{name}"))
    metafunc.parametrize("stand", found, indirect=True)
