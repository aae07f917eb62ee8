"""Inventory's endpoints (S002): locations and their custom fields, on hand, pre-orders, virtual stock."""

from collections.abc import Mapping
from typing import Any

from sandbox.checks import Errors, check_choice, check_fields, check_filled
from sandbox.exchange import Ask, Refusal, refuse_fields, require_object
from sandbox.queries import cut_page, read_one, read_query
from sandbox.reply import Reply, reply_json
from sandbox.tecsys.orders import Orders
from sandbox.tecsys.registers import check_custom_fields, check_whole
from sandbox.tecsys.stock import CUSTOM_FIELDS, POOL_GROUPS, SKUS, Stock

PAGE = ("pageSize", "pageNumber")
MOST_GROUPS, MOST_SKUS = 4, 7


class Shelves:
    """Over one stock; virtual stock also looks at the orders."""

    def __init__(self, stock: Stock, orders: Orders) -> None:
        self._stock = stock
        self._orders = orders

    def show_metadata(self, ask: Ask) -> Reply:
        """Of one owner type."""
        read_query(ask)
        if ask.ids[0] not in CUSTOM_FIELDS:
            raise Refusal(404, "No such owner type", breach=False)
        rows = [{"Name": name, "OwnerType": ask.ids[0], "DataType": "String"} for name in CUSTOM_FIELDS[ask.ids[0]]]
        return reply_json(200, rows)

    def list_locations(self, ask: Ask) -> Reply:
        """All, or the one named."""
        query = read_query(ask, *PAGE, "locationInternalName")
        name = read_one(query, "locationInternalName")
        rows = [row for key, row in self._stock.locations.items() if name in (None, key)]
        shown = [{**row, "CustomFields": _list_pairs(row["CustomFields"])} for row in rows]
        return reply_json(200, cut_page(shown, query, *PAGE))

    def write_custom_fields(self, ask: Ask) -> Reply:
        """The key has a space (sic)."""
        raw = require_object(ask.read_json_body(), {"Custom Fields", "LocationName"})
        fields, errors = raw["Custom Fields"], dict[str, list[str]]()
        if not isinstance(fields, list) or not fields:
            refuse_fields("Wrong fields", {"Custom Fields": ["a list, not empty"]})
        check_custom_fields(fields, str, "Custom Fields", errors)
        if errors:
            refuse_fields("Wrong fields", errors)
        location = self._find_location(raw["LocationName"])
        if unknown := [item["Name"] for item in fields if item["Name"] not in CUSTOM_FIELDS["InventoryLocation"]]:
            refuse_fields("Wrong fields", {"Custom Fields": [f"{len(unknown)} unknown"]})
        location["CustomFields"] |= {item["Name"]: item["Value"] for item in fields}
        return Reply(204, b"")

    def _find_location(self, name: Any) -> dict[str, Any]:
        if not isinstance(name, str) or name not in self._stock.locations:
            raise Refusal(404, "No such location", breach=False)
        return self._stock.locations[name]

    def list_on_hand(self, ask: Ask) -> Reply:
        """A location at least."""
        query = read_query(ask, *PAGE, "locationInternalNames", "skus")
        locations = _read_many(query, "locationInternalNames", 1, None)
        rows = self._stock.list_on_hand(locations, _read_many(query, "skus", 0, None))
        return reply_json(200, cut_page(rows, query, *PAGE))

    def write_on_hand(self, ask: Ask) -> Reply:
        """Delta or Absolute; nothing comes back."""
        raw = ask.read_json_body()
        errors: Errors = {}
        required = {
            "Sku": check_filled,
            "LocationInternalName": check_filled,
            "QuantityType": check_choice("Delta", "Absolute"),
            "Quantity": check_whole,
        }
        check_fields(raw, required, {}, "", errors)
        if errors:
            refuse_fields("Wrong fields", errors)
        self._find_location(raw["LocationInternalName"])
        self._stock.write(raw["LocationInternalName"], raw["Sku"], raw["QuantityType"], raw["Quantity"])
        return Reply(204, b"")

    def show_preorders(self, ask: Ask) -> Reply:
        """One SKU; at each location where it is to be had. The last SKU of the catalogue is the one pre-ordered."""
        sku = read_one(read_query(ask, "Sku"), "Sku")
        if sku is None:
            refuse_fields("Wrong parameters", {"Sku": ["required"]})
        ordered, planned = (12, 50) if sku == SKUS[-1] else (0, 0)
        return reply_json(
            200,
            [
                {"LocationInternalName": name, "Sku": sku, "PreOrderedQuantity": ordered, "PlannedQuantity": planned}
                for name in self._stock.locations
                if (name, sku) in self._stock.on_hand
            ],
        )

    def list_virtual(self, ask: Ask) -> Reply:
        """One to four pool groups, at most seven SKUs."""
        query = read_query(ask, *PAGE, "inventoryPoolGroupNames", "skus")
        groups = _read_many(query, "inventoryPoolGroupNames", 1, MOST_GROUPS)
        skus = _read_many(query, "skus", 0, MOST_SKUS)
        if not set(groups) <= POOL_GROUPS.keys():
            raise Refusal(404, "No such pool group", breach=False)
        rows = self._stock.list_virtual(groups, skus, self._orders.count_reserved())
        return reply_json(200, cut_page(rows, query, *PAGE))


def _read_many(query: Mapping[str, list[str]], name: str, least: int, most: int | None) -> list[str]:
    values = query.get(name, [])
    if len(values) < least or not all(values) or (most is not None and len(values) > most):
        refuse_fields("Wrong parameters", {name: [f"{least} to {most or 'any number'}, none empty"]})
    return values


def _list_pairs(fields: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in fields.items()]
