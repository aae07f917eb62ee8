"""Every pair of data files, through the connector that speaks it.

A file holds `operation`, `settings`, `given` and `expected`; `source` says where the values are from. Amounts on the
wire are JSON numbers; canonical documents are as `show --json` prints them.
"""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.connectors.registry import CONNECTORS
from pipeline.domain.codec import from_fields, to_fields
from pipeline.domain.order import Order
from pipeline.domain.reports import Acknowledgement, Cancellation, Shipment, StatusReport
from tests.unit.connectors.rig import Partner, client_for, octopia

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*/*.json"))
DECODE = msgspec.json.Decoder(float_hook=Decimal).decode
ENCODE = msgspec.json.Encoder(decimal_format="number").encode


def client_of(path: Path, pair: Any) -> Any:
    """The connector of the file's folder; reference tables answer with what the file holds."""
    partner = Partner().says(*pair.get("replies", []))
    return client_for(path.parent.name, partner, **pair.get("settings", {}))


def prepared(name: str, document: type[Any]) -> Callable[[Any, Any], Any]:
    """What a write would send for a canonical document."""
    return lambda client, given: ENCODE(getattr(client, name).prepare(from_fields(document, given)).content)


OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "read": lambda client, given: to_fields(client.read(given)),
    "read_shipment": lambda client, given: to_fields(client.read_shipment(given)),
    "accept": prepared("accept", Order),
    "refuse": prepared("refuse", Order),
    "acknowledge": prepared("acknowledge", Acknowledgement),
    "import_orders": prepared("import_orders", Order),
    "ship": prepared("ship", Shipment),
    "cancel": prepared("cancel", Cancellation),
    "acknowledge_shipped": prepared("acknowledge_shipped", Shipment),
    "answer_status": prepared("answer_status", StatusReport),
    # what leaves for Egenta when this comes from Octopia (contracts/oms.md section 6.2a)
    "read_and_import": lambda client, given: prepared("import_orders", Order)(
        client, to_fields(octopia(Partner()).read(given))
    ),
}


@pytest.mark.parametrize("path", FILES, ids=[f"{path.parent.name}/{path.stem}" for path in FILES])
def test_golden(path: Path) -> None:
    pair = DECODE(path.read_bytes())
    found = OPERATIONS[pair["operation"]](client_of(path, pair), pair["given"])
    if isinstance(found, bytes):  # what goes over the wire: 19.9 and "19.9" are two things
        assert DECODE(found) == pair["expected"]
        assert types_in(DECODE(found)) == types_in(pair["expected"])
    else:
        assert found == pair["expected"]
    assert pair["source"]


def types_in(value: Any) -> Any:
    """The same, with the kind of each value: 1 == True == Decimal(1), and on the wire they are not."""
    if isinstance(value, dict):
        return {name: types_in(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [types_in(inner) for inner in value]
    return "number" if type(value) in (int, Decimal) else type(value).__name__


def test_there_are_pairs_of_every_connector() -> None:
    assert {path.parent.name for path in FILES} == set(CONNECTORS)
    assert len(FILES) >= 12
