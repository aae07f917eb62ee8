"""A generated order in bol's words (contracts, marketplaces section 8), and the invalid ones planted."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sandbox.bol.book import FBB, FBR, ZONE, Held, Item, tell_status, write_moment
from sandbox.market import Plant
from sandbox.samples import FOREIGN, Sample, SampleAddress, SampleLine

# No `currency_unknown`: bol's prices are EUR, and no field says so.
PLANTS = ("postal_code_missing", "quantity_zero", "sku_missing", "first_name_missing")
LEADING = re.compile(r"(?P<number>\d+) ?(?P<more>bis|ter)?,? (?P<street>.+)")
BEFORE = re.compile(r"(?P<more>Apt \d+), (?P<number>\d+) (?P<street>.+)")
TRAILING = re.compile(r"(?P<street>.+?),? (?P<number>\d+)(?!\d*\.)(?P<more>.*)")


def make_order_id(sample: Sample) -> str:
    """Ten capital letters and digits: bol's ids hold nothing else."""
    return f"C{sha256(sample.order_id.encode()).hexdigest()[:9].upper()}"


def to_money(cents: int) -> float:
    """A JSON number with at most two decimals: the shortest text of a double is exact there."""
    return cents / 100


def write_order(sample: Sample, item_ids: Iterator[int], moment: datetime, expires: datetime) -> dict[str, Any]:
    """The whole order, as its detail shows it. Delivery is in the price: the sample's shipping has no place."""
    business = {"vatNumber": "NL999999999B01", "kvkNumber": "99887766", "orderReference": sample.reference}
    return {
        "orderId": make_order_id(sample),
        "pickupPoint": sample.shipping.pickup_name is not None,
        "orderPlacedDateTime": write_moment(moment - timedelta(seconds=sample.age_seconds)),
        "shipmentDetails": _write_address(sample.shipping)
        | ({"pickupPointName": sample.shipping.pickup_name} if sample.shipping.pickup_name else {}),
        "billingDetails": _write_address(sample.billing) | (business if sample.business else {}),
        "orderItems": [_write_item(sample, line, str(next(item_ids)), moment, expires) for line in sample.lines],
    }


def _write_item(sample: Sample, line: SampleLine, item_id: str, moment: datetime, expires: datetime) -> Item:
    total = line.quantity * line.unit_paid
    day = (moment + timedelta(days=2)).astimezone(ZONE).date().isoformat()
    return {
        "orderItemId": item_id,
        "cancellationRequest": False,
        "fulfilment": {
            "method": FBB if sample.fate == FOREIGN else FBR,
            "distributionParty": "BOL" if sample.fate == FOREIGN else "RETAILER",
            "latestDeliveryDate": day,
            "exactDeliveryDate": None,
            "expiryDate": expires.astimezone(ZONE).date().isoformat(),
            "timeFrameType": "REGULAR",
        },
        "offer": {"offerId": f"6ff736b5-cdd0-4150-8c67-{line.line_id}", "reference": line.sku},
        "product": {"ean": line.gtin, "title": line.title},
        "quantity": line.quantity,
        "quantityShipped": 0,
        "quantityCancelled": 0,
        "unitPrice": to_money(line.unit_paid),
        "totalPrice": to_money(total),
        "commission": to_money(total * line.commission_percent // 100),
        "discounts": [],
        "additionalServices": [],
        "latestChangedDateTime": write_moment(moment),
    }


def _write_address(address: SampleAddress) -> dict[str, Any]:
    street, number, more = split_street(address.line1)
    besides = ", ".join(filter(None, (address.line2, address.line3)))
    found = {
        "salutation": "UNKNOWN",
        "firstName": address.first,
        "surname": address.last,
        "company": address.company,
        "streetName": street,
        "houseNumber": number,
        "houseNumberExtension": more or None,
        "extraAddressInformation": besides or None,
        "zipCode": address.postal_code,
        "city": address.town,
        "countryCode": address.country,
        "email": address.email,
        "deliveryPhoneNumber": address.phone,
        "language": "nl",
    }
    return {key: value for key, value in found.items() if value is not None}


def split_street(line: str) -> tuple[str, str, str]:
    """Street, number, what follows the number."""
    found = LEADING.fullmatch(line) or BEFORE.fullmatch(line) or TRAILING.fullmatch(line)
    if found is None:
        return line, "1", ""
    return found["street"], found["number"], (found["more"] or "").strip(" ,-–/")


def reduce_item(item: Item) -> Item:
    """As a list has it."""
    return {
        "orderItemId": item["orderItemId"],
        "ean": item["product"]["ean"],
        "fulfilmentMethod": item["fulfilment"]["method"],
        "fulfilmentStatus": tell_status(item),
        "quantity": item["quantity"],
        "quantityShipped": item["quantityShipped"],
        "quantityCancelled": item["quantityCancelled"],
        "cancellationRequest": item["cancellationRequest"],
        "latestChangedDateTime": item["latestChangedDateTime"],
    }


def reduce_order(held: Held, items: list[Item]) -> dict[str, Any]:
    """As a list has it: no address, no price."""
    return {
        "orderId": held.order_id,
        "orderPlacedDateTime": held.wire["orderPlacedDateTime"],
        "orderItems": [reduce_item(item) for item in items],
    }


def plant_fault(kind: str, wire: dict[str, Any]) -> Plant:
    """Make the order invalid, in one way."""
    order_id, address, item = wire["orderId"], wire["shipmentDetails"], wire["orderItems"][0]
    if kind in {"postal_code_missing", "first_name_missing"}:
        key = "zipCode" if kind == "postal_code_missing" else "firstName"
        return Plant(order_id, kind, f"shipmentDetails.{key}", address.pop(key))
    if kind == "quantity_zero":
        good, item["quantity"] = item["quantity"], 0
        return Plant(order_id, kind, "orderItems.0.quantity", good)
    if kind == "sku_missing":
        return Plant(order_id, kind, "orderItems.0.offer.reference", item["offer"].pop("reference"))
    raise ValueError(f"unknown plant {kind!r}")
