"""The rules of each kind of document: every violation at once, in words, with what to do about it.

They take documents as the codec reads them: amounts are finite, times have an offset.
"""

from datetime import datetime
from typing import Final

from pipeline.domain.address import Address
from pipeline.domain.errors import FieldError
from pipeline.domain.faults import ABSURD, NOT_SENT, Faults
from pipeline.domain.order import Order
from pipeline.domain.reports import Cancellation, LineQuantity, Shipment, StatusReport
from pipeline.domain.sums import line_misses, misses

METHODS: Final = ("home", "store", "service_point")
REQUESTERS: Final = ("buyer", "seller", "marketplace", "oms")
_DEADLINES: Final = ("accept_by", "ship_after", "ship_by", "deliver_after", "deliver_by")


def order_faults(order: Order, *, addressed: bool, totals_add_up: bool, now: datetime) -> tuple[FieldError, ...]:
    """What an order breaks. `addressed` False: only what can be checked before its address is known.

    `totals_add_up`: its connector declares that the marketplace's own totals can be relied on.
    """
    faults = Faults(now)
    faults.require("id", order.id, NOT_SENT)
    faults.require("purchased_at", order.purchased_at)
    faults.require("currency", order.currency)
    _check_lines(faults, order)
    if totals_add_up:
        _check_sums(faults, order)
    if addressed:
        _check_destination(faults, order.shipping_address)
        _check_pickup(faults, order)
        _check_codes(faults, order)
        _check_times(faults, order)
    return tuple(faults.found)


def shipment_faults(shipment: Shipment, *, now: datetime) -> tuple[FieldError, ...]:
    """What a shipment breaks. What a marketplace needs of a parcel (number, carrier) is its connector's schema."""
    faults = Faults(now)
    faults.require("id", shipment.id, NOT_SENT)
    faults.require("order_id", shipment.order_id, NOT_SENT)
    faults.not_ahead("shipped_at", shipment.shipped_at)
    if not shipment.parcels:
        faults.add("parcels", "required", "no parcel; the OMS has to send at least one, or edit it")
    for index, parcel in enumerate(shipment.parcels):
        _check_quantities(faults, f"parcels.{index}.lines", parcel.lines)
    return tuple(faults.found)


def status_faults(report: StatusReport, *, now: datetime) -> tuple[FieldError, ...]:
    """What a status report breaks."""
    faults = Faults(now)
    faults.require("order_id", report.order_id, NOT_SENT)
    faults.require("status", report.status, "missing; map the partner's word in the route's status_map or edit it")
    faults.not_ahead("seen_at", report.seen_at)
    return tuple(faults.found)


def cancellation_faults(cancellation: Cancellation, *, now: datetime) -> tuple[FieldError, ...]:
    """What a cancellation breaks."""
    faults = Faults(now)
    faults.require("order_id", cancellation.order_id, NOT_SENT)
    faults.one_of("requested_by", cancellation.requested_by, REQUESTERS)
    faults.not_ahead("requested_at", cancellation.requested_at)
    _check_quantities(faults, "lines", cancellation.lines)
    return tuple(faults.found)


# ---------------------------------------------------------------- orders


def _check_lines(faults: Faults, order: Order) -> None:
    if not order.lines:
        faults.add("lines", "required", "no line; an order needs at least one: ask the marketplace, or edit it")
    for index, line in enumerate(order.lines):
        at = f"lines.{index}"
        if not line.sku and not line.product_id:
            faults.add(f"{at}.sku", "required", "missing, and no product_id; set a default on the route or edit it")
        faults.at_least(f"{at}.quantity", line.quantity, 1)
        faults.at_least(f"{at}.unit_price", line.unit_price, 0)


def _check_sums(faults: Faults, order: Order) -> None:
    for index, line in enumerate(order.lines):
        if wrong := line_misses(line):
            faults.add(f"lines.{index}.total", "sum", f"{wrong}; edit what is wrong")
    if wrong := misses(order):
        faults.add("total", "sum", f"{wrong}; edit what is wrong")


def _check_destination(faults: Faults, address: Address) -> None:
    if not (address.first_name or address.last_name or address.company):
        message = "no name and no company; set a default on the route or edit it"
        faults.add("shipping_address.last_name", "required", message)
    if not address.line1 and not address.street:
        faults.add(
            "shipping_address.line1", "required", "missing, and no street; set a default on the route or edit it"
        )
    faults.require("shipping_address.postal_code", address.postal_code)
    faults.require("shipping_address.city", address.city)
    faults.require("shipping_address.country", address.country)


def _check_pickup(faults: Faults, order: Order) -> None:
    delivery = order.delivery
    faults.one_of("delivery.method", delivery.method, METHODS)
    if delivery.method in ("store", "service_point") and not delivery.pickup_id and not delivery.pickup_name:
        message = f"missing, and no pickup_name, though the method is {delivery.method}; edit it"
        faults.add("delivery.pickup_id", "required", message)


def _check_codes(faults: Faults, order: Order) -> None:
    faults.currency("currency", order.currency)
    for name, address in (("shipping_address", order.shipping_address), ("billing_address", order.billing_address)):
        faults.country(f"{name}.country", address.country)
        faults.email(f"{name}.email", address.email)
    faults.email("buyer.email", order.buyer.email)
    faults.country("customs.departure_country", order.customs.departure_country)
    faults.country("customs.arrival_country", order.customs.arrival_country)
    faults.country("customs.agent.country", order.customs.agent.country)


def _check_times(faults: Faults, order: Order) -> None:
    times = {name: getattr(order, name) for name in ("purchased_at", *_DEADLINES)}
    faults.order(
        times,
        ("purchased_at", "accept_by"),
        ("purchased_at", "ship_by"),
        ("purchased_at", "deliver_by"),
        ("ship_after", "ship_by"),
        ("ship_after", "deliver_by"),
        ("deliver_after", "deliver_by"),
    )
    faults.not_ahead("purchased_at", order.purchased_at)
    faults.not_ahead("updated_at", order.updated_at)
    for name in _DEADLINES:
        faults.not_ahead(name, times[name], ABSURD)


def _check_quantities(faults: Faults, path: str, lines: tuple[LineQuantity, ...]) -> None:
    for index, line in enumerate(lines):
        faults.require(f"{path}.{index}.id", line.id, NOT_SENT)
        faults.at_least(f"{path}.{index}.quantity", line.quantity, 1)
