"""A small validator of Swagger 2.0 documents: the subset that the specifications in `specs/` use.

Requests (path, parameters, body) and answers are checked against them. It knows neither the product nor the sandbox,
so that both can be held against it. Faults are words; no fault is an empty list.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

SPECS = Path(__file__).parent / "specs"
METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list, tuple),
    "string": (str,),
    "integer": (int,),
    "number": (int, float, Decimal),
    "boolean": (bool,),
}


@dataclass(frozen=True)
class Fixture:
    """A pair that Amazon wrote into its specification (`x-amzn-api-sandbox.static`)."""

    method: str
    path: str  # the template
    status: int
    parameters: Mapping[str, Any]
    answer: Any


@dataclass(frozen=True)
class Spec:
    """One document."""

    document: Mapping[str, Any]

    @classmethod
    def read(cls, name: str) -> "Spec":
        """`amazon/ordersV0.json`."""
        return cls(json.loads((SPECS / name).read_text()))

    def definition(self, name: str) -> Mapping[str, Any]:
        """A named schema."""
        found: Mapping[str, Any] = self.document["definitions"][name]
        return found

    def operations(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Method, path template, operation."""
        for path, operations in self.document["paths"].items():
            for method in METHODS:
                if method in operations:
                    yield method.upper(), path, operations[method]

    def find(self, method: str, path: str) -> tuple[str, Mapping[str, Any], dict[str, str]] | None:
        """The template, the operation and the path's parameters for a concrete (still encoded) path."""
        for known, template, operation in self.operations():
            pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template))
            met = re.fullmatch(pattern, path)
            if known == method.upper() and met:
                return template, operation, {name: unquote(value) for name, value in met.groupdict().items()}
        return None

    def fixtures(self) -> Iterator[Fixture]:
        """All that the document holds."""
        for method, path, operation in self.operations():
            for status, response in operation["responses"].items():
                for pair in response.get("x-amzn-api-sandbox", {}).get("static", ()):
                    given = pair["request"].get("parameters", {})
                    parameters = {name: one["value"] for name, one in given.items()}
                    yield Fixture(method, path, int(status), parameters, pair["response"])

    # ------------------------------------------------------------ requests and answers

    def faults_of_request(self, method: str, path: str, query: Mapping[str, str], body: Any = None) -> list[str]:
        """Unknown paths and parameters, missing ones, and values of the wrong form; an object's unknown fields too."""
        found = self.find(method, path)
        if found is None:
            return [f"{method} {path}: no such operation"]
        template, operation, segments = found
        where = f"{method} {template}"
        shared = self.document["paths"][template].get("parameters", [])
        declared = {one["name"]: one for one in (*shared, *operation.get("parameters", ()))}
        places = {"query": query, "path": segments}
        faults = [
            f"{where}: parameter {name} is not documented"
            for name in query
            if declared.get(name, {}).get("in") != "query"
        ]
        for name, one in declared.items():
            if one["in"] == "body":
                faults += self._body(one, body, where)
                continue
            value = places.get(one["in"], {}).get(name)
            if value is None:
                faults += [f"{where}: parameter {name} is missing"] if one.get("required") else []
            else:
                faults += self._parameter(one, value, f"{where}: {name}")
        if body is not None and not any(one["in"] == "body" for one in declared.values()):
            faults.append(f"{where}: takes no body")
        return faults

    def faults_of_answer(self, method: str, path: str, status: int, body: Any = None) -> list[str]:
        """An undocumented status, a body where none belongs, and values of the wrong form."""
        found = self.find(method, path)
        if found is None:
            return [f"{method} {path}: no such operation"]
        template, operation, _ = found
        where = f"{method} {template} {status}"
        response = operation["responses"].get(str(status))
        if response is None:
            return [f"{where}: this status is not documented"]
        if "schema" not in response:
            return [] if body in (None, {}) else [f"{where}: has no body"]
        return self.faults_of(body, response["schema"], where)

    def _body(self, declared: Mapping[str, Any], body: Any, where: str) -> list[str]:
        if body is None:
            return [f"{where}: the body is missing"] if declared.get("required") else []
        return self.faults_of(body, declared["schema"], f"{where}: body", closed=True)

    def _parameter(self, declared: Mapping[str, Any], text: str, where: str) -> list[str]:
        """Parameters are text; lists are comma-separated where the document says nothing else."""
        value: Any = text
        kind = declared.get("type")
        if kind == "array":
            if declared.get("collectionFormat", "csv") != "csv":
                raise NotImplementedError(f"{where}: collectionFormat")
            value = text.split(",")
        elif kind == "integer" and re.fullmatch(r"-?\d+", text):
            value = int(text)
        elif kind == "boolean" and text in ("true", "false"):
            value = text == "true"
        return self.faults_of(value, declared, where)

    # ------------------------------------------------------------ values

    def faults_of(self, value: Any, schema: Mapping[str, Any], where: str, *, closed: bool = False) -> list[str]:
        """Every fault of a value. `closed`: fields that the schema does not name are faults."""
        if "$ref" in schema:
            schema = self._named(schema["$ref"])
        if value is None:
            return [] if schema.get("x-nullable") else [f"{where}: is null"]
        kind = schema.get("type") or ("object" if "properties" in schema else None)
        if kind is None:
            return []
        if not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
            return [f"{where}: is {type(value).__name__}, not {kind}"]
        faults = []
        if "enum" in schema and value not in schema["enum"]:
            faults.append(f"{where}: {value!r} is none of {', '.join(map(str, schema['enum']))}")
        if kind == "object":
            return [*faults, *self._object(value, schema, where, closed=closed)]
        if kind == "array":
            faults += _bounds(len(value), schema, where, "minItems", "maxItems")
            items = schema.get("items", {})
            return faults + [
                fault
                for n, one in enumerate(value)
                for fault in self.faults_of(one, items, f"{where}[{n}]", closed=closed)
            ]
        if kind == "string":
            return [*faults, *_text(value, schema, where)]
        return [*faults, *_bounds(value, schema, where, "minimum", "maximum")]

    def _object(self, value: Mapping[str, Any], schema: Mapping[str, Any], where: str, *, closed: bool) -> list[str]:
        properties = schema.get("properties", {})
        more = schema.get("additionalProperties")
        faults = [f"{where}.{name}: is missing" for name in schema.get("required", ()) if name not in value]
        for name, one in value.items():
            if name in properties:
                faults += self.faults_of(one, properties[name], f"{where}.{name}", closed=closed)
            elif isinstance(more, Mapping):
                faults += self.faults_of(one, more, f"{where}.{name}", closed=closed)
            elif closed or more is False:
                faults.append(f"{where}.{name}: is not documented")
        return faults

    def _named(self, reference: str) -> Mapping[str, Any]:
        found: Any = self.document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        if "$ref" in found:
            return self._named(found["$ref"])
        named: Mapping[str, Any] = found
        return named


def _text(value: str, schema: Mapping[str, Any], where: str) -> list[str]:
    faults = _bounds(len(value), schema, where, "minLength", "maxLength")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        faults.append(f"{where}: {value!r} does not match {schema['pattern']}")
    if schema.get("format") == "date-time" and not _is_time(value):
        faults.append(f"{where}: {value!r} is no ISO 8601 time with an offset")
    return faults


def _is_time(value: str) -> bool:
    try:
        return len(value) >= len("2026-01-01T00:00Z") and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _bounds(value: Any, schema: Mapping[str, Any], where: str, least: str, most: str) -> list[str]:
    faults = [f"{where}: {value} is under {least} {schema[least]}"] if least in schema and value < schema[least] else []
    return faults + (
        [f"{where}: {value} is over {most} {schema[most]}"] if most in schema and value > schema[most] else []
    )
