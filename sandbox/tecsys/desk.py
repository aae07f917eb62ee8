"""Orders' endpoints (S002): in by a path that is not documented, out by id and by search, cancel, payments."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sandbox.agenda import Agenda
from sandbox.checks import Errors, check_choice, check_fields, check_filled, check_text, is_whole
from sandbox.exchange import Ask, Refusal, refuse_fields
from sandbox.queries import cut_page, read_query
from sandbox.reply import Reply, reply_json
from sandbox.tecsys.dials import TecsysDials
from sandbox.tecsys.orders import CANCELLED, LEFT, NOT_STARTED, OPEN, PAID, Orders, Placed
from sandbox.tecsys.shipments import Shipments

ORDER_IDS = ("internalOrderId", "externalOrderId")
PAID_BY = {name.lower(): name for name in ("InternalOrderId", "ExternalOrderId", "InvoiceId")}
SEARCHED = ("InternalOrderId", "ExternalOrderId", "OrderStatus", "LastUpdatedDate", "InvoiceId")


class Desk:
    """`cancel_params_in` counts where a cancellation's parameters were: S002 shows neither place."""

    def __init__(self, dials: TecsysDials, agenda: Agenda, orders: Orders, shipments: Shipments) -> None:
        self.dials = dials
        self.cancel_params_in: Counter[str] = Counter()
        self._agenda = agenda
        self._orders = orders
        self._shipments = shipments

    def create(self, ask: Ask) -> Reply:
        """Only where the dial has a path for it."""
        read_query(ask)
        self.receive(ask.read_json_body(), ask.now)
        return Reply(201, b"")

    def receive(self, raw: Any, now: datetime) -> None:
        """By REST or by feed: paid a little later, and shipments made for it where the dial says so."""
        order = self._orders.take_in(raw, self.dials.repeat, now)
        if order is None:
            return
        if self.dials.paid_after_seconds is not None:
            when = now + timedelta(seconds=self.dials.paid_after_seconds)
            self._agenda.schedule(when, lambda at: self._get_paid(order, at))
        if self.dials.auto_shipments:
            self._shipments.promise(order, now, whole=False)

    def _get_paid(self, order: Placed, moment: datetime) -> None:
        if order.status == NOT_STARTED:
            order.status, order.updated_at = PAID, moment

    def list_by_id(self, ask: Ask) -> Reply:
        """One id at least, of either kind; an unknown one is left out."""
        query = read_query(ask, "ExternalOrderId", "InternalOrderId", "pageSize", "pageNumber")
        external, internal = query.get("ExternalOrderId", []), query.get("InternalOrderId", [])
        if not all([*external, *internal]) or not (external or internal):
            refuse_fields("Wrong parameters", {"ExternalOrderId": ["one at least, of this or of InternalOrderId"]})
        rows = [order.show() for order in self._orders.find(internal, external)]
        return reply_json(200, cut_page(rows, query, "pageSize", "pageNumber"))

    def cancel(self, ask: Ask) -> Reply:
        """One of the ids, and a reason where the site asks for one; in the query (X:ODoverview-dev) or as a body."""
        query = read_query(ask, *ORDER_IDS, "cancelReason")
        if ask.body and query:
            raise Refusal(400, "In the query or in the body, not in both")
        if ask.body:
            raw = ask.read_json_body()
            if not isinstance(raw, dict):
                raise Refusal(400, "The body must be a JSON object")
            found = {key[:1].lower() + key[1:]: value for key, value in raw.items()}
        else:
            found = {name: values[0] if len(values) == 1 else "" for name, values in query.items()}
        errors: Errors = {key: ["not documented"] for key in found if key not in (*ORDER_IDS, "cancelReason")}
        ids = [found[name] for name in ORDER_IDS if name in found]
        if len(ids) != 1 or ids[0] in ("", None):
            errors |= {key: ["exactly one"] for key in ORDER_IDS}
        if self.dials.cancel_reason_required and not found.get("cancelReason"):
            errors["cancelReason"] = ["required on this site"]
        if errors:
            refuse_fields("Wrong parameters", errors)
        self.cancel_params_in["body" if ask.body else "query"] += 1
        self._cancel(self._orders.find_one(*(found.get(name) for name in ORDER_IDS)), ask.now)
        return Reply(204, b"")

    def _cancel(self, order: Placed, now: datetime) -> None:
        if order.status == CANCELLED or any(parcel.status == LEFT for parcel in order.shipments):
            raise Refusal(409, "Cancelled already, or on its way", conflict=True, order=order.external_id)
        order.status, order.updated_at = CANCELLED, now
        for parcel in order.shipments:
            if parcel.status == OPEN:
                parcel.status = CANCELLED

    def search(self, ask: Ask) -> Reply:
        """S002's one condition object; or a list of them, by the dial. All must hold."""
        query = read_query(ask, "pageSize", "pageNumber")
        raw = ask.read_json_body()
        kind = "list" if isinstance(raw, list) else "object"
        if self.dials.search_body not in (kind, "both"):
            raise Refusal(400, f"The body must be a JSON {self.dials.search_body}")
        conditions = raw if isinstance(raw, list) else [raw]
        errors: Errors = {} if conditions else {"": ["a condition at least"]}
        for n, condition in enumerate(conditions):
            _check_condition(condition, f"{n}." if kind == "list" else "", errors)
        if errors:
            refuse_fields("Wrong query", errors)
        rows = [shown for shown in (order.show() for order in self._orders) if _matches(shown, conditions)]
        return reply_json(200, cut_page(rows, query, "pageSize", "pageNumber"))

    def list_transactions(self, ask: Ask) -> Reply:
        """S002 names three ids and no parameter: any casing will do, exactly one of them."""
        query = {name.lower(): values for name, values in read_query(ask, *_list_spellings()).items()}
        if len(query) != 1 or [len(values) for values in query.values()] != [1]:
            raise Refusal(400, "Exactly one of an internal order id, an external order id or an invoice id")
        ((kind, (wanted,)),) = query.items()
        rows = [
            {
                "TransactionId": f"T-{order.internal_id}",
                "InternalOrderId": order.internal_id,
                "ExternalOrderId": order.external_id,
                "InvoiceId": f"INV-{order.internal_id}",
                "TransactionType": "Authorization",
                "Status": "Pending" if order.status == NOT_STARTED else "Approved",
            }
            for order in self._orders
            if wanted == str(order.show()[PAID_BY[kind]])
        ]
        return reply_json(200, rows)


def _list_spellings() -> list[str]:
    return [spelling for name in PAID_BY.values() for spelling in (name, name[:1].lower() + name[1:])]


def _check_condition(condition: Any, prefix: str, errors: Errors) -> None:
    def check_group(value: Any) -> str | None:
        return None if is_whole(value) else "a whole number"

    def check_value(value: Any) -> str | None:
        return None if isinstance(value, (str, int)) and not isinstance(value, bool) else "text or a whole number"

    required = {"Field": check_filled, "Operator": check_choice("equals"), "Value": check_value}
    check_fields(condition, required, {"GroupId": check_group, "LogicalType": check_text}, prefix, errors)
    if isinstance(condition, dict) and f"{prefix}Field" not in errors and condition["Field"] not in SEARCHED:
        errors[f"{prefix}Field"] = ["unknown"]


def _matches(shown: dict[str, Any], conditions: list[dict[str, Any]]) -> bool:
    return all(str(shown[condition["Field"]]) == str(condition["Value"]) for condition in conditions)
