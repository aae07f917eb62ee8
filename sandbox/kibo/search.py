"""Searches: exact filters, several values by commas, pages from 1 (contracts, OMS 5.6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from sandbox.kibo.dials import KiboDials
from sandbox.kibo.errors import (
    INVALID_ID,
    INVALID_QUERY_PARAM,
    MISSING_QUERY_PARAM,
    NO_VALID_QUERY_PARAMS,
    UNSUPPORTED_QUERY_PARAM,
    Refused,
)

PAGING = {"page", "perPage"}
MOST, USUAL = 100, 10
NUMBERS = frozenset({"manufacturerID", "orderID"})


@dataclass(frozen=True, slots=True)
class Search:
    """`filters`: name -> the values that pass."""

    filters: dict[str, frozenset[str]]
    page: int
    per_page: int

    def passes(self, **values: object) -> bool:
        """Whether an order with these values is wanted: exactly, case and all."""
        return all(str(values[name]) in wanted for name, wanted in self.filters.items())

    def cut(self, rows: Sequence[Any]) -> dict[str, Any]:
        """One page of them."""
        first = (self.page - 1) * self.per_page
        return {
            "totalCount": len(rows),
            "page": self.page,
            "perPage": self.per_page,
            "collection": list(rows[first : first + self.per_page]),
        }


def read_search(query: str, known: frozenset[str], dials: KiboDials, choices: Sequence[str] = ()) -> Search:
    """Every parameter checked; `choices`: the words of orderStatus."""
    pairs = parse_qsl(query, keep_blank_values=True)
    params = dict(pairs)
    if len(params) < len(pairs):
        raise Refused(INVALID_QUERY_PARAM, {"query": ["a parameter twice: several values go with commas"]})
    unknown = sorted(set(params) - known - PAGING)
    if unknown:
        raise Refused(UNSUPPORTED_QUERY_PARAM, {name: ["not supported"] for name in unknown})
    if not set(params) & known:
        raise Refused(NO_VALID_QUERY_PARAMS, {"query": ["no filter"]})
    if "manufacturerID" not in params:
        raise Refused(MISSING_QUERY_PARAM, {"manufacturerID": ["required"]})
    filters = {name: frozenset(value.split(",")) for name, value in params.items() if name in known}
    errors = {name: ["a whole number"] for name in NUMBERS & filters.keys() if not _all_digits(filters[name])}
    if not filters.get("orderStatus", frozenset()) <= set(choices):
        errors["orderStatus"] = [f"of {', '.join(choices)}"]
    errors |= {name: ["not empty"] for name, values in filters.items() if "" in values}
    for name, most in (("page", None), ("perPage", MOST)):
        text = params.get(name, "1")
        if not _all_digits({text}) or int(text) < 1 or (most and int(text) > most):
            errors[name] = [f"a whole number from 1{f' to {most}' if most else ''}"]
    if errors:
        raise Refused(INVALID_QUERY_PARAM, errors)
    if filters["manufacturerID"] != {str(dials.manufacturer_id)}:
        raise Refused(INVALID_ID, {"manufacturerID": ["not this client's"]})
    return Search(filters, int(params.get("page", "1")), int(params.get("perPage", USUAL)))


def _all_digits(texts: frozenset[str] | set[str]) -> bool:
    return all(text.isascii() and text.isdigit() for text in texts)
