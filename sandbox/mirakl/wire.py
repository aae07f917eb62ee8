"""A generated order in Mirakl's words (contracts, marketplaces section 5), and the invalid ones planted."""

import copy
from datetime import datetime, timedelta
from typing import Any

import pycountry

from sandbox.market import Plant
from sandbox.mirakl.book import REFUSED, write_moment
from sandbox.samples import Sample, SampleAddress, SampleLine

PLANTS = ("postal_code_missing", "quantity_zero", "sku_missing", "first_name_missing", "currency_unknown")
OWN_CENTER, FOREIGN_CENTER = "DEFAULT", "OPERATOR"


def to_money(cents: int) -> float:
    """A JSON number with at most two decimals: the shortest text of a double is exact there."""
    return cents / 100


def to_cents(amount: float) -> int:
    """And back."""
    return round(amount * 100)


def write_order(
    sample: Sample, commercial_id: str, letter: str, state: str, moment: datetime, letters: int, *, foreign: bool
) -> dict[str, Any]:
    """The whole order, addresses included; whether they show is the room's business. A service fee has no place."""
    order_id = f"{commercial_id}-{letter}"
    bought = moment - timedelta(seconds=sample.age_seconds)
    wire = {
        "order_id": order_id,
        "commercial_id": commercial_id,
        "order_state": state,
        "created_date": write_moment(bought),
        "last_updated_date": write_moment(moment),
        "acceptance_decision_date": None,
        "customer_debited_date": None,
        "shipping_deadline": write_moment(bought + timedelta(days=3)),
        "leadtime_to_ship": 2,
        "customer": {
            "customer_id": f"C-{sample.reference}",
            "firstname": sample.billing.first,
            "lastname": sample.billing.last,
            "billing_address": _write_address(sample.billing, letters),
            "shipping_address": _write_address(sample.shipping, letters)
            | {"additional_info": sample.shipping.line3, "company_2": sample.shipping.pickup_name},
        },
        "customer_notification_email": sample.shipping.email,
        "currency_iso_code": "EUR",
        "order_tax_mode": "TAX_INCLUDED",
        "payment_workflow": "PAY_ON_ACCEPTANCE",
        "payment_type": sample.payment,
        "channel": {"code": "FR", "label": "France"},
        "shipping_type_code": sample.delivery_mode.upper(),
        "shipping_zone_code": sample.shipping.country,
        "shipping_pudo_id": sample.shipping.pickup_id,
        "shipping_carrier_code": None,
        "shipping_tracking": None,
        "shipping_tracking_url": None,
        "references": {"order_reference_for_customer": sample.reference, "order_reference_for_seller": None},
        "can_cancel": False,
        "can_shop_ship": False,
        "has_incident": False,
        "fulfillment": {"center": {"code": FOREIGN_CENTER if foreign else OWN_CENTER}},
        "order_lines": [_write_line(order_id, n, line, state) for n, line in enumerate(sample.lines, 1)],
    }
    recount(wire)
    return wire


def _write_line(order_id: str, n: int, line: SampleLine, state: str) -> dict[str, Any]:
    price = line.quantity * line.unit_paid
    return {
        "order_line_id": f"{order_id}-{n}",
        "order_line_index": n,
        "order_line_state": state,
        "offer_id": 2000 + n,
        "offer_sku": line.sku,
        "product_sku": line.product_id,
        "product_shop_sku": line.sku,
        "product_title": line.title,
        "quantity": line.quantity,
        "price_unit": to_money(line.unit_paid),
        "price": to_money(price),
        "shipping_price": to_money(line.shipping),
        "total_price": to_money(price + line.shipping),
        "taxes": _write_taxes(price, line.vat_percent),
        "shipping_taxes": _write_taxes(line.shipping, line.vat_percent) if line.shipping else [],
        "commission_fee": to_money(price * line.commission_percent // 100),
        "cancelations": [],
        "refunds": [],
        "debited_date": None,
        "shipped_date": None,
        "received_date": None,
    }


def _write_taxes(cents: int, percent: int) -> list[dict[str, Any]]:
    tax = cents - round(cents * 100 / (100 + percent))
    return [{"code": f"VAT{percent}", "rate": percent, "amount": to_money(tax)}]


def recount(wire: dict[str, Any]) -> None:
    """The order's sums: of its lines that were not refused."""
    lines = [line for line in wire["order_lines"] if line["order_line_state"] != REFUSED]
    for total, part in (
        ("price", "price"),
        ("shipping_price", "shipping_price"),
        ("total_price", "total_price"),
        ("total_commission", "commission_fee"),
    ):
        wire[total] = to_money(sum(to_cents(line[part]) for line in lines))


def exclude_taxes(wire: dict[str, Any]) -> dict[str, Any]:
    """The same order as `order_tax_mode=TAX_EXCLUDED` shows it."""
    wire = copy.deepcopy(wire) | {"order_tax_mode": "TAX_EXCLUDED"}
    for line in wire["order_lines"]:
        for price, taxes in (("price", "taxes"), ("shipping_price", "shipping_taxes")):
            line[price] = to_money(to_cents(line[price]) - sum(to_cents(tax["amount"]) for tax in line[taxes]))
        line["price_unit"] = line["price"] / max(1, line["quantity"])
        line["total_price"] = to_money(to_cents(line["price"]) + to_cents(line["shipping_price"]))
    recount(wire)
    return wire


def _write_address(address: SampleAddress, letters: int) -> dict[str, Any]:
    country: Any = pycountry.countries.get(alpha_2=address.country)
    return {
        "civility": "Mr",
        "firstname": address.first,
        "lastname": address.last,
        "company": address.company,
        "company_2": None,
        "street_1": address.line1,
        "street_2": address.line2,
        "zip_code": address.postal_code,
        "city": address.town,
        "state": None,
        "country": country.name,
        "country_iso_code": country.alpha_3 if letters == 3 else country.alpha_2,
        "phone": address.phone,
        "phone_secondary": None,
    }


def plant_fault(kind: str, wire: dict[str, Any]) -> Plant:
    """Make the order invalid, in one way. What a client might take instead goes too."""
    order_id, customer, line = wire["order_id"], wire["customer"], wire["order_lines"][0]
    address = customer["shipping_address"]
    if kind == "postal_code_missing":
        good, address["zip_code"] = address["zip_code"], None
        return Plant(order_id, kind, "customer.shipping_address.zip_code", good)
    if kind == "first_name_missing":
        good, address["firstname"], customer["firstname"] = address["firstname"], None, None
        return Plant(order_id, kind, "customer.shipping_address.firstname", good)
    if kind == "quantity_zero":
        good, line["quantity"] = line["quantity"], 0
        return Plant(order_id, kind, "order_lines.0.quantity", good)
    if kind == "sku_missing":
        good, line["offer_sku"], line["product_shop_sku"] = line["offer_sku"], None, None
        return Plant(order_id, kind, "order_lines.0.offer_sku", good)
    if kind == "currency_unknown":
        good, wire["currency_iso_code"] = wire["currency_iso_code"], "EUX"
        return Plant(order_id, kind, "currency_iso_code", good)
    raise ValueError(f"unknown plant {kind!r}")
