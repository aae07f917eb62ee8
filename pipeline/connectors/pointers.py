"""Where an answer that nobody published has its parcels, as a user's setting says by JSON pointers (RFC 6901). Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pipeline.connectors.wire import Unfit, maybe, moment, records, text, whole
from pipeline.domain.errors import FieldError, Invalid, NotConfigured, Puzzling
from pipeline.domain.reports import LineQuantity, Parcel, Shipment

# of a parcel, beginning at it; those of a line begin at the line
PARCEL: Final = ("number", "carrier", "url", "shipped_at", "lines", "line_id", "quantity")
_POINTER: Final = re.compile(r"(/([^~/]|~[01])*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointers:
    """A table of pointers, and the plain words that stand among them. `partner` is named in messages."""

    partner: str
    words: Mapping[str, str]

    @classmethod
    def of(
        cls,
        table: Mapping[str, Any],
        *,
        partner: str,
        setting: str,
        pointers: Sequence[str],
        plain: Sequence[str],
        needed: Sequence[str],
        defaults: Mapping[str, str],
    ) -> "Pointers":
        """Raises NotConfigured with every fault of the setting at once."""
        words = {**defaults, **table}
        faults = [f"{name} is missing" for name in needed if name not in words]
        faults += [f"{name} is unknown" for name in words if name not in (*plain, *pointers)]
        faults += [f"{name} is no text" for name, value in words.items() if not isinstance(value, str)]
        faults += [
            f'{name} is no pointer: write one such as "/Tracking/Number"'
            for name in pointers
            if isinstance(words.get(name), str) and not _POINTER.fullmatch(words[name])
        ]
        if "lines" in words and not {"line_id", "quantity"} <= words.keys():
            faults.append("lines needs line_id and quantity")
        if faults:
            raise NotConfigured(f"{setting} can't be used: {'; '.join(faults)}")
        return cls(partner=partner, words=words)

    def at(self, content: Any, name: str) -> Any:
        """What the pointer of this name leads to, None for nothing."""
        pointer = self.words.get(name)
        return None if pointer is None else at(content, pointer)

    def text_at(self, content: Any, name: str) -> str | None:
        """Text, None also for what is none."""
        return maybe(text, self.at(content, name))

    def moment_at(self, content: Any, name: str) -> datetime | None:
        """A time, None also for what is none."""
        return maybe(moment, self.at(content, name))

    def shipment(self, raw: Mapping[str, Any], id_: str | None) -> Shipment:
        """Every distinct parcel of a row (`{"order_id": ..., "rows": [...]}`). Raises Invalid, Puzzling."""
        try:
            rows = records(raw.get("rows"))
        except Unfit as unfit:
            raise Invalid.of((FieldError("parcels", "form", f"shipments {unfit}"),)) from None
        order_id = maybe(text, raw.get("order_id"))
        faults: list[FieldError] = []
        riddles: list[FieldError] = []
        parcels: dict[str, Parcel] = {}
        times: list[datetime] = []
        for index, row in enumerate(rows):
            try:
                parcel, shipped_at = self._parcel(row)
            except Unfit as unfit:
                faults.append(FieldError(f"parcels.{index}", "form", f"a shipment at {self.partner}: {unfit}"))
                continue
            times += [shipped_at] if shipped_at else []
            number = parcel.number or ""
            known = parcels.get(number)
            if known and known.carrier_raw != parcel.carrier_raw:
                words = f"{self.partner} has one tracking number under two carriers"
                riddles.append(FieldError(f"parcels.{list(parcels).index(number)}.carrier_raw", "ambiguous", words))
            elif known and known.lines != parcel.lines:
                merged = (*known.lines, *parcel.lines) if known.lines and parcel.lines else ()
                parcels[number] = Parcel(number=number, carrier_raw=known.carrier_raw, url=known.url, lines=merged)
            else:
                parcels.setdefault(number, parcel)
        if faults:
            raise Invalid.of(tuple(faults))
        if riddles:
            raise Puzzling.of(tuple(riddles))
        shipped_at = max(times, default=None)
        return Shipment(id=id_ or order_id, order_id=order_id, shipped_at=shipped_at, parcels=tuple(parcels.values()))

    def _parcel(self, row: Mapping[str, Any]) -> tuple[Parcel, datetime | None]:
        number = text(self.at(row, "number"))
        lines = tuple(self._lines(row))
        parcel = Parcel(
            number=number, carrier_raw=text(self.at(row, "carrier")), url=text(self.at(row, "url")), lines=lines
        )
        return parcel, moment(self.at(row, "shipped_at"))

    def _lines(self, row: Mapping[str, Any]) -> Iterator[LineQuantity]:
        for line in records(self.at(row, "lines")):
            line_id, quantity = text(self.at(line, "line_id")), whole(self.at(line, "quantity"))
            if line_id is None or quantity is None or quantity < 1:
                raise Unfit("each line needs its id and a quantity of at least 1")
            yield LineQuantity(id=line_id, quantity=quantity)


def at(content: Any, pointer: str) -> Any:
    """What a pointer leads to, None for nothing."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(content, Mapping):
            content = content.get(name)
        elif isinstance(content, Sequence) and not isinstance(content, str) and re.fullmatch(r"0|[1-9]\d{0,6}", name):
            content = content[int(name)] if int(name) < len(content) else None
        else:
            return None
    return content
