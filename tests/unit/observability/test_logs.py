"""Log lines: data, and nothing that an exception happened to hold."""

import json
import logging
import sys

from pipeline.domain.errors import Refused
from pipeline.observability.logs import JsonLines


def line(error: Exception | None = None, **fields: object) -> dict[str, object]:
    info = None
    if error is not None:
        try:
            raise error
        except type(error):
            info = sys.exc_info()
    record = logging.LogRecord("pipeline.hand", logging.INFO, __file__, 1, "%s", ("parked",), info)
    record.fields = fields
    found: dict[str, object] = json.loads(JsonLines().format(record))
    return found


def test_a_transition_is_one_line_of_data() -> None:
    found = line(ref="orders:m:1 é", step="push", attempt=2, cause="429")
    assert found.pop("at")
    assert found == {
        "level": "info",
        "logger": "pipeline.hand",
        "message": "parked",
        "ref": "orders:m:1 é",
        "step": "push",
        "attempt": 2,
        "cause": "429",
    }


def test_a_foreign_exception_gives_its_class_and_place_only() -> None:
    found = line(ValueError("jane@example.org"))
    assert found["error"] == "ValueError"
    assert "jane" not in json.dumps(found)
    assert str(found["where"]).startswith("test_logs.py:")


def test_our_own_trouble_speaks() -> None:
    assert line(Refused("PUT order_import: 400"))["error"] == "Refused: PUT order_import: 400"
