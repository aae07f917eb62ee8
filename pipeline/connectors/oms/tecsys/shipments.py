"""Shipments and payments by hand (contracts/oms.md sections 3.2.14 to 3.2.20, 3.4.2, 3.4.3, 3.5)."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from pipeline.connectors.contract import Rig
from pipeline.connectors.oms.tecsys.answers import body_of, field_of, in_doubt, orders_in, told
from pipeline.connectors.oms.tecsys.arguments import Checks, present
from pipeline.connectors.oms.tecsys.calls import Calls, slashed
from pipeline.connectors.oms.tecsys.orders import EXTERNAL, INTERNAL, ORDERS
from pipeline.connectors.oms.tecsys.settings import REJECT
from pipeline.connectors.pointers import at
from pipeline.domain.errors import Ambiguous, Conflict, NotConfigured, PartnerTrouble, Unreadable

_PATH: Final = "/orderfulfillment/shipments"
CREATE: Final = f"{_PATH}/CreateAllShipments"
CANCEL_SHIPMENT: Final = f"{_PATH}/Cancel"
SPLIT_BY_LINE: Final = f"{_PATH}/SplitShipmentByOrderDetailId"
SPLIT_BY_SKU: Final = f"{_PATH}/SplitShipmentBySku"
PAYMENTS: Final = f"{_PATH}/OrderTransactions"
_SEE: Final = "see `orders` before you call it again: it may have been done, and would be done twice"
STEPS: Final = (2, 4, 8, 15)  # seconds between questions after a 202; the last one again and again


class Shipments:
    """What `orderpipe call` asks and says of shipments."""

    def __init__(self, rig: Rig, calls: Calls, pause: Callable[[float], None] = time.sleep) -> None:
        settings = rig.settings
        self._calls = calls
        self._pause = pause
        self._reroutes = settings["reroute_enabled"]
        self._reroute_path = settings["reroute_path"]
        self._pointer = (settings["tracking_pointers"] or {}).get("shipments", "/Shipments")

    def create(
        self,
        internal_order_id: int | None = None,
        external_order_id: str | None = None,
        wait: int = 30,
        again: bool = False,
    ) -> Any:
        """One POST, never for an order that shows shipments, unless `again`; a 202 is followed for `wait` seconds.

        Raises Invalid, Conflict for shipments that are there, Ambiguous with what the order shows then.
        """
        checks = Checks()
        content = _one_order(checks, internal_order_id, external_order_id)
        checks.at_least("wait", wait, 0)
        checks.done()
        if not again and (self._seen(content) or 0) > 0:
            raise Conflict("the order has shipments already; nothing was sent (again=true sends all the same)")
        try:
            answer = self._calls.call("POST", CREATE, write=True, json=content)
        except Ambiguous as doubt:
            raise in_doubt(doubt, self._looked(content)) from None
        shown = told(answer)
        if answer.status == 202:
            shown |= self._follow(content, wait)
        return shown

    def verify(self, internal_order_id: int | None = None, external_order_id: str | None = None) -> Any:
        """How many shipments the order shows; null where that can't be told."""
        checks = Checks()
        content = _one_order(checks, internal_order_id, external_order_id)
        checks.done()
        return {"shipments": self._seen(content)}

    def cancel(self, shipment_id: int) -> Any:
        """Its parameter in the query, without a body."""
        query = {"ShipmentId": _shipment(shipment_id)}
        return self._calls.change("POST", CANCEL_SHIPMENT, remedy=_SEE, query=query)

    def reject(self, shipment_id: int, reason: str) -> Any:
        """A shipment that can't be fulfilled there."""
        checks = Checks()
        words = checks.text("reason", reason, needed=True)
        checks.at_least("shipment_id", shipment_id, 1)
        checks.done()
        return self._calls.change("POST", REJECT, remedy=_SEE, json={"ShipmentId": shipment_id, "Reason": words})

    def reroute(self, shipment_id: int, shipping_center: str, reason: str) -> Any:
        """Raises NotConfigured unless it was allowed: it may reject the shipment instead."""
        if not self._reroutes:
            words = "the documented URL is that of rejections, and a server that ignores RouteType would reject"
            raise NotConfigured(f"not configured: {words}; set reroute_path if you know better, and reroute_enabled")
        checks = Checks()
        content = {
            "ShipmentId": checks.at_least("shipment_id", shipment_id, 1),
            "RouteType": "ShippingCenter",
            "ShippingCenterInternalName": checks.text("shipping_center", shipping_center, needed=True),
            "Reason": checks.text("reason", reason, needed=True),
        }
        checks.done()
        return self._calls.change("POST", slashed(self._reroute_path), remedy=_SEE, json=content)

    def split_by_line(self, shipment_id: int, lines: Any) -> Any:
        """`lines`: quantities by InternalLineItemId, which is what OrderDetailId means."""
        checks = Checks()
        checks.at_least("shipment_id", shipment_id, 1)
        parts = checks.quantities("lines", lines)
        if any(not (line.isascii() and line.isdigit()) for line in parts):
            checks.fault("lines", "an OrderDetailId is a whole number")
        checks.done()
        items = [{"OrderDetailId": int(line), "Qty": quantity} for line, quantity in parts.items()]
        return self._calls.change(
            "POST", SPLIT_BY_LINE, remedy=_SEE, json={"ShipmentId": shipment_id, "LineItemsToSplit": items}
        )

    def split_by_sku(self, shipment_id: int, skus: Any) -> Any:
        """`skus`: quantities by SKU."""
        checks = Checks()
        checks.at_least("shipment_id", shipment_id, 1)
        parts = checks.quantities("skus", skus)
        if any(not sku.strip() for sku in parts):
            checks.fault("skus", "an SKU must not be empty", "required")
        checks.done()
        items = [{"SKU": sku, "Qty": quantity} for sku, quantity in parts.items()]
        return self._calls.change(
            "POST", SPLIT_BY_SKU, remedy=_SEE, json={"ShipmentId": shipment_id, "LineItemsToSplit": items}
        )

    def payments(
        self,
        internal_order_id: int | None = None,
        external_order_id: str | None = None,
        invoice_id: str | None = None,
    ) -> Any:
        """By one of three ids, whose parameters' names are assumed (section 3.2.20)."""
        checks = Checks()
        checks.only_one(internal_order_id=internal_order_id, external_order_id=external_order_id, invoice_id=invoice_id)
        query = {
            "internalOrderId": checks.at_least("internal_order_id", internal_order_id, 1),
            "externalOrderId": _text(checks, "external_order_id", external_order_id),
            "invoiceId": _text(checks, "invoice_id", invoice_id),
        }
        checks.done()
        return body_of(self._calls.get(PAYMENTS, query))

    # ------------------------------------------------------------ how it ended

    def _follow(self, content: Mapping[str, Any], wait: int) -> dict[str, Any]:
        """A 202 is no end: the order is asked until it shows shipments, or the time is over."""
        waited, step = 0, 0
        seen = self._seen_after(content)
        while not seen and waited < wait:
            pause = min(STEPS[min(step, len(STEPS) - 1)], wait - waited)
            self._pause(pause)
            waited, step = waited + pause, step + 1
            seen = self._seen_after(content)
        if seen:
            return {"shipments": seen}
        return {"shipments": seen, "note": "accepted, and not seen yet: ask `verify_shipments` later"}

    def _seen_after(self, content: Mapping[str, Any]) -> int | None:
        """What was accepted stays accepted, whatever a look meets."""
        try:
            return self._seen(content)
        except PartnerTrouble:
            return None

    def _looked(self, content: Mapping[str, Any]) -> str:
        try:
            seen = self._seen(content)
        except PartnerTrouble:
            seen = None
        if seen is None:
            return "whether the order has shipments can't be told: see it at Tecsys before you call it again"
        if seen:
            return f"the order shows {seen} by now: don't call it again"
        return "the order shows none yet: ask `verify_shipments` again before you call it again"

    def _seen(self, content: Mapping[str, Any]) -> int | None:
        """The shipments an order shows: where, is not published, but by tracking_pointers. None: can't be told."""
        answer = self._calls.get(ORDERS, content, what="GET orders", missing_ok=True)
        if answer.status == 404:
            return None
        try:
            rows = orders_in(answer)
        except Unreadable:
            return None
        found = [at(row, self._pointer) or field_of(row, "shipments") for row in rows]
        known = [shipments for shipments in found if isinstance(shipments, list)]
        return len(known[0]) if len(rows) == 1 and known else None


def _one_order(checks: Checks, internal: int | None, external: str | None) -> dict[str, Any]:
    """One id, the other key left out: the document's example has both, and its prose forbids that (section 3.4.3)."""
    checks.only_one(internal_order_id=internal, external_order_id=external)
    return present(
        {
            INTERNAL: checks.at_least("internal_order_id", internal, 1),
            EXTERNAL: _text(checks, "external_order_id", external),
        }
    )


def _text(checks: Checks, name: str, value: str | None) -> str | None:
    return None if value is None else checks.text(name, value, needed=True)


def _shipment(shipment_id: int) -> int:
    checks = Checks()
    checks.at_least("shipment_id", shipment_id, 1)
    checks.done()
    return shipment_id
