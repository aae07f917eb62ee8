"""Where a Tecsys answer has its tracking, by JSON pointers: no field is published (section 3.4.11). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pipeline.connectors.pointers import PARCEL, Pointers
from pipeline.domain.reports import Shipment

_WORDS: Final = ("search_field", "search_value", "search_operator")
_DEFAULTS: Final = {"search_operator": "equals", "order_id": "/ExternalOrderId", "shipments": "/Shipments"}
_POINTERS: Final = ("orders", "order_id", "updated_at", "shipments", *PARCEL)


@dataclass(frozen=True, slots=True)
class Tracking:
    """The setting `tracking_pointers`. Those of a shipment begin at it, those of a line at the line."""

    pointers: Pointers

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> "Tracking":
        """Raises NotConfigured with every fault at once."""
        needed = ("search_field", "search_value", "number")
        return cls(
            Pointers.of(
                table,
                partner="Tecsys",
                setting="tracking_pointers",
                pointers=_POINTERS,
                plain=_WORDS,
                needed=needed,
                defaults=_DEFAULTS,
            )
        )

    @property
    def condition(self) -> Mapping[str, str]:
        """The search for shipped orders."""
        words = self.pointers.words
        return {
            "Field": words["search_field"],
            "Operator": words["search_operator"],
            "Value": words["search_value"],
        }

    def order_id(self, order: Mapping[str, Any]) -> str | None:
        """The marketplace's id."""
        return self.pointers.text_at(order, "order_id")

    def updated_at(self, order: Mapping[str, Any]) -> datetime | None:
        """When it was changed, where a pointer tells."""
        return self.pointers.moment_at(order, "updated_at")

    def shipments(self, order: Mapping[str, Any]) -> list[Any]:
        """Those with a tracking number; what can't be read is left for `shipment`, which says why."""
        found = self.pointers.at(order, "shipments")
        rows = [found] if isinstance(found, Mapping) else found
        if rows is None:
            return []
        if not isinstance(rows, list):
            return [rows]
        return [
            row for row in rows if not isinstance(row, Mapping) or self.pointers.at(row, "number") not in (None, "")
        ]

    def orders(self, body: Any) -> Any:
        """The rows of a search where its pointer says, else the body."""
        return self.pointers.at(body, "orders") if "orders" in self.pointers.words else body

    def shipment(self, raw: Mapping[str, Any]) -> Shipment:
        """Every distinct parcel of a row. Raises Invalid, Puzzling."""
        return self.pointers.shipment(raw, None)
