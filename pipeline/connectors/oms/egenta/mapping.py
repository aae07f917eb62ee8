"""Our words to Egenta's, value for value (contracts/oms.md sections 1.3, 1.4, 6.2a), and its lists to ours. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

from pipeline.connectors.oms.egenta.schema import faults_of, fits
from pipeline.connectors.wire import Unfit, record, records, text
from pipeline.domain.address import Address
from pipeline.domain.errors import FieldError, Invalid, Puzzling
from pipeline.domain.money import shown
from pipeline.domain.order import Order, OrderStatus
from pipeline.domain.reports import Parcel, Shipment, StatusReport

# Section 1.4.2: three spellings, never a shared key. Lists are read in any of them.
IMPORTED_ID: Final = "OrderId"
ANSWERED_ID: Final = "OrderID"
LISTED_ID: Final = "orderId"

ANSWERS: Final = {  # the closed list of section 1.2
    OrderStatus.SHIPPED: "Shipped",
    OrderStatus.UNSHIPPED: "Unshipped",
    OrderStatus.CANCELED: "Canceled",
}
VOLATILE: Final = frozenset(
    {"Status", "LastUpdateDate", "lines.*.commission_amountWithVat", "lines.*.commission_amountWithoutVat"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How an account wants its values: the settings that the mapping depends on."""

    native: bool  # numbers and booleans, not the texts of the seed's example (section 1.4.7)
    zone: tzinfo
    state_fallback: str
    ship_days: int | None


def order_of(order: Order, style: Style) -> dict[str, Any]:
    """One of `orders`, without what is absent. Raises Invalid with every fault at once, paths canonical."""
    currency = order.currency
    # A line canceled at its marketplace must not be shipped; the others keep their numbers.
    sent = [(n, line) for n, line in enumerate(order.lines) if line.status is not OrderStatus.CANCELED]
    lines = [
        _present(
            {
                "productId": line.product_id,
                "sellerProductId": line.sku,
                "orderLineId": line.id or (f"{order.id}-{n + 1}" if order.id else None),  # 1.4.10: never random
                "productTitle": line.title,
                "quantity": line.quantity,
                "sellingPrice": line.unit_price,
                "sellingPriceCurrencyCode": currency,
                "shippingCost": line.shipping_price,
                "shippingCostCurrencyCode": currency,
                "commission_amountWithVat": line.commission_with_tax,
                "commission_amountWithoutVat": line.commission_without_tax,
            }
        )
        for n, line in sent
    ]
    pieces = sum(line.quantity or 0 for _, line in sent)  # 1.4.9
    business = order.is_business
    content = _present(
        {
            IMPORTED_ID: order.id,
            "Status": order.raw_status,
            "Reference": order.reference,
            "StoreId": order.store.id,
            "StoreName": order.store.name,
            "PurchaseDate": _time(order.purchased_at, style.zone),
            "LastUpdateDate": _time(order.updated_at, style.zone),
            "EarliestShipDate": _time(order.ship_after, style.zone),
            "LatestShipDate": _time(_ship_by(order, style.ship_days), style.zone),
            "EarliestDeliveryDate": _time(order.deliver_after, style.zone),
            "LatestDeliveryDate": _time(order.deliver_by, style.zone),
            "SalesChannelId": order.channel.id,
            "SalesChannel": order.channel.name,
            "BusinessOrder": business if style.native or business is None else str(int(business)),
            "BuyerName": _buyer(order),
            "BuyerEmail": order.buyer.email,
            "OrderTotal": order.total if style.native or order.total is None else shown(order.total),
            "CurrencyCode": currency,
            "NumberOfItemsUnshipped": pieces if style.native else str(pieces),
            "requested_shipping_carrier": order.delivery.carrier or order.delivery.service,
            "shippingAddress": _address(order.shipping_address, style.state_fallback),
            "billingAddress": _address(order.billing_address, style.state_fallback),
            "lines": lines,
        }
    )
    if not fits(content):
        faults = faults_of(content, tuple(n for n, _ in sent))
        if faults:
            raise Invalid.of(faults)
    return content


def answer_of(report: StatusReport) -> dict[str, str]:
    """The answer to a status question. Raises Puzzling for what Egenta has no word for: never a default."""
    order_id = _order_id(report.order_id)
    word = ANSWERS.get(report.status) if report.status else None
    if word is None:
        said = f"{report.status or 'no status'} (at the marketplace: {report.raw_status or 'no word'})"
        words = f"{said} is none of Egenta's {', '.join(ANSWERS.values())}; add it to the route's status_map"
        raise Puzzling.of((FieldError("status", "unknown", words),))
    return {ANSWERED_ID: order_id, "OrderStatusTranslated": word}


def acknowledgement_of(shipment: Shipment) -> dict[str, Any]:
    """`updated`: 1, for the whole order: Egenta asks for no parcel."""
    return {ANSWERED_ID: _order_id(shipment.order_id), "updated": 1}


def shipment_of(raw: Mapping[str, Any]) -> Shipment:
    """The shipped list's rows of one order: every distinct parcel once. Raises Invalid, Puzzling."""
    parcels: dict[str | None, Parcel] = {}
    order_id: str | None = None
    faults, riddles = [], []
    for index, row in enumerate(_rows(raw)):
        order_id = order_id or id_of(row)
        try:
            number, carrier = text(row.get("parcelNumber")), text(row.get("carrierName"))
        except Unfit as unfit:
            faults.append(FieldError(f"parcels.{index}.number", "form", f"a row of Egenta's list {unfit}"))
            continue
        known = parcels.setdefault(number, Parcel(number=number, carrier_raw=carrier))
        if known.carrier_raw != carrier:
            words = "Egenta lists one parcel under two carriers"
            riddles.append(FieldError(f"parcels.{list(parcels).index(number)}.carrier_raw", "ambiguous", words))
    if faults:
        raise Invalid.of(tuple(faults))
    if riddles:
        raise Puzzling.of(tuple(riddles))
    return Shipment(id=order_id, order_id=order_id, parcels=tuple(parcels.values()))


def id_of(row: Mapping[str, Any]) -> str | None:
    """The order's id in a row of a list or an answer, in any of the spellings; None for what is none."""
    for name in (LISTED_ID, IMPORTED_ID, ANSWERED_ID):
        try:
            found = text(row.get(name))
        except Unfit:
            continue
        if found:
            return found
    return None


def _rows(raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    try:
        return [record(row) for row in records(raw.get("rows"))]
    except Unfit as unfit:
        raise Invalid.of((FieldError("parcels", "form", str(unfit)),)) from None


def _order_id(order_id: str | None) -> str:
    if not order_id:
        raise Invalid.of((FieldError("order_id", "required", "Egenta needs the order's id"),))
    return order_id


def _present(content: dict[str, Any]) -> dict[str, Any]:
    """Optional fields are left out, never sent empty (section 1.3)."""
    return {name: value for name, value in content.items() if value is not None and value != ""}


def _time(at: datetime | None, zone: tzinfo) -> str | None:
    """`yyyy-mm-dd HH:nn:ss`, nn being minutes; the zone is a setting, the contract states none."""
    return None if at is None else at.astimezone(zone).replace(tzinfo=None).isoformat(" ", "seconds")


def _ship_by(order: Order, days: int | None) -> datetime | None:
    if order.ship_by or days is None or order.purchased_at is None:
        return order.ship_by
    return order.purchased_at + timedelta(days=days)


def _buyer(order: Order) -> str | None:
    """Who pays: the billing name (section 6.2a)."""
    for person in (order.billing_address, order.buyer):
        name = " ".join(part for part in (person.first_name, person.last_name) if part)
        if name:
            return name
    return None


def _address(address: Address, state_fallback: str) -> dict[str, Any] | None:
    street = " ".join(part for part in (address.street, address.house_number, address.house_number_extension) if part)
    content = _present(
        {
            "firstName": address.first_name,
            "lastName": address.last_name,
            "companyName": address.company,
            "addressLine1": address.line1 or street,
            "addressLine2": address.line2,
            "addressLine3": address.line3,
            "postalCode": address.postal_code,
            "city": address.city,
            "stateOrRegion": address.state,
            "phone": address.phone,
            "countryCode": address.country,
        }
    )
    if not content:
        return None
    if state_fallback:
        content.setdefault("stateOrRegion", state_fallback)  # most EU addresses have none (1.4.5)
    return content
