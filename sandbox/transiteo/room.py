"""The simulated Transiteo: add, update, get, list and delete orders (contracts, OMS section 2.2)."""

from collections import Counter
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from sandbox.copies import Shelf
from sandbox.exchange import Ask, Endpoint, Refusal
from sandbox.reply import Reply, reply_json
from sandbox.transiteo.contract import check_order
from sandbox.transiteo.dials import TransiteoDials
from sandbox.transiteo.entry import EXPIRED, Entry

ORDERS = ("v1", "customer", "orders")
# How the API gateway says it where the service does not speak itself.
GATEWAY = {
    403: "Missing Authentication Token",
    404: "Not Found",
    405: "Missing Authentication Token",
    429: "Too Many Requests",
    502: "Internal server error",
    503: "Service Unavailable",
    504: "Endpoint request timed out",
}


@dataclass(slots=True)
class Held:
    """One customs record, as it was last sent."""

    order: dict[str, Any]


class Transiteo:
    """The five calls over one shelf."""

    name = "transiteo"

    def __init__(self, dials: TransiteoDials) -> None:
        self.dials = dials
        self.entry = Entry(dials)
        self.shelf: Shelf[Held] = Shelf()
        self.deleted: Counter[str] = Counter()
        self.updates: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._calls = 0
        one = (*ORDERS, "{}")
        self.endpoints: tuple[Endpoint, ...] = (
            Endpoint("transiteo.token", "POST", ("oauth2", "token"), self.entry.give_token),
            Endpoint("transiteo.add", "POST", ORDERS, self._add, self._hold_back),
            Endpoint("transiteo.update", "PUT", one, self._update, self._hold_back),
            Endpoint("transiteo.get", "GET", one, self._get),
            Endpoint("transiteo.list", "GET", ORDERS, self._list),
            Endpoint("transiteo.delete", "DELETE", one, self._delete, self._hold_back),
        )

    def turn(self, **changes: Any) -> None:
        """Change dials while running. TypeError or ValueError: no such dial, no such value."""
        self.dials = self.entry.dials = replace(self.dials, **changes)
        self._calls = 0

    def refuse(self, refusal: Refusal) -> Reply:
        """Cognito's form at the token, the gateway's `message`, or the service's errors (contracts, OMS 2.5)."""
        status, title = refusal.status, refusal.title
        if status == HTTPStatus.BAD_REQUEST and title.startswith(("invalid_", "unsupported_")):
            content: dict[str, Any] = {"error": title}
        elif status == HTTPStatus.INTERNAL_SERVER_ERROR:
            content = {"code": "UNEXPECTED_ERROR", "httpCode": 500, "name": "ServerError", "reason": title}
        elif status == HTTPStatus.UNAUTHORIZED:
            content = {"message": title if title in {EXPIRED, "Unauthorized"} else EXPIRED}
        elif title in {"MAX_REQUESTS_EXCEED", "TRIAL_LIMIT_EXCEED"}:
            content = _write_error(status, title, "The number of requests of your plan is exceeded", {})
        elif status in {400, 409, 422} or refusal.errors:
            code = "ORDER_EXISTS" if status == HTTPStatus.CONFLICT else "INVALID_PARAMETERS"
            content = _write_error(status, code, title, refusal.errors)
        else:
            content = {"message": GATEWAY.get(status, title)}
        return reply_json(status, content, headers=refusal.headers)

    def _hold_back(self) -> float:
        return self.dials.commit_delay_seconds

    def _enter(self, ask: Ask) -> None:
        self.entry.check(ask)
        self._calls += 1
        if self.dials.quota is not None and self._calls > self.dials.quota_after:
            raise Refusal(403, self.dials.quota, breach=False)
        if ask.query:
            raise Refusal(400, "No parameters are documented", {"query": ["not documented"]})

    def _read_order(self, ask: Ask) -> tuple[str, dict[str, Any]]:
        order = ask.read_json_body()
        named = str(order.get("order_id")) if isinstance(order, dict) else "?"
        if errors := check_order(order):
            self.refused[named] += 1
            raise Refusal(400, "Invalid parameters", errors, order=named)
        return named, order

    def _add(self, ask: Ask) -> Reply:
        self._enter(ask)
        order_id, order = self._read_order(ask)
        if self.shelf.holds(order_id) and self.dials.repeat == "refuse":
            raise Refusal(409, "This order_id already exists", conflict=True, order=order_id)
        if self.shelf.holds(order_id) and self.dials.repeat == "upsert":
            self._replace(order_id, order)
        else:
            self.shelf.add(order_id, Held(order))
        return reply_json(200, {"order_id": order_id})

    def _update(self, ask: Ask) -> Reply:
        self._enter(ask)
        order_id, order = self._read_order(ask)
        if ask.ids[0] != order_id:
            raise Refusal(400, "Invalid parameters", {"order_id": ["the path's"]}, order=order_id)
        self._require(order_id)
        self.updates[order_id] += 1
        self._replace(order_id, order)
        return reply_json(200, {"order_id": order_id})

    def _replace(self, order_id: str, order: dict[str, Any]) -> None:
        self.shelf.puts[order_id] += 1
        for held in self.shelf.copies[order_id]:
            held.order = order

    def _get(self, ask: Ask) -> Reply:
        self._enter_reading(ask)
        self._require(ask.ids[0])
        return reply_json(200, self.shelf.copies[ask.ids[0]][-1].order)

    def _list(self, ask: Ask) -> Reply:
        self._enter_reading(ask)
        orders = [held.order for group in self.shelf.copies.values() for held in group]
        return reply_json(200, orders if self.dials.list_shape == "list" else {"orders": orders})

    def _enter_reading(self, ask: Ask) -> None:
        self._enter(ask)
        if not self.dials.get_enabled:
            raise Refusal(403, "No such call", breach=False)
        if ask.body:
            raise Refusal(400, "A GET has no body", {"body": ["none"]})

    def _delete(self, ask: Ask) -> Reply:
        """The official client's body, `{"order_id": ...}`, or none."""
        self._enter(ask)
        order_id = ask.ids[0]
        if ask.body and ask.read_json_body() != {"order_id": order_id}:
            raise Refusal(400, "Invalid parameters", {"order_id": ["the path's, and nothing else"]}, order=order_id)
        self._require(order_id)
        del self.shelf.copies[order_id]
        self.deleted[order_id] += 1
        return reply_json(200, {"order_id": order_id})

    def _require(self, order_id: str) -> None:
        """Not to be there is no breach: a client that asks does as it should."""
        if not self.shelf.holds(order_id):
            raise Refusal(404, "Order not found", breach=False, order=order_id)

    def count_copies(self) -> dict[str, int]:
        """How many copies of each order."""
        return self.shelf.count()

    def list_orders(self) -> list[dict[str, Any]]:
        """Every order as it was last sent, one item per copy."""
        return [
            {"order_id": order_id, "copy": n, "puts": self.shelf.puts[order_id], "order": held.order}
            for order_id, group in self.shelf.copies.items()
            for n, held in enumerate(group, 1)
        ]

    def describe(self) -> dict[str, Any]:
        """For the report."""
        held = [held.order for group in self.shelf.copies.values() for held in group]
        return {
            **self.shelf.describe(),
            "repeat": self.dials.repeat,
            "by_statut": dict(Counter(order["order_statut"] for order in held)),
            "updates": dict(self.updates),
            "deleted": list(self.deleted),
            "refused": dict(self.refused),
            "tokens_issued": self.entry.tokens.issued,
        }


def _write_error(status: int, code: str, message: str, errors: dict[str, list[str]]) -> dict[str, Any]:
    details = [{"parameter": {"name": path, "value": None}, "causes": causes} for path, causes in errors.items()]
    return {"code": code, "httpCode": status, "name": "ClientError", "message": message, "details": details}
