"""Egenta over HTTP: five endpoints (seed 000, contracts/oms.md section 1.2)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from pipeline.connectors.answers import Answer
from pipeline.connectors.contract import Rig
from pipeline.connectors.oms.egenta.answers import WORDS, outcomes, rows_in
from pipeline.connectors.oms.egenta.mapping import (
    VOLATILE,
    Style,
    acknowledgement_of,
    answer_of,
    id_of,
    order_of,
    shipment_of,
)
from pipeline.connectors.wire import zone_of
from pipeline.domain.order import Order
from pipeline.domain.reports import Cancellation, Shipment, StatusReport
from pipeline.ports import Ask, Body, Outcome, Page, Row, Write

IMPORT: Final = "order_import.php"
SHIPPED: Final = "order_update_get_list.php"
SHIPPED_DONE: Final = "order_update_update.php"
QUESTIONS: Final = "order_status_get_list.php"
ANSWER: Final = "order_status_update.php"
_ENCODE: Final = msgspec.json.Encoder(decimal_format="number").encode


class Egenta:
    """A market's account at Egenta."""

    def __init__(self, rig: Rig) -> None:
        settings = rig.settings
        self._rig = rig
        self._base = settings["base_url"].rstrip("/")
        self._style = Style(
            native=settings["wire_types"] == "native",
            zone=zone_of(settings["timezone"]),
            state_fallback=settings["state_fallback"] or "",
            ship_days=settings["latest_ship_days"],
        )
        imports: Write[Order] = Write(
            prepare=self._prepare_order,
            send=self._import,
            batch=max(settings["import_batch_size"], 1),
            repeat_is_safe=settings["reput_is_safe"],
            volatile=VOLATILE,
        )
        self.import_orders: Write[Order] | None = imports
        self.update: Write[Order] | None = imports if settings["reput_is_safe"] else None
        self.cancel: Write[Cancellation] | None = None  # it learns by its status question
        self.acknowledge_shipped: Write[Shipment] | None = Write(
            prepare=lambda shipment: Body(shipment.order_id or "", acknowledgement_of(shipment), SHIPPED_DONE),
            send=self._tell,
            repeat_is_safe=True,  # the same value again (section 1.6)
        )
        self.answer_status: Write[StatusReport] | None = Write(
            prepare=lambda report: Body(report.order_id or "", answer_of(report), ANSWER),
            send=self._tell,
            listed_again=True,  # idempotent by value (section 1.6)
        )
        self.shipped: Callable[[Ask], Page] | None = self._shipped
        self.status_requests: Callable[[Ask], Page] | None = self._status_requests

    def read_shipment(self, raw: Mapping[str, Any]) -> Shipment:
        """Every distinct parcel of the order's rows."""
        return shipment_of(raw)

    # ------------------------------------------------------------ lists, complete in one answer

    def _shipped(self, ask: Ask) -> Page:  # noqa: ARG002 (a list without pages or times)
        """Listed until acknowledged; one row per order, with all its parcels."""
        grouped: dict[str, list[Mapping[str, Any]]] = {}
        unreadable = []
        for row in self._list(SHIPPED):
            order_id = id_of(row) if isinstance(row, Mapping) else None
            if order_id is None:
                unreadable.append(_ENCODE(row))
            elif row not in grouped.setdefault(order_id, []):
                grouped[order_id].append(row)
        rows = [Row(id=order_id, raw={"rows": listed}, occurrence=True) for order_id, listed in grouped.items()]
        return Page(rows=rows, unreadable=unreadable)

    def _status_requests(self, ask: Ask) -> Page:  # noqa: ARG002 (a list without pages or times)
        """Whose status Egenta wants to know."""
        asked: dict[str, Row] = {}
        unreadable = []
        for row in self._list(QUESTIONS):
            order_id = id_of(row) if isinstance(row, Mapping) else None
            if order_id is None:
                unreadable.append(_ENCODE(row))
            else:
                asked.setdefault(order_id, Row(id=order_id, raw=row, occurrence=True))
        return Page(rows=list(asked.values()), unreadable=unreadable)

    def _list(self, path: str) -> list[Any]:
        where = "query" if self._rig.settings["get_credentials_in"] == "query" else "json"
        credentials: dict[str, Any] = {where: self._credentials()}  # a GET with a body, as the seed has it
        return rows_in(self._call("GET", path, write=False, **credentials))

    # ------------------------------------------------------------ writes

    def _prepare_order(self, order: Order) -> Body:
        return Body(order.id or "", order_of(order, self._style), IMPORT)

    def _import(self, bodies: Sequence[Body]) -> Sequence[Outcome]:
        orders = [body.content for body in bodies]
        answer = self._call("PUT", IMPORT, write=True, json={**self._credentials(), "orders": orders})
        return outcomes(answer, [body.id for body in bodies])

    def _tell(self, bodies: Sequence[Body]) -> Sequence[Outcome]:
        (body,) = bodies
        answer = self._call("POST", body.path, write=True, json={**self._credentials(), **body.content})
        return outcomes(answer, [body.id])

    def _call(self, method: str, path: str, *, write: bool, **more: Any) -> Answer:
        what = f"{method} {path.removesuffix('.php')}"
        return self._rig.http.call(method, f"{self._base}/{path}", what=what, write=write, words=WORDS, **more)

    def _credentials(self) -> dict[str, str]:
        """As text, though the example has numbers (section 1.4.14)."""
        settings = self._rig.settings
        return {"secret_id": settings["secret_id"].reveal(), "secret_key": settings["secret_key"].reveal()}
