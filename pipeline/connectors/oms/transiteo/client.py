"""Transiteo over HTTP: add, update, get, list, delete (seed 001, contracts/oms.md sections 2.2, 2.6)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from pipeline.connectors.answers import Answer, decode
from pipeline.connectors.contract import Rig
from pipeline.connectors.oms.transiteo.answers import (
    CODES,
    WORDS,
    body_of,
    is_missing,
    is_no_look_up,
    is_there_already,
    record_in,
)
from pipeline.connectors.oms.transiteo.mapping import CANCELLED, STATUT_MAP, VOLATILE, Style, order_id_of, order_of
from pipeline.connectors.oms.transiteo.schema import FIELDS, NEEDS, STATUTS, wire_faults
from pipeline.connectors.oms.transiteo.session import Session
from pipeline.connectors.oms.transiteo.sku import SkuTemplate
from pipeline.connectors.wire import segment
from pipeline.domain.errors import FieldError, Invalid, NotConfigured, PartnerTrouble, Puzzling, Refused
from pipeline.domain.order import Order, OrderStatus
from pipeline.domain.reports import ORDER, Cancellation, Shipment, StatusReport
from pipeline.ports import Absent, Ask, Body, Outcome, Page, Seen, Taken, Write

ONE: Final = "orders/{order_id}"
NO_GET: Final = (
    "not configured: Transiteo's answers to GET are not published; set get_enabled once the vendor has confirmed them"
)
NO_CANCEL: Final = (
    "not configured: an update replaces the whole order, which this cancellation does not hold: "
    "set get_enabled (it is read first), or delete_mode to delete"
)
NOT_THERE: Final = "Transiteo does not have the order that is to be cancelled"


class Transiteo:
    """A seller's account at Transiteo."""

    def __init__(self, rig: Rig) -> None:
        settings = rig.settings
        self._rig = rig
        self._session = Session(rig)
        self._orders = "/" + settings["orders_path"].strip("/")
        self._gets = bool(settings["get_enabled"])
        self._deletes = settings["delete_mode"] == "delete"
        self._style = style_of(settings)
        self._in_doubt: set[str] = set()  # looked at just before they are sent, and it could not be told
        self.import_orders: Write[Order] | None = Write(
            prepare=self._prepare, send=self._add, look=self._look, repeat_is_safe=True, volatile=VOLATILE
        )
        self.update: Write[Order] | None = Write(
            prepare=self._prepare, send=self._update, repeat_is_safe=True, volatile=VOLATILE
        )
        self.cancel: Write[Cancellation] | None = Write(
            prepare=self._prepare_cancel,
            send=self._delete if self._deletes else self._cancel,
            repeat_is_safe=True,  # a deleted order stays deleted, a cancelled one cancelled
            volatile=VOLATILE,
            with_order=not self._deletes,
        )
        self.acknowledge_shipped: Write[Shipment] | None = None
        self.answer_status: Write[StatusReport] | None = None
        self.shipped: Callable[[Ask], Page] | None = None
        self.status_requests: Callable[[Ask], Page] | None = None

    def read_shipment(self, raw: Mapping[str, Any]) -> Shipment:  # noqa: ARG002 (the port's)
        """Transiteo handles papers, not parcels."""
        raise NotConfigured("Transiteo ships nothing: it has no list of shipments")

    # ------------------------------------------------------------ orders

    def _prepare(self, order: Order) -> Body:
        content = order_of(order, self._style)
        return Body(content["order_id"], content, self._path(content["order_id"]))

    def _add(self, bodies: Sequence[Body]) -> Sequence[Outcome]:
        """A first send is a POST. What an earlier POST may have left there is never posted again unseen (section 2.6):
        the look-up runs right before this, and what it could not tell is PUT.
        """
        (body,) = bodies
        doubtful = body.id in self._in_doubt
        self._in_doubt.discard(body.id)
        with self._rig.http.within():
            (self._put_or_post if doubtful else self._post_or_put)(body)
        return [Taken()]

    def _update(self, bodies: Sequence[Body]) -> Sequence[Outcome]:
        (body,) = bodies
        with self._rig.http.within():
            self._put_or_post(body)
        return [Taken()]

    def _look(self, bodies: Sequence[Body]) -> Sequence[Seen]:
        (body,) = bodies
        seen = self._seen(body) if self._gets else None
        if seen is None:
            self._in_doubt.add(body.id)
        else:
            self._in_doubt.discard(body.id)
        return [seen]

    def _seen(self, body: Body) -> Seen:
        try:
            answer = self._session.call("GET", body.path, what=f"GET {ONE}", write=False, missing_ok=True)
        except PartnerTrouble as trouble:
            if is_no_look_up(trouble):
                return None
            raise
        if answer.status == 404:
            return Absent()
        return Taken() if record_in(body_of(answer), body.id) is not None else None

    def _post_or_put(self, body: Body) -> None:
        """409, or words that it already exists: then it is an update."""
        try:
            body_of(self._session.call("POST", self._orders, what="POST orders", write=True, json=body.content))
        except PartnerTrouble as trouble:
            if not is_there_already(trouble):
                raise
            try:
                self._put(body.path, body.content)
            except PartnerTrouble as again:
                if not is_missing(again):
                    raise
                words = "Transiteo says that the order exists when it is added, and that it does not when it is updated"
                raise Refused(words, status=again.status) from None

    def _put_or_post(self, body: Body) -> None:
        """Only a plain "no such order" is followed by a POST: after any other error it might create a second one."""
        try:
            self._put(body.path, body.content)
        except PartnerTrouble as trouble:
            if not is_missing(trouble):
                raise
            body_of(self._session.call("POST", self._orders, what="POST orders", write=True, json=body.content))

    def _put(self, path: str, content: Mapping[str, Any], words: Sequence[str] = WORDS) -> Any:
        answer = self._session.call("PUT", path, what=f"PUT {ONE}", write=True, json=content, words=words)
        return body_of(answer, words)

    def _path(self, order_id: str) -> str:
        return f"{self._orders}/{segment(order_id)}"

    # ------------------------------------------------------------ cancellations

    def _prepare_cancel(self, cancellation: Cancellation) -> Body:
        order_id = order_id_of(cancellation.order_id)
        if cancellation.lines:
            words = "Transiteo cancels whole orders only; update the order there, or cancel all of it"
            raise Puzzling.of((FieldError("lines", "partial", words),))
        content = {"order_id": order_id} if self._deletes else self._as_canceled(cancellation, order_id)
        return Body(order_id, content, self._path(order_id))

    def _as_canceled(self, cancellation: Cancellation, order_id: str) -> dict[str, Any]:
        """The whole order, as an update takes it (section 2.2). What is to be set by an `edit` stands below
        `extra.order`. Where it can't be sent, but got: only what changes.
        """
        least = {"order_id": order_id, "order_statut": CANCELLED}
        order = cancellation.extra.get(ORDER)
        if isinstance(order, Order):
            try:
                return {**order_of(order, self._style), **least}
            except (Invalid, Puzzling) as unfit:
                if not self._gets:
                    fields = (replace(fault, path=f"extra.order.{fault.path}") for fault in unfit.fields)
                    raise type(unfit).of(tuple(fields)) from None
        elif not self._gets:
            raise NotConfigured(NO_CANCEL)
        return least

    def _cancel(self, bodies: Sequence[Body]) -> Sequence[Outcome]:
        """The order as we know it, else as Transiteo has it, with another status."""
        (body,) = bodies
        if "products" in body.content:
            return self._put_canceled(body)
        with self._rig.http.within():
            answer = self._read_for_cancel(body.path)
            if answer.status == 404:
                raise Refused(NOT_THERE, status=404)
            there = record_in(body_of(answer), body.id)
            if there is None:
                raise answer.unclear("without the order")
            if there.get("order_statut") != CANCELLED:
                kept = {name: value for name, value in there.items() if name in FIELDS and value is not None}
                lacking = sorted(NEEDS - kept.keys())
                if lacking:  # to put it back would empty them
                    raise answer.unclear(f"an order without {', '.join(lacking)}")
                self._put(body.path, {**kept, **body.content}, CODES)
        return [Taken()]

    def _put_canceled(self, body: Body) -> Sequence[Outcome]:
        """Never followed by a POST: what is not there needs no cancellation, and a person should know why."""
        try:
            self._put(body.path, body.content)
        except PartnerTrouble as trouble:
            if not is_missing(trouble):
                raise
            raise Refused(NOT_THERE, status=trouble.status) from None
        return [Taken()]

    def _read_for_cancel(self, path: str) -> Answer:
        try:
            return self._session.call("GET", path, what=f"GET {ONE}", write=False, missing_ok=True)
        except PartnerTrouble as trouble:
            if is_no_look_up(trouble):
                raise NotConfigured(f"{NO_CANCEL} (get_enabled is set, but {trouble.cause})") from None
            raise

    def _delete(self, bodies: Sequence[Body]) -> Sequence[Outcome]:
        """An order that is not there is what was asked for."""
        (body,) = bodies
        try:
            self._drop(body.path, body.id)
        except PartnerTrouble as trouble:
            if not is_missing(trouble):
                raise
        return [Taken()]

    def _drop(self, path: str, order_id: str) -> Any:
        json = {"order_id": order_id}  # the official connector sends it, though the path names it too
        return body_of(self._session.call("DELETE", path, what=f"DELETE {ONE}", write=True, json=json))

    # ------------------------------------------------------------ for `orderpipe call`

    def try_token(self) -> None:
        """Whether the credentials give a token: no read that needs one is published. Raises Unauthorized."""
        self._session.try_token()

    def one_order(self, order_id: str) -> Any:
        """As Transiteo has it, None when it does not. Raises NotConfigured."""
        self._need_get()
        path = self._path(order_id)
        answer = self._session.call("GET", path, what=f"GET {ONE}", write=False, missing_ok=True)
        return None if answer.status == 404 else body_of(answer)

    def list_orders(self) -> Any:
        """Whatever one answer holds: no paging is documented. Raises NotConfigured."""
        self._need_get()
        return body_of(self._session.call("GET", self._orders, what="GET orders", write=False))

    def delete_order(self, order_id: str) -> Any:
        """The answer to a DELETE. Raises Refused where there is no such order."""
        return self._drop(self._path(order_id), order_id)

    def update_order(self, order_id: str, content: str) -> Any:
        """The answer to a PUT of this JSON, the full body. Raises Invalid with every fault, paths as Transiteo's."""
        try:
            body = decode(content.encode())
        except ValueError:
            raise Invalid.of((FieldError("content", "form", "must be JSON"),)) from None
        if not isinstance(body, Mapping):
            raise Invalid.of((FieldError("content", "form", "must be a JSON object"),))
        faults = wire_faults(body)
        if body.get("order_id") not in (None, order_id):
            faults = (*faults, FieldError("order_id", "form", "is not the order's that is to be updated"))
        if faults:
            raise Invalid.of(faults)
        return self._put(self._path(order_id), body)

    def _need_get(self) -> None:
        if not self._gets:
            raise NotConfigured(NO_GET)


def style_of(settings: Mapping[str, Any]) -> Style:
    """The settings that the mapping depends on. Raises NotConfigured."""
    key = settings["agent_address_key"]
    return Style(
        alpha3=settings["country_format"] == "alpha3",
        tick=timedelta(milliseconds=1) if settings["time_unit"] == "ms" else timedelta(seconds=1),
        agent_address=("agent_address", "agent_adress") if key == "both" else (key,),
        sku=SkuTemplate.of(settings["sku_template"]),
        statuts=_statuts(settings["statut_map"] or {}),
        tells_updates=bool(settings["send_order_update_statut"]),
        incoterm_case=settings["incoterm_case"],
    )


def _statuts(given: Mapping[str, Any]) -> Mapping[OrderStatus, str]:
    strange = [word for word in given if word not in list(OrderStatus)]
    strange += [str(word) for word in given.values() if word not in STATUTS]
    if strange:
        known = f"{', '.join(OrderStatus)} to {', '.join(STATUTS)}"
        raise NotConfigured(f"statut_map can't be used ({', '.join(strange)}): it takes {known}")
    return {**STATUT_MAP, **{OrderStatus(status): word for status, word in given.items()}}
