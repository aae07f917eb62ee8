"""A marketplace and an OMS, scripted. Their raw orders are canonical fields under our own words for statuses."""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pipeline.domain.codec import from_fields, to_fields
from pipeline.domain.errors import FieldError, Trouble
from pipeline.domain.order import Order, OrderStatus
from pipeline.domain.reports import Shipment
from pipeline.ports import Ask, Page, Row
from tests.builders import build_order
from tests.fakes.writes import FakeWrite

STATUSES = {
    "New": OrderStatus.PENDING,
    "Waiting": OrderStatus.PENDING,
    "Open": OrderStatus.UNSHIPPED,
    "Partly": OrderStatus.PARTIALLY_SHIPPED,
    "Sent": OrderStatus.SHIPPED,
    "Gone": OrderStatus.CANCELED,
}
MOVING = (OrderStatus.UNSHIPPED, OrderStatus.PARTIALLY_SHIPPED, OrderStatus.SHIPPED)
VOLATILE = frozenset({"status", "raw_status", "updated_at", "released", "lines.*.status", "lines.*.raw_status"})


def raw_order(id_: str = "A1", word: str = "Open", **overrides: Any) -> dict[str, Any]:
    """As the fake marketplace lists it: `word` is its status, `line_word` that of each line."""
    line_word = overrides.pop("line_word", None)
    more = overrides.pop("raw", {})
    order = build_order(id=id_, **overrides)
    fields = to_fields(order)
    for name in ("status", "raw_status", "released"):
        fields.pop(name, None)
    for line in fields.get("lines", ()):
        line.pop("status", None)
        line.pop("raw_status", None)
        if line_word:
            line["raw_status"] = line_word
    return {"word": word, "fields": fields, **more}


class FakeMarketplace:
    """`orders`: what `get` knows. `pages`: what listing gives, one a call: a page, or a trouble to raise."""

    def __init__(self, **writes: FakeWrite) -> None:
        self.orders: dict[str, Mapping[str, Any]] = {}
        self.pages: deque[Page | Exception] = deque()
        self.asks: list[Ask] = []
        self.get_trouble: dict[str, Trouble] = {}
        self.got: list[str] = []
        self.writes = writes
        for name in ("accept", "refuse", "acknowledge", "ship", "cancel"):
            setattr(self, name, writes[name].write if name in writes else None)

    def new_orders(self, ask: Ask) -> Page:
        """The next scripted page."""
        return _next(self.pages, self.asks, ask)

    def get(self, order_id: str) -> Row | None:
        """From `orders`."""
        self.got.append(order_id)
        if order_id in self.get_trouble:
            raise self.get_trouble[order_id]
        raw = self.orders.get(order_id)
        return None if raw is None else row_of(raw)

    def read(self, raw: Mapping[str, Any]) -> Order:
        """Canonical fields, its statuses translated where they are known."""
        word = raw["word"]
        status = STATUSES.get(word)
        fields = {**raw["fields"], "raw_status": word, "released": status in MOVING}
        if status:
            fields["status"] = status.value
        lines = [
            {**line, "status": STATUSES[line["raw_status"]].value} if line.get("raw_status") in STATUSES else line
            for line in fields.get("lines", ())
        ]
        return from_fields(Order, {**fields, "lines": lines})

    def riddles(self, raw: Mapping[str, Any]) -> tuple[FieldError, ...]:
        """Scripted in the raw order."""
        return tuple(FieldError(path, "ambiguous", "two of them; an order has one") for path in raw.get("riddles", ()))

    def needs_accept(self, order: Order) -> bool:
        """One word says so."""
        return order.raw_status == "Waiting"

    def parcels(self, raw: Mapping[str, Any]) -> frozenset[str]:
        """Scripted in the raw order."""
        return frozenset(raw.get("parcels", ()))


class FakeOms:
    """`lists`: what each list gives, one a call."""

    def __init__(self, **writes: FakeWrite) -> None:
        self.lists: dict[str, deque[Page | Exception]] = {"shipped": deque(), "status_requests": deque()}
        self.asks: list[Ask] = []
        self.writes = writes
        for name in ("import_orders", "update", "cancel", "acknowledge_shipped", "answer_status"):
            setattr(self, name, writes[name].write if name in writes else None)
        self.shipped = self._shipped if "acknowledge_shipped" in writes else None
        self.status_requests = self._status_requests if "answer_status" in writes else None

    def _shipped(self, ask: Ask) -> Page:
        return _next(self.lists["shipped"], self.asks, ask)

    def _status_requests(self, ask: Ask) -> Page:
        return _next(self.lists["status_requests"], self.asks, ask)

    def read_shipment(self, raw: Mapping[str, Any]) -> Shipment:
        """Canonical fields."""
        return from_fields(Shipment, raw["shipment"])


def row_of(raw: Mapping[str, Any]) -> Row:
    """The marketplace's row of a raw order."""
    fields = raw["fields"]
    updated, bought = fields.get("updated_at"), fields.get("purchased_at")
    return Row(
        id=fields["id"],
        raw=raw,
        version=datetime.fromisoformat(updated) if updated else None,
        purchased_at=datetime.fromisoformat(bought) if bought else None,
    )


def page_of(*raws: Mapping[str, Any], **more: Any) -> Page:
    """A page of these orders."""
    return Page(rows=[row_of(raw) for raw in raws], **more)


def requests(*ids: str, **raw: Any) -> Page:
    """A list of an OMS's requests."""
    return Page(rows=[Row(id=id_, raw={"orderId": id_, **raw}, occurrence=True) for id_ in ids])


def shipped(id_: str, *parcels: Mapping[str, Any], times: int = 1) -> Page:
    """A shipped list of one order."""
    shipment = {"id": id_, "order_id": id_, "parcels": list(parcels)}
    return Page(rows=[Row(id=id_, raw={"shipment": shipment, "times": times}, occurrence=True)])


def _next(pages: deque[Page | Exception], asks: list[Ask], ask: Ask) -> Page:
    asks.append(ask)
    found = pages.popleft() if pages else Page(rows=())
    if isinstance(found, Exception):
        raise found
    return found


Rows = Sequence[Row]
