"""OIS' tables that an order is checked against: agents, payment options and providers, branches, cached an hour.

A word that is missing forces one refresh before it is refused (contracts/oms.md section 4.7). The shape of no table is
published: rows are known by their identifier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from pipeline.connectors.answers import Answer
from pipeline.connectors.contract import Rig
from pipeline.connectors.oms.ois.calls import Calls

LIFE: Final = timedelta(hours=1)
Id = str | int


@dataclass(frozen=True, slots=True)
class Table:
    """An endpoint, and the names that its rows' identifier may have, in lower case."""

    name: str
    path: str
    ids: tuple[str, ...]
    webshop: bool = False


AGENTS: Final = Table("agents", "v1/ShippingAgents", ("id", "shippingagentid", "identifier"))
OPTIONS: Final = Table("options", "v1/PaymentOptions", ("id", "paymentoptionid", "identifier"))
PROVIDERS: Final = Table("providers", "v1/PaymentProviders", ("id", "paymentproviderid", "identifier"))
BRANCHES: Final = Table("branches", "v1/Branches", ("identifier", "branchidentifier"), webshop=True)
_PROVIDER: Final = ("paymentproviderid", "providerid", "paymentprovider", "provider")


class Tables:
    """The account's tables."""

    def __init__(self, rig: Rig, calls: Calls) -> None:
        self._rig = rig
        self._calls = calls

    def agent(self, word: str) -> Id | None:
        """The ShippingAgentId, in the form OIS has it."""
        found = self._find(AGENTS, word)
        return found[0] if found else None

    def branch(self, word: str) -> Id | None:
        """The Branch Identifier."""
        found = self._find(BRANCHES, word)
        return found[0] if found else None

    def option(self, word: str) -> Id | None:
        """The PaymentOptionId; one whose provider OIS does not list is none."""
        found = self._find(OPTIONS, word)
        if found is None or (found[1] is not None and self._find(PROVIDERS, str(found[1])) is None):
            return None
        return found[0]

    def read(self, table: Table) -> Answer:
        """The table as OIS has it."""
        return self._calls.get(table.path, webshop=table.webshop)

    def _find(self, table: Table, word: str) -> tuple[Id, Id | None] | None:
        def load() -> list[list[Any]]:
            return _rows(self.read(table), table)

        keep, account = self._rig.references, self._rig.account
        found = _match(word, keep.get(account, table.name, load, life=LIFE))
        return found or _match(word, keep.get(account, table.name, load, life=LIFE, fresh=True))


def listed(answer: Answer) -> list[Any]:
    """The rows of a list, bare or wrapped. Raises Unreadable."""
    body = answer.json()
    if isinstance(body, Mapping):
        inside = [value for value in body.values() if isinstance(value, list)]
        body = inside[0] if len(inside) == 1 else None
    if not isinstance(body, list):
        raise answer.unclear("no list")
    return body


def field_of(row: Mapping[str, Any], names: Sequence[str]) -> Any:
    """The first of these fields that a row has, whatever their case."""
    lower = {str(name).lower(): value for name, value in row.items()}
    return next((lower[name] for name in names if lower.get(name) is not None), None)


def _match(word: str, rows: Sequence[Sequence[Any]]) -> tuple[Id, Id | None] | None:
    return next(((row[0], row[1]) for row in rows if str(row[0]) == word), None)


def _rows(answer: Answer, table: Table) -> list[list[Any]]:
    """Identifier and provider of each row."""
    rows = listed(answer)
    found = []
    for row in rows:
        number = field_of(row, table.ids) if isinstance(row, Mapping) else row
        provider = field_of(row, _PROVIDER) if isinstance(row, Mapping) else None
        if isinstance(provider, Mapping):
            provider = field_of(provider, PROVIDERS.ids)
        if type(number) in (str, int):
            found.append([number, provider if type(provider) in (str, int) else None])
    if rows and not found:
        raise answer.unclear(f"a list without {table.ids[0]}")
    return found
