"""The log of webhooks as a list of shipments, by a user's JSON pointers: no payload is published. Pure.

A webhook that nobody took is retried three times and then only in the log, which also works without a public address
(contracts/oms.md section 4.2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import msgspec

from pipeline.connectors.answers import Answer
from pipeline.connectors.oms.ois.tables import listed
from pipeline.connectors.paging import Place
from pipeline.connectors.pointers import PARCEL, Pointers
from pipeline.connectors.wire import maybe, text
from pipeline.domain.reports import Shipment
from pipeline.ports import Row

OFF: Final = "not configured: turn webhook_log_poll on, and say by webhook_pointers where its entries have what we need"
UNKNOWN: Final = "not configured: what a webhook carries is not published; set webhook_pointers"
_PLAIN: Final = ("shipped", "status")
_ENTRY: Final = ("rows", "entry_id", "event", "created_at", "order_id", "parcels")
_NEEDED: Final = ("event", "shipped", "order_id", "number")
_DEFAULTS: Final = {"parcels": ""}  # the entry itself
_ENCODE: Final = msgspec.json.Encoder(decimal_format="number", order="sorted").encode


def why_off(settings: Mapping[str, Any]) -> str | None:
    """Why no shipment comes back under these settings; None when it does."""
    if not settings.get("webhook_log_poll"):
        return OFF
    return None if settings.get("webhook_pointers") else UNKNOWN


@dataclass(frozen=True, slots=True)
class HookLog:
    """The setting `webhook_pointers`. Those of an entry begin at it, those of a parcel at the parcel."""

    pointers: Pointers

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> "HookLog":
        """Raises NotConfigured with every fault at once."""
        return cls(
            Pointers.of(
                table,
                partner="OIS",
                setting="webhook_pointers",
                pointers=(*_ENTRY, *PARCEL),
                plain=_PLAIN,
                needed=_NEEDED,
                defaults=_DEFAULTS,
            )
        )

    @property
    def status(self) -> str | None:
        """Only entries of this status are asked for; None for all."""
        return self.pointers.words.get("status")

    def entries(self, answer: Answer) -> list[Any]:
        """A page's entries. Raises Unreadable."""
        if "rows" not in self.pointers.words:
            return listed(answer)
        found = self.pointers.at(answer.json(), "rows")
        if not isinstance(found, list):
            raise answer.unclear("no list where webhook_pointers.rows says")
        return found

    def created_at(self, entry: Any) -> datetime | None:
        """When it was written, where a pointer tells."""
        return self.pointers.moment_at(entry, "created_at")

    def read(self, entries: Sequence[Any], place: Place) -> tuple[list[Row], list[bytes]]:
        """The shipments among them within the place's range, each by an id of its own; and those without an order."""
        rows: dict[str, Row] = {}
        unreadable = []
        for entry in entries:
            if self.pointers.text_at(entry, "event") != self.pointers.words["shipped"]:
                continue
            at = self.created_at(entry)
            if at and ((place.since and at < place.since) or (place.until and at > place.until)):
                continue
            order_id = self.pointers.text_at(entry, "order_id")
            if order_id is None:
                unreadable.append(_ENCODE(entry))
                continue
            parcels = self.pointers.at(entry, "parcels")
            parcels = (parcels if isinstance(parcels, list) else [parcels]) or [{}]  # none: `shipment` says so
            id_ = f"{order_id}/{self._number(entry, parcels)}"
            raw = {"id": id_, "order_id": order_id, "rows": parcels}
            rows[id_] = Row(id=id_, raw=raw, order=order_id)
        return list(rows.values()), unreadable

    def _number(self, entry: Any, parcels: Sequence[Any]) -> str:
        """What tells this entry from others: its own id, else what it says; its status may change meanwhile."""
        own = self.pointers.text_at(entry, "entry_id")
        if own:
            return own
        said = [
            [str(self.pointers.at(parcel, name)) for name in ("number", "carrier", "shipped_at", "lines")]
            for parcel in parcels
        ]
        return sha256(_ENCODE([str(self.created_at(entry)), said])).hexdigest()[:12]

    def shipment(self, raw: Mapping[str, Any]) -> Shipment:
        """One entry's parcels. Raises Invalid, Puzzling."""
        return self.pointers.shipment(raw, maybe(text, raw.get("id")))


def is_over(times: Sequence[datetime | None], since: datetime | None) -> bool:
    """Whether a page shows that what follows is older than wanted: newest first, and all of it too old."""
    known = [at for at in times if at is not None]
    if since is None or len(known) < max(len(times), 2):
        return False
    return known[0] < since and known[-1] < known[0] and known == sorted(known, reverse=True)
