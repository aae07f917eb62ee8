"""The operator's own tables: carriers (SH21), reasons (RE02), and the entry that a word means. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.connectors.wire import maybe, records, text
from pipeline.domain.reports import Parcel


@dataclass(frozen=True, slots=True)
class Carrier:
    """As a tracking names it; without a code it is one that the operator does not list."""

    name: str
    code: str | None = None
    standard_code: str | None = None


def entries_in(body: Any, name: str, words: Sequence[str]) -> list[dict[str, str]]:
    """The entries below `name` (a bare list too) with those of the words that they have."""
    listed = body.get(name) if isinstance(body, Mapping) else body
    found = [
        {word: value for word in words if (value := maybe(text, entry.get(word)))}
        for entry in maybe(records, listed) or ()
    ]
    return [entry for entry in found if entry.get("code")]


def carriers_in(body: Any) -> list[dict[str, str]]:
    """SH21: {"carriers": [{code, label, standard_code, tracking_url}]} (Mirakl's OpenAPI)."""
    return entries_in(body, "carriers", ("code", "label", "standard_code"))


def reasons_in(body: Any) -> list[dict[str, str]]:
    """RE02: {"reasons": [{code, label}]} (Mirakl's OpenAPI, RE01)."""
    return entries_in(body, "reasons", ("code", "label"))


def match(word: str, table: Sequence[Mapping[str, str]]) -> Mapping[str, str] | None:
    """The entry with this word, else the only one that has it but for case. Never a guess."""
    exact = [entry for entry in table if word in entry.values()]
    by_code = [entry for entry in exact if entry.get("code") == word]
    alike = [entry for entry in table if word.casefold() in {value.casefold() for value in entry.values()}]
    for found in (by_code, exact, alike):
        if len(found) == 1:
            return found[0]
    return None


def carrier_of(parcel: Parcel, table: Sequence[Mapping[str, str]]) -> Carrier | None:
    """The operator's own entry for the route's word, or the OMS's; else the word itself, where its URL is known: "the
    name is mandatory for an unregistered carrier" (Mirakl's OpenAPI, OR23).
    """
    word = parcel.carrier or parcel.carrier_raw
    if not word:
        return None
    if found := match(word, table):
        return Carrier(found.get("label") or found["code"], found["code"], found.get("standard_code"))
    return Carrier(word) if parcel.url else None
