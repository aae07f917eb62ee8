"""Stock and where it lies: on hand, pre-ordered, virtual (seed 002, contracts/oms.md sections 3.2.2 to 3.2.7)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pipeline.connectors.answers import Answer
from pipeline.connectors.oms.tecsys.answers import body_of, rows_of
from pipeline.connectors.oms.tecsys.arguments import Checks
from pipeline.connectors.oms.tecsys.batches import batches, distinct
from pipeline.connectors.oms.tecsys.calls import Calls
from pipeline.connectors.oms.tecsys.orders import all_rows

LOCATIONS: Final = "/inventorylocations/"
LOCATION_FIELDS: Final = "/inventorylocations/customfields"
ON_HAND: Final = "/inventory/onhand"
PREORDER: Final = "/preorderinventory/"
VIRTUAL: Final = "/virtualinventory/"
_ANY: Final = 10_000
_REMEDIES: Final = {
    "Absolute": "the same quantity may be set again",
    "Delta": "a Delta is never sent again: read on_hand, then set an Absolute quantity if it is wrong",
}


class Inventory:
    """What `orderpipe call` asks and says of stock."""

    def __init__(self, calls: Calls, settings: Mapping[str, Any]) -> None:
        self._calls = calls
        self._size = max(settings["page_size"], 1)
        self._mode = settings["onhand_mode"]
        self._groups = settings["max_pool_groups"]
        self._skus = settings["max_virtual_skus"]

    def locations(self, location: str | None = None, page: int | None = None) -> Any:
        """One page as Tecsys has it, or the rows of all."""
        checks = Checks()
        checks.at_least("page", page, 1)
        checks.done()

        def ask(number: int) -> Answer:
            query = {"locationInternalName": location, "pageSize": self._size, "pageNumber": number}
            return self._calls.get(LOCATIONS, query)

        return all_rows(ask, self._size) if page is None else body_of(ask(page))

    def set_location_fields(self, location: str, custom_fields: Any) -> Any:
        """`Custom Fields` with a blank, here only (section 3.4.5)."""
        checks = Checks()
        name = checks.text("location", location, needed=True)
        fields = checks.custom_fields("custom_fields", custom_fields, str)
        checks.done()
        content = {"Custom Fields": fields, "LocationName": name}
        return self._calls.change("PUT", LOCATION_FIELDS, json=content)

    def on_hand(self, locations: Iterable[str], skus: Iterable[str] = ()) -> Any:
        """Stock by SKU and location; as many calls as the URLs need."""
        return self._crossed(
            ON_HAND,
            ("locationInternalNames", distinct(locations, "locations", needed=True), _ANY),
            ("skus", distinct(skus, "skus"), _ANY),
        )

    def set_on_hand(self, sku: str, location: str, quantity: int, quantity_type: str | None = None) -> Any:
        """One write. A Delta that may have been applied must not be sent again: its Ambiguous says so."""
        kind = quantity_type or self._mode
        checks = Checks()
        content = {
            "Sku": checks.text("sku", sku, needed=True),
            "LocationInternalName": checks.text("location", location, needed=True),
            "QuantityType": kind,
            "Quantity": quantity,
        }
        if kind == "Absolute":
            checks.at_least("quantity", quantity, 0)
        elif quantity == 0:
            checks.fault("quantity", "a Delta of 0 changes nothing", "range")
        checks.done()
        return self._calls.change("PUT", ON_HAND, remedy=_REMEDIES[kind], json=content)

    def preorder(self, sku: str) -> Any:
        """What is pre-ordered, and planned, at each location."""
        checks = Checks()
        name = checks.text("sku", sku, needed=True)
        checks.done()
        return body_of(self._calls.get(PREORDER, {"Sku": name}))

    def virtual(self, pool_groups: Iterable[str], skus: Iterable[str] = ()) -> Any:
        """Calculated stock; differs from what is on hand by design. Every group with every SKU, merged."""
        return self._crossed(
            VIRTUAL,
            ("inventoryPoolGroupNames", distinct(pool_groups, "pool_groups", needed=True), self._groups),
            ("skus", distinct(skus, "skus"), self._skus),
        )

    def _crossed(self, path: str, first: tuple[str, list[str], int], second: tuple[str, list[str], int]) -> list[Any]:
        """The rows of every chunk of the first values with every chunk of the second."""
        room = self._calls.room(path) // (2 if second[1] else 1)
        rows: list[Any] = []
        for one in _chunks(first, room):
            for other in _chunks(second, room):
                query = {first[0]: one, **({second[0]: other} if other else {})}
                body = body_of(self._calls.get(path, query))
                found = rows_of(body)
                rows += found if found is not None else [body] if body is not None else []
        return rows


def _chunks(values: tuple[str, list[str], int], room: int) -> Sequence[list[str]]:
    key, given, most = values
    return batches(given, key, most=most, room=room)
