"""Query strings as rooms read them: known names only, repeated ones as lists, pages counted from 1."""

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import parse_qsl

from sandbox.exchange import Ask, Refusal, refuse_fields

# What Azure's gateway takes (contracts, OMS 3.5 and 4.1: both partners sit behind one).
LONGEST = 2048
Row = TypeVar("Row")


def read_query(ask: Ask, *known: str) -> dict[str, list[str]]:
    """Every value by its name. A name that is not known, or a query that is too long, is refused."""
    if len(ask.query) > LONGEST:
        raise Refusal(414, "The query is longer than 2048 characters")
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(ask.query, keep_blank_values=True):
        found.setdefault(name, []).append(value)
    if unknown := sorted(found.keys() - set(known)):
        refuse_fields("Wrong parameters", {name: ["not documented"] for name in unknown})
    return found


def read_one(query: Mapping[str, list[str]], name: str) -> str | None:
    """The only value of a name; None where it is absent or blank."""
    values = query.get(name, [])
    if len(values) > 1:
        refuse_fields("Wrong parameters", {name: ["once"]})
    return values[0] if values and values[0] else None


def cut_page(rows: list[Row], query: Mapping[str, list[str]], size_name: str, number_name: str) -> list[Row]:
    """The page asked for: 100 rows, page 1, unless told."""
    size, number = (_read_count(query, name, default) for name, default in ((size_name, 100), (number_name, 1)))
    return rows[(number - 1) * size : number * size]


def _read_count(query: Mapping[str, list[str]], name: str, default: int) -> int:
    text = read_one(query, name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and int(text) >= 1):
        refuse_fields("Wrong parameters", {name: ["a whole number from 1"]})
    return int(text)
