"""Locations and what lies in them. A Delta counts each time it is sent: a repeated one shows in the numbers."""

from collections import Counter
from typing import Any

from sandbox.exchange import Refusal

SKUS = ("SKU-000001", "SKU-000002", "SKU-000003")
POOL_GROUPS = {"EU": ("FR-PARIS", "NL-UTRECHT"), "FR": ("FR-PARIS",), "NL": ("NL-UTRECHT",), "DE": (), "ES": ()}
SAFETY = 2  # held back from what can be sold: virtual stock is not what is on hand (S002, virtualinventory)
CUSTOM_FIELDS: dict[str, tuple[str, ...]] = {
    "InventoryLocation": ("Region", "OpeningHours"),
    "StoreLocation": ("Region",),
    "Customer": ("Loyalty",),
    "Order": ("GiftNote",),
}


class Stock:
    """On hand by location and SKU; the locations' custom fields."""

    def __init__(self) -> None:
        self.locations: dict[str, dict[str, Any]] = {
            name: {
                "InternalName": name,
                "PublicName": town,
                "Address": {"AddressLine1": street, "City": town, "ZipCode": code, "CountryCode": country},
                "CustomFields": {},
            }
            for name, town, street, code, country in (
                ("FR-PARIS", "Paris", "12 avenue de Paris", "75001", "FR"),
                ("NL-UTRECHT", "Utrecht", "Kerkstraat 5", "3511 LX", "NL"),
            )
        }
        self.on_hand: dict[tuple[str, str], int] = {(name, sku): 100 for name in self.locations for sku in SKUS}
        self.writes: Counter[str] = Counter()
        self.deltas: Counter[str] = Counter()

    def list_on_hand(self, locations: list[str], skus: list[str]) -> list[dict[str, Any]]:
        """A row per location and SKU; of all SKUs where none is named."""
        return [
            {"Sku": sku, "LocationInternalName": location, "Quantity": quantity}
            for (location, sku), quantity in self.on_hand.items()
            if location in locations and (not skus or sku in skus)
        ]

    def write(self, location: str, sku: str, kind: str, quantity: int) -> None:
        """Delta adds, Absolute sets; below zero is refused."""
        place = (location, sku)
        after = quantity if kind == "Absolute" else self.on_hand.get(place, 0) + quantity
        if after < 0:
            raise Refusal(409, "On-hand inventory can't fall below zero", conflict=True)
        self.on_hand[place] = after
        self.writes[kind] += 1
        if kind == "Delta":
            self.deltas[f"{location} {sku} {quantity:+d}"] += 1

    def list_virtual(self, groups: list[str], skus: list[str], reserved: Counter[str]) -> list[dict[str, Any]]:
        """What can be sold of a pool group: on hand, less what orders wait for, less a safety stock."""
        return [
            {"InventoryPoolGroupName": group, "Sku": sku, "AvailableQuantity": max(0, total - reserved[sku] - SAFETY)}
            for group in groups
            for sku, total in self._sum_by_sku(POOL_GROUPS[group]).items()
            if not skus or sku in skus
        ]

    def _sum_by_sku(self, locations: tuple[str, ...]) -> Counter[str]:
        total: Counter[str] = Counter()
        for (location, sku), quantity in self.on_hand.items():
            if location in locations:
                total[sku] += quantity
        return total

    def describe(self) -> dict[str, Any]:
        """For the report."""
        return {
            "on_hand_writes": dict(self.writes),
            "repeated_deltas": {delta: count for delta, count in self.deltas.items() if count > 1},
        }
