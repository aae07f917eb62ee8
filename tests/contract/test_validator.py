"""The validator itself: each kind of fault is told, and what is right is not."""

from typing import Any

import pytest

from tests.contract.validator import SPECS, Spec

SHAPE = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9]+$", "maxLength": 4},
        "at": {"type": "string", "format": "date-time"},
        "kind": {"$ref": "#/definitions/Kind"},
        "many": {"type": "array", "items": {"type": "integer", "minimum": 1}, "maxItems": 2},
        "amount": {"type": "number"},
        "flag": {"type": "boolean"},
        "more": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
KINDS = {
    "name": "kinds",
    "in": "query",
    "type": "array",
    "maxItems": 2,
    "items": {"enum": ["A", "B"], "type": "string"},
}
SIZE = {"name": "size", "in": "query", "required": True, "type": "integer", "maximum": 100}
ID = {"name": "id", "in": "path", "required": True, "type": "string", "pattern": "^[0-9]+$"}
BODY = {"name": "body", "in": "body", "required": True, "schema": SHAPE}
SPEC = Spec(
    {
        "definitions": {"Kind": {"type": "string", "enum": ["A", "B"]}},
        "paths": {
            "/things/{id}": {
                "parameters": [ID],
                "get": {"parameters": [KINDS, SIZE], "responses": {"200": {"schema": SHAPE}, "204": {}}},
                "post": {"parameters": [BODY], "responses": {"204": {}}},
            }
        },
    }
)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ({"id": "12", "at": "2026-01-01T00:00:00Z", "kind": "A", "many": [1, 2], "amount": 1.5, "flag": True}, None),
        ({"id": "12", "unknown": 1, "more": {"x": "y"}}, None),
        ({}, "$.id: is missing"),
        ({"id": 12}, "$.id: is int, not string"),
        ({"id": None}, "$.id: is null"),
        ({"id": "x"}, "$.id: 'x' does not match ^[0-9]+$"),
        ({"id": "12345"}, "$.id: 5 is over maxLength 4"),
        ({"id": "1", "at": "2026-01-01"}, "$.at: '2026-01-01' is no ISO 8601 time with an offset"),
        ({"id": "1", "at": "2026-01-01T00:00:00"}, "$.at: '2026-01-01T00:00:00' is no ISO 8601 time with an offset"),
        ({"id": "1", "kind": "C"}, "$.kind: 'C' is none of A, B"),
        ({"id": "1", "many": [1, 2, 3]}, "$.many: 3 is over maxItems 2"),
        ({"id": "1", "many": [0]}, "$.many[0]: 0 is under minimum 1"),
        ({"id": "1", "many": [True]}, "$.many[0]: is bool, not integer"),
        ({"id": "1", "amount": "1"}, "$.amount: is str, not number"),
        ({"id": "1", "more": {"x": 1}}, "$.more.x: is int, not string"),
        ([], "$: is list, not object"),
    ],
)
def test_values(value: Any, fault: str | None) -> None:
    assert SPEC.faults_of(value, SHAPE, "$") == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "fault"),
    [
        ("GET", "/things/1", {"size": "100", "kinds": "A,B"}, None, None),
        ("GET", "/things/1", {}, None, "GET /things/{id}: parameter size is missing"),
        ("GET", "/things/1", {"size": "101"}, None, "GET /things/{id}: size: 101 is over maximum 100"),
        ("GET", "/things/1", {"size": "many"}, None, "GET /things/{id}: size: is str, not integer"),
        ("GET", "/things/1", {"size": "1", "x": "1"}, None, "GET /things/{id}: parameter x is not documented"),
        ("GET", "/things/1", {"size": "1", "kinds": "C"}, None, "GET /things/{id}: kinds[0]: 'C' is none of A, B"),
        ("GET", "/things/1", {"size": "1", "id": "2"}, None, "GET /things/{id}: parameter id is not documented"),
        ("GET", "/things/1", {"size": "1"}, {"id": "1"}, "GET /things/{id}: takes no body"),
        ("GET", "/things/a%2Fb", {"size": "1"}, None, "GET /things/{id}: id: 'a/b' does not match ^[0-9]+$"),
        ("PUT", "/things/1", {}, None, "PUT /things/1: no such operation"),
        ("GET", "/things/1/2", {}, None, "GET /things/1/2: no such operation"),
        ("POST", "/things/1", {}, {"id": "1"}, None),
        ("POST", "/things/1", {}, None, "POST /things/{id}: the body is missing"),
        ("POST", "/things/1", {}, {"id": "1", "x": 1}, "POST /things/{id}: body.x: is not documented"),
    ],
)
def test_requests(method: str, path: str, query: dict[str, str], body: Any, fault: str | None) -> None:
    assert SPEC.faults_of_request(method, path, query, body) == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (200, {"id": "1"}, None),
        (200, {}, "GET /things/{id} 200.id: is missing"),
        (204, None, None),
        (204, {"id": "1"}, "GET /things/{id} 204: has no body"),
        (418, None, "GET /things/{id} 418: this status is not documented"),
    ],
)
def test_answers(status: int, body: Any, fault: str | None) -> None:
    assert SPEC.faults_of_answer("GET", "/things/1", status, body) == ([fault] if fault else [])


def test_the_specifications_keep_their_license() -> None:
    for folder in SPECS.iterdir():
        assert "Apache License" in (folder / "LICENSE").read_text()
        for path in folder.glob("*.json"):
            assert Spec.read(f"{folder.name}/{path.name}").document["info"]["license"]["name"] == "Apache License 2.0"
