"""An entry of a file as a document for the ledger; or why it is skipped, or dead on arrival."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from pipeline.config.model import Account
from pipeline.domain.errors import Fault, FieldError, Invalid, Kind, Trouble
from pipeline.domain.lifecycle import Flow, Mark, Step
from pipeline.domain.order import Order
from pipeline.operations.backfill.entries import Entry
from pipeline.operations.backfill.lines import KEPT
from pipeline.polling import Polling, unreadable
from pipeline.ports import NewDocument, Row
from pipeline.steps.admission import admit
from pipeline.steps.context import DEFECTS
from pipeline.steps.normalize import read_order
from pipeline.stores.bodies import to_text

Form = Literal["canonical", "raw"]
LONGEST_ID: Final = 200
SHOWN: Final = 300  # letters of a reason
ALIKE: Final = 80  # letters by which reasons are grouped


@dataclass(frozen=True, slots=True)
class Taken:
    """`document` is stored. `dead`: why it is dead on arrival; `skipped`: why there is none."""

    document: NewDocument | None = None
    dead: str = ""
    skipped: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """How the entries of one file are read."""

    polling: Polling
    account: Account
    title: str
    form: Form
    historic: bool

    def take(self, entry: Entry, now: datetime) -> Taken:
        """Nothing is asked of anybody."""
        if entry.fields is None:
            return self._dead(entry, entry.fault)
        try:
            order = self._order(entry.fields)
        except (Trouble, *DEFECTS) as met:
            return self._dead(entry, _reason(met), met.cause if isinstance(met, Invalid) else "")
        if not order.id or len(order.id) > LONGEST_ID:
            return self._dead(entry, "no id" if not order.id else f"an id of more than {LONGEST_ID} letters")
        found = admit(
            order, self.account.name, self.account.start, self.polling.context.network, historic=self.historic
        )
        if found.skipped:
            return Taken(skipped=found.skipped)
        # without a time of change that of purchase: whatever its marketplace told of it since is newer
        version = order.updated_at or order.purchased_at
        row = Row(id=order.id, raw=entry.fields, version=version, purchased_at=order.purchased_at)
        marks = (*((Mark.CANONICAL,) if self.form == "canonical" else ()), *found.marks)
        return Taken(self.polling.document(self.account, Flow.ORDERS, row, now, marks))

    def _order(self, fields: Mapping[str, Any]) -> Order:
        """Raises what reading raises, for what the ledger could not hold either."""
        to_text(fields)
        canonical = self.form == "canonical"
        return read_order(fields, self.account.name, self.polling.context.network, canonical=canonical)[0]

    def _dead(self, entry: Entry, why: str, cause: str = "") -> Taken:
        why = why if len(why) <= SHOWN else f"{why[:SHOWN]} ..."
        told = f"line {entry.line} of {self.title}: {why}; mend the line and import it again, then discard this"
        alike = "a line of a file: " + re.sub(r"\d+", "N", cause or why)[:ALIKE]
        fault = Fault(Step.FETCH, Kind.UNREADABLE, alike, told)
        return Taken(unreadable(self.account.name, Flow.ORDERS, entry.text[:KEPT], fault), dead=why)


def _reason(met: Exception) -> str:
    """In words, without a value of the file."""
    if isinstance(met, Invalid):
        return "; ".join(_field(fault) for fault in met.fields) or met.message
    if isinstance(met, Trouble):
        return met.message
    if isinstance(met, UnicodeError):
        return "half a surrogate pair, which is no text"
    return f"can't be read ({type(met).__name__})"


def _field(fault: FieldError) -> str:
    path = fault.path if fault.path.isprintable() and len(fault.path) <= 80 else f"{fault.path[:40]!a}..."
    return f"{path}: {fault.message}"
