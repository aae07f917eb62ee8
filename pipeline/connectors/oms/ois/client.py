"""OIS over HTTP (seed 003, contracts/oms.md section 4.2)."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from pipeline.connectors.contract import Rig
from pipeline.connectors.oms.ois.calls import Calls
from pipeline.connectors.oms.ois.cents import cents_of
from pipeline.connectors.oms.ois.hooks import OFF, HookLog, is_over, why_off
from pipeline.connectors.oms.ois.limits import limits_of
from pipeline.connectors.oms.ois.mapping import Style, order_of
from pipeline.connectors.oms.ois.receipts import https_only, receipt_of, seen_in
from pipeline.connectors.oms.ois.tables import Table, Tables, listed
from pipeline.connectors.paging import Place, cursor_of, mark_of
from pipeline.connectors.wire import Unfit, amount
from pipeline.domain.errors import FieldError, Invalid, NotConfigured
from pipeline.domain.order import Order
from pipeline.domain.reports import Cancellation, Shipment, StatusReport
from pipeline.ports import Ask, Body, Outcome, Page, Seen, Write

COUPON: Final = "loyalty/v1/coupons/{code}"
REDEEM: Final = "loyalty/v1/coupons/{code}/redeem"
HOOK_TYPES: Final = "v1/Webhooks/GetTypes"
HOOKS: Final = "v1/Webhooks"
HOOK_URLS: Final = "v1/Webhooks/GetWebhookUrl"
HOOK_LOG: Final = "v1/webhooks/status"
LOG_PAGES: Final = 100


class Ois:
    """A webshop's account at OIS."""

    def __init__(self, rig: Rig) -> None:
        settings = rig.settings
        self._settings = settings
        self._calls = Calls(rig)
        self._tables = Tables(rig, self._calls)
        self._style = Style(
            explode=settings["explode_quantity"],
            numbers=settings["line_type_form"] == "number",
            zero=settings["allow_zero_amounts"],
            limits=limits_of(settings["xprt_limits"] or {}),
            terms=tuple(settings["shipping_terms"] or ()),
            service=settings["shipping_agent_service_code"],
            coupon_key=settings["coupon_key"],
            coupon_option=settings["coupon_payment_option"],
            coupon_code=settings["coupon_code"],
            cut_pickup_name=settings["pickup_name"] == "truncate",
        )
        self._off = why_off(settings)
        self._hooks = HookLog.of(settings["webhook_pointers"]) if settings["webhook_pointers"] else None
        self._size = max(settings["webhook_page_size"], 1)
        self.import_orders: Write[Order] | None = Write(
            prepare=self._prepare,
            send=self._send,
            look=self._look if settings["lookup_path"] else None,  # without one: an operator's, never sent again
        )
        self.update: Write[Order] | None = None  # what a second POST does is not published (section 4.6)
        self.cancel: Write[Cancellation] | None = None
        self.acknowledge_shipped: Write[Shipment] | None = None
        self.answer_status: Write[StatusReport] | None = None
        self.shipped: Callable[[Ask], Page] | None = None if self._off else self._shipped
        self.status_requests: Callable[[Ask], Page] | None = None

    # ------------------------------------------------------------ shipped

    def _shipped(self, ask: Ask) -> Page:
        """A page of the webhook log. Nothing is published of its order, so that it is read to its end each time,
        unless it proves to be newest first; what was seen before the cursor is left out, by the entries' own times.
        """
        hooks, place = self._reads_hooks(), Place.of(ask)
        answer = self._calls.get(HOOK_LOG, {"Page": place.index, "PageSize": self._size, "Status": hooks.status})
        entries = hooks.entries(answer)
        times = [hooks.created_at(entry) for entry in entries]
        newest = place.newest_of(times, ask.now)
        mark = mark_of((str(index), repr(entry)) for index, entry in enumerate(entries))
        more = len(entries) >= self._size and not is_over(times, place.since)
        following = place.after(mark, newest, None, ()) if more else None
        rows, unreadable = hooks.read(entries, place) if mark not in place.seen else ([], [])
        return Page(
            rows=rows,
            page=str(following) if following else None,
            cursor=None if following else cursor_of(ask, newest),
            unreadable=unreadable,
        )

    def read_shipment(self, raw: Mapping[str, Any]) -> Shipment:
        """An entry's parcels, as the pointers say. Raises NotConfigured."""
        return self._reads_hooks().shipment(raw)

    def _reads_hooks(self) -> HookLog:
        if self._hooks is None or self._off:
            raise NotConfigured(self._off or OFF)
        return self._hooks

    # ------------------------------------------------------------ the order

    def _prepare(self, order: Order) -> Body:
        content = order_of(order, self._style, self._tables)
        return Body(order.id or "", content, self._settings["order_path"])

    def _send(self, bodies: Sequence[Body]) -> Sequence[Outcome]:
        (body,) = bodies
        return [receipt_of(self._calls.call("POST", body.path, webshop=True, write=True, json=body.content))]

    def _look(self, bodies: Sequence[Body]) -> Sequence[Seen]:
        return [seen_in(self._asked(body.id), body.id) for body in bodies]

    def _asked(self, order_id: str) -> Any:
        path = self._settings["lookup_path"]
        if not path:
            raise NotConfigured("not configured: OIS publishes no look-up of orders; set lookup_path")
        path = path if "{identifier}" in path else f"{path.rstrip('/')}/{{identifier}}"
        return self._calls.get(path, ids={"identifier": order_id}, webshop=True, missing_ok=True)

    # ------------------------------------------------------------ outside the flows

    def order(self, order_id: str) -> Any:
        """The order as OIS has it; None for a 404. Raises NotConfigured."""
        answer = self._asked(order_id)
        return None if answer.status == 404 else answer.json()

    def table(self, table: Table) -> Any:
        """A table as OIS has it now."""
        return self._tables.read(table).json()

    def coupon(self, code: str) -> Any:
        """What is left of a coupon, until when, and whether a part of it can be used; None for none."""
        answer = self._calls.get(COUPON, ids={"code": code}, missing_ok=True)
        return None if answer.status == 404 else answer.json()

    def redeem(self, code: str, used: str) -> Any:
        """Takes an amount off a coupon; its field's name is assumed."""
        try:
            value = amount(used) or Decimal()
        except Unfit as unfit:
            raise Invalid.of((FieldError("amount", "form", str(unfit)),)) from None
        if value <= 0 or cents_of(value) is None:
            raise Invalid.of((FieldError("amount", "range", "must be positive, with at most two decimals"),))
        content = {"Value": value.quantize(Decimal("0.01"))}
        answer = self._calls.call("PUT", REDEEM, ids={"code": code}, write=True, json=content)
        return answer.json() if answer.content.strip() else None

    def webhook_types(self) -> Any:
        """Every group and event."""
        return self._calls.get(HOOK_TYPES).json()

    def webhook_urls(self, group: str | None, event: str | None) -> Any:
        """The subscriptions, all or of one event."""
        return self._calls.get(HOOK_URLS, {"Group": group, "Event": event}).json()

    def subscribe(self, group: str, event: str, url: str) -> Any:
        """A subscription more."""
        content = {"Group": group, "Event": event, "URL": https_only(url)}
        answer = self._calls.call("POST", HOOKS, write=True, json=content)
        return answer.json() if answer.content.strip() else None

    def unsubscribe(self, group: str, event: str, url: str) -> Any:
        """A subscription less; its fields as parameters, for a DELETE's body is often dropped on the way."""
        query = {"Group": group, "Event": event, "URL": https_only(url)}
        answer = self._calls.call("DELETE", HOOKS, query=query, write=True)
        return answer.json() if answer.content.strip() else None

    def webhook_log(self, status: str | None, page: int | None, page_size: int) -> Any:
        """What webhooks were sent: one page, or all of them, as OIS has it. Raises NotConfigured."""
        if not self._settings["webhook_log_poll"]:
            raise NotConfigured("not configured: turn webhook_log_poll on")
        if page_size < 1 or (page is not None and page < 1):
            raise Invalid.of((FieldError("page", "range", "page and page_size begin at 1"),))
        rows: list[Any] = []
        before: list[Any] = []
        for number in [page] if page else range(1, LOG_PAGES + 1):
            answer = self._calls.get(HOOK_LOG, {"Page": number, "PageSize": page_size, "Status": status})
            found = listed(answer)
            if found == before:  # a page past the end, or one that is served for ever
                break
            rows += found
            before = found
            if len(found) < page_size:
                break
        return rows

    def inventory(self) -> Any:
        """Its paths are not published."""
        raise NotConfigured("not configured: the paths of Inventory (v1) and Stock (v2) are not published")
