"""A canonical order as one route's OMS is to see it: defaults filled in, words translated. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipeline.config.model import Route
from pipeline.domain.codec import from_fields
from pipeline.domain.errors import FieldError, Puzzling
from pipeline.domain.maps import MAPPED, translate
from pipeline.domain.order import Line, Order
from pipeline.domain.overlay import apply_defaults


def dress(fields: Mapping[str, Any], route: Route, read: Order | None = None) -> Order:
    """`read`: the order that these fields are, where somebody has read it already.

    Raises Invalid (a default of the wrong type) and Puzzling (words that a map of the route does not know).
    """
    if route.defaults:
        order = from_fields(Order, apply_defaults(fields, route.defaults))
    else:
        order = read or from_fields(Order, fields)
    riddles: list[FieldError] = []

    def word(table: Mapping[str, str], name: str, path: str, present: str | None) -> str | None:
        if not table:
            return present
        found = translate(table, present)
        if found is None and present is not None:
            message = f'{present!r} has no entry in the route\'s {name}; add it, or a "*" for the rest'
            riddles.append(FieldError(path, name, message))
        return found

    def line(number: int, one: Line) -> Line:
        return replace(one, sku=word(route.sku_map, "sku_map", f"lines.{number}.sku", one.sku))

    if route.sku_map:
        order = replace(order, lines=tuple(line(number, one) for number, one in enumerate(order.lines)))
    if route.shipping_map:
        asked = order.delivery.carrier or order.delivery.service
        found = word(route.shipping_map, "shipping_map", "delivery.carrier", asked)
        order = replace(order, delivery=replace(order.delivery, carrier=found))
    if route.payment_map:
        found = word(route.payment_map, "payment_map", "payment.method", order.payment.method)
        extra = {**order.extra, MAPPED: ("payment.method",)}  # a mistyped map is told from a marketplace's own word
        order = replace(order, payment=replace(order.payment, method=found), extra=extra)
    if riddles:
        raise Puzzling.of(tuple(riddles))
    return order
