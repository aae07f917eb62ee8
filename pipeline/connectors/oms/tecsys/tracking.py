"""Where a Tecsys answer has its tracking, by JSON pointers (RFC 6901): no field is published (section 3.4.11). Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pipeline.connectors.wire import Unfit, maybe, moment, records, text, whole
from pipeline.domain.errors import FieldError, Invalid, NotConfigured, Puzzling
from pipeline.domain.reports import LineQuantity, Parcel, Shipment

_WORDS: Final = ("search_field", "search_value", "search_operator")
_DEFAULTS: Final = {"search_operator": "equals", "order_id": "/ExternalOrderId", "shipments": "/Shipments"}
_POINTERS: Final = (
    "orders", "order_id", "updated_at", "shipments", "shipment_id", "number", "carrier", "url", "shipped_at",
    "lines", "line_id", "quantity",
)  # fmt: skip
_POINTER: Final = re.compile(r"(/([^~/]|~[01])*)*")


@dataclass(frozen=True, slots=True)
class Tracking:
    """The setting `tracking_pointers`. Those of a shipment begin at it, those of a line at the line."""

    words: Mapping[str, str]

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> "Tracking":
        """Raises NotConfigured with every fault at once."""
        words = {**_DEFAULTS, **table}
        faults = [f"{name} is missing" for name in ("search_field", "search_value", "number") if name not in words]
        faults += [f"{name} is unknown" for name in words if name not in (*_WORDS, *_POINTERS)]
        faults += [f"{name} is no text" for name, value in words.items() if not isinstance(value, str)]
        faults += [
            f'{name} is no pointer: write one such as "/Tracking/Number"'
            for name in _POINTERS
            if isinstance(words.get(name), str) and not _POINTER.fullmatch(words[name])
        ]
        if "lines" in words and not {"line_id", "quantity"} <= words.keys():
            faults.append("lines needs line_id and quantity")
        if faults:
            raise NotConfigured(f"tracking_pointers can't be used: {'; '.join(faults)}")
        return cls(words)

    def order_id(self, order: Mapping[str, Any]) -> str | None:
        """The marketplace's id."""
        return maybe(text, self._at(order, "order_id"))

    def updated_at(self, order: Mapping[str, Any]) -> datetime | None:
        """When it was changed, where a pointer tells."""
        return maybe(moment, self._at(order, "updated_at"))

    def shipments(self, order: Mapping[str, Any]) -> list[Any]:
        """Those with a tracking number; what can't be read is left for `shipment`, which says why."""
        found = self._at(order, "shipments")
        rows = [found] if isinstance(found, Mapping) else found
        if rows is None:
            return []
        if not isinstance(rows, list):
            return [rows]
        return [row for row in rows if not isinstance(row, Mapping) or self._at(row, "number") not in (None, "")]

    def orders(self, body: Any) -> Any:
        """The rows of a search by its pointer; None without one."""
        return None if "orders" not in self.words else self._at(body, "orders")

    def shipment(self, raw: Mapping[str, Any]) -> Shipment:
        """Every distinct parcel of a row. Raises Invalid, Puzzling."""
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
                parcel, at = self._parcel(row)
            except Unfit as unfit:
                faults.append(FieldError(f"parcels.{index}", "form", f"a shipment at Tecsys: {unfit}"))
                continue
            times += [at] if at else []
            number = parcel.number or ""
            known = parcels.get(number)
            if known and known.carrier_raw != parcel.carrier_raw:
                words = "Tecsys has one tracking number under two carriers"
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
        return Shipment(id=order_id, order_id=order_id, shipped_at=shipped_at, parcels=tuple(parcels.values()))

    def _parcel(self, row: Mapping[str, Any]) -> tuple[Parcel, datetime | None]:
        number = text(self._at(row, "number"))
        lines = tuple(self._lines(row))
        parcel = Parcel(
            number=number, carrier_raw=text(self._at(row, "carrier")), url=text(self._at(row, "url")), lines=lines
        )
        return parcel, moment(self._at(row, "shipped_at"))

    def _lines(self, row: Mapping[str, Any]) -> Iterator[LineQuantity]:
        for line in records(self._at(row, "lines")):
            line_id, quantity = text(self._at(line, "line_id")), whole(self._at(line, "quantity"))
            if line_id is None or quantity is None or quantity < 1:
                raise Unfit("each line needs its id and a quantity of at least 1")
            yield LineQuantity(id=line_id, quantity=quantity)

    def _at(self, content: Any, name: str) -> Any:
        pointer = self.words.get(name)
        return None if pointer is None else at(content, pointer)


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
