"""A generated order in Octopia's words (contracts, marketplaces section 6), and the invalid ones planted."""

from datetime import datetime, timedelta
from typing import Any

from sandbox.agenda import format_instant
from sandbox.market import Plant
from sandbox.samples import FOREIGN, Sample, SampleAddress, SampleLine


def to_money(cents: int) -> float:
    """A JSON number with at most two decimals: the shortest text of a double is exact there."""
    return cents / 100


def write_order(sample: Sample, seller_id: str, status: str, moment: datetime) -> dict[str, Any]:
    """The whole order, addresses included; whether they show is the room's business."""
    bought = moment - timedelta(seconds=sample.age_seconds)
    offers = sum(line.quantity * line.unit + line.shipping for line in sample.lines) + sample.service_fee
    return {
        "orderId": sample.order_id,
        "reference": sample.reference,
        "businessOrder": sample.business,
        "salesChannel": {"id": "CDISFR", "name": "Cdiscount France"},
        "seller": {"id": int(seller_id)},
        "customer": {"reference": f"C-{sample.reference}"},
        "purchasedAt": format_instant(bought),
        "createdAt": format_instant(bought + timedelta(seconds=20)),
        "updatedAt": format_instant(moment),
        "shippedAtMax": format_instant(bought + timedelta(days=3)),
        "status": status,
        "payment": {"method": sample.payment},
        "currencyCode": "EUR",
        "billingAddress": _write_billing(sample.billing),
        "totalPrice": {"offerPrice": to_money(offers), "sellingPrice": to_money(sample.total)},
        "serviceFees": [{"label": "Frais de service", "amount": to_money(sample.service_fee)}]
        if sample.service_fee
        else [],
        "lines": [_write_line(sample, line, n, status, bought) for n, line in enumerate(sample.lines)],
    }


def _write_line(sample: Sample, line: SampleLine, n: int, status: str, bought: datetime) -> dict[str, Any]:
    fee = line.quantity * line.unit * line.commission_percent // 100
    foreign = "Xdock" if len(sample.lines) > 1 else "Fulfillment"
    vat = line.quantity * line.unit_paid - round(line.quantity * line.unit_paid * 100 / (100 + line.vat_percent))
    taxes = [{"code": "VAT", "target": "Product", "amount": to_money(vat), "rate": line.vat_percent}]
    return {
        "orderLineId": line.line_id,
        "status": status,
        "quantity": line.quantity,
        "totalPrice": {
            "offerPrice": to_money(line.quantity * line.unit + line.shipping),
            "sellingPrice": to_money(line.quantity * line.unit_paid + line.shipping),
        },
        "offerPrice": {
            "unitSalesPrice": to_money(line.unit),
            "shippingCost": to_money(line.shipping),
            "commission": {
                "amountWithTax": to_money(round(fee * 1.2)),
                "amountWithoutTax": to_money(fee),
                "rate": line.commission_percent,
            },
            "taxes": taxes,
        },
        "sellingPrice": {
            "unitSalesPrice": to_money(line.unit_paid),
            "shippingCost": to_money(line.shipping),
            "taxes": taxes,
        },
        "offer": {
            "id": f"OF-{line.sku}",
            "sellerProductId": line.sku,
            "supplyMode": foreign if sample.fate == FOREIGN else "Seller",
            "productId": line.product_id,
            "productTitle": line.title,
            "productGtin": line.gtin,
            "condition": "New",
        },
        "delivery": {
            "mode": sample.delivery_mode,
            "promisedAtMin": format_instant(bought + timedelta(days=3 + n % 2)),
            "promisedAtMax": format_instant(bought + timedelta(days=6 + n % 2)),
            "shippedAtMax": format_instant(bought + timedelta(days=3)),
        },
        "shippingAddress": _write_shipping(sample.shipping),
        "parcels": [],
        "statusEvents": [],
    }


def _write_billing(address: SampleAddress) -> dict[str, Any]:
    """`companyName` is not among the contract's fields: it is here because business buyers have one."""
    return _drop_absent(
        {
            "civility": "Mr",
            "firstName": address.first,
            "lastName": address.last,
            "companyName": address.company,
            "addressLine1": address.line1,
            "addressLine2": address.line2,
            "addressLine3": address.line3,
            "postalCode": address.postal_code,
            "city": address.town,
            "countryCode": address.country,
        }
    )


def _write_shipping(address: SampleAddress) -> dict[str, Any]:
    """No `addressLine2`: the contract has none in a shipping address, so the second line stays with the first."""
    return _drop_absent(
        {
            "civility": "Mr",
            "firstName": address.first,
            "lastName": address.last,
            "companyName": address.company,
            "pickupName": address.pickup_name,
            "pickupId": address.pickup_id,
            "addressLine1": address.line1 if address.line2 is None else f"{address.line1}, {address.line2}",
            "addressLine3": address.line3,
            "postalCode": address.postal_code,
            "city": address.town,
            "countryCode": address.country,
            "phone": address.phone,
            "email": address.email,
        }
    )


def _drop_absent(raw: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if value is not None}


def plant_fault(kind: str, wire: dict[str, Any]) -> Plant:
    """Make the order invalid, in one way."""
    order_id, first = wire["orderId"], wire["lines"][0]
    if kind in {"postal_code_missing", "first_name_missing"}:
        key = "postalCode" if kind == "postal_code_missing" else "firstName"
        good = first["shippingAddress"][key]
        for line in wire["lines"]:
            del line["shippingAddress"][key]
        return Plant(order_id, kind, f"lines.*.shippingAddress.{key}", good)
    if kind == "quantity_zero":
        good, first["quantity"] = first["quantity"], 0
        return Plant(order_id, kind, "lines.0.quantity", good)
    if kind == "sku_missing":
        return Plant(order_id, kind, "lines.0.offer.sellerProductId", first["offer"].pop("sellerProductId"))
    if kind == "currency_unknown":
        good, wire["currencyCode"] = wire["currencyCode"], "EUX"
        return Plant(order_id, kind, "currencyCode", good)
    raise ValueError(f"unknown plant {kind!r}")
