"""The simulated Egenta: five endpoints, exactly as S000 has them, in three casings of the order's id."""

from collections import Counter
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from sandbox.agenda import Agenda
from sandbox.egenta.contract import check_order, name_wire_types
from sandbox.egenta.dials import EgentaDials
from sandbox.egenta.warehouse import Warehouse
from sandbox.exchange import Ask, Endpoint, Refusal, refuse_fields, require_object
from sandbox.journal import Journal
from sandbox.market import Markets
from sandbox.reply import Reply, reply_json

ANSWERS = ("Shipped", "Unshipped", "Canceled")


class Egenta:
    """The five endpoints over one warehouse. What is true at the marketplaces it can't know: the report does."""

    name = "egenta"

    def __init__(self, dials: EgentaDials, agenda: Agenda, seed: int, journal: Journal, markets: Markets) -> None:
        self.dials = dials
        self.warehouse = Warehouse(dials, agenda, seed)
        self.refused_puts: Counter[str] = Counter()
        self.credentials_in: Counter[str] = Counter()
        self.wire_types: Counter[str] = Counter()
        self._journal = journal
        self._markets = markets
        self.endpoints: tuple[Endpoint, ...] = (
            Endpoint("egenta.import", "PUT", ("api", "order_import.php"), self._import, self._hold_import_back),
            Endpoint("egenta.shipped", "GET", ("api", "order_update_get_list.php"), self._reply_shipped),
            Endpoint("egenta.shipped_ack", "POST", ("api", "order_update_update.php"), self._acknowledge),
            Endpoint("egenta.status_list", "GET", ("api", "order_status_get_list.php"), self._list_questions),
            Endpoint("egenta.status_answer", "POST", ("api", "order_status_update.php"), self._answer),
        )

    def turn(self, **changes: Any) -> None:
        """Change dials while running. TypeError or ValueError: no such dial, no such value."""
        self.dials = self.warehouse.dials = replace(self.dials, **changes)

    def refuse(self, refusal: Refusal) -> Reply:
        """PHP's usual way to say no; the form is not documented."""
        content: dict[str, Any] = {"success": False, "error": refusal.title}
        if refusal.errors:
            content["errors"] = refusal.errors
        return reply_json(refusal.status, content, headers=refusal.headers)

    def _hold_import_back(self) -> float:
        return self.dials.commit_delay_seconds

    def _import(self, ask: Ask) -> Reply:
        """All or nothing: what a partly bad batch does is not documented."""
        raw = self._enter(ask, {"orders"})
        orders = raw["orders"]
        if not isinstance(orders, list) or not orders:
            refuse_fields("Wrong fields", {"orders": ["a list, not empty"]})
        errors: dict[str, list[str]] = {}
        named = [order.get("OrderId") if isinstance(order, dict) else None for order in orders]
        for n, order in enumerate(orders):
            errors |= {f"orders.{n}.{path}": faults for path, faults in check_order(order).items()}
        if errors:
            self.refused_puts.update(str(order_id) for order_id in named)
            refuse_fields("Wrong orders", errors, str(named[0]))
        for order in orders:
            self.wire_types[name_wire_types(order)] += 1
            self.warehouse.take_in(order, ask.now)
        return reply_json(200, {"success": True, "imported": len(orders)})

    def _reply_shipped(self, ask: Ask) -> Reply:
        self._enter_list(ask)
        return self._reply_list(self.warehouse.list_rows())

    def _list_questions(self, ask: Ask) -> Reply:
        self._enter_list(ask)
        return self._reply_list([{"orderId": order_id} for order_id in self.warehouse.asked])

    def _acknowledge(self, ask: Ask) -> Reply:
        raw = self._enter(ask, {"OrderID", "updated"})
        order_id = self._find(raw["OrderID"])
        if raw["updated"] != 1 or isinstance(raw["updated"], bool):
            refuse_fields("Wrong fields", {"updated": ["1"]}, order_id)
        if not self.warehouse.is_shipped(order_id):
            raise Refusal(409, "Egenta has not shipped this order", order=order_id)
        if self._markets.is_shipped(order_id) is not True:
            self._journal.note_violation(ask.now, ask.endpoint, "acked before the marketplace had it shipped", order_id)
        elif not self.warehouse.list_parcels(order_id) <= self._markets.find_parcels(order_id):
            self._journal.note_violation(ask.now, ask.endpoint, "acked with a parcel the marketplace lacks", order_id)
        self.warehouse.acknowledge(order_id, ask.now)
        return reply_json(200, {"success": True})

    def _answer(self, ask: Ask) -> Reply:
        raw = self._enter(ask, {"OrderID", "OrderStatusTranslated"})
        order_id, word = self._find(raw["OrderID"]), raw["OrderStatusTranslated"]
        if word not in ANSWERS:
            refuse_fields("Wrong fields", {"OrderStatusTranslated": [f"one of {', '.join(ANSWERS)}"]}, order_id)
        asked_at = self.warehouse.asked.get(order_id)
        if asked_at is not None:
            true_words = self._markets.find_statuses_since(order_id, asked_at)
            if true_words is not None and word not in true_words:
                self._journal.note_violation(
                    ask.now, ask.endpoint, "answered a status the marketplace did not have", order_id
                )
        self.warehouse.answer(order_id, word, ask.now)
        return reply_json(200, {"success": True})

    def _find(self, order_id: object) -> str:
        if not isinstance(order_id, str) or not self.warehouse.holds(order_id):
            raise Refusal(404, "No such order", {"OrderID": ["unknown"]}, order=str(order_id))
        return order_id

    def _enter(self, ask: Ask, fields: set[str]) -> dict[str, Any]:
        """The body of a write, with its credentials checked."""
        raw = require_object(ask.read_json_body(), {"secret_id", "secret_key"} | fields)
        self._check_credentials(raw["secret_id"], raw["secret_key"])
        return raw

    def _enter_list(self, ask: Ask) -> None:
        """S000: JSON with a GET. The vendor's own client puts the credentials in the query. Not both."""
        query = dict(parse_qsl(ask.query))
        if ask.body and query:
            raise Refusal(400, "Credentials in the body or in the query, not in both")
        raw = require_object(ask.read_json_body() if ask.body else query, {"secret_id", "secret_key"})
        self._check_credentials(raw["secret_id"], raw["secret_key"])
        self.credentials_in["body" if ask.body else "query"] += 1

    def _check_credentials(self, secret_id: object, secret_key: object) -> None:
        """Numbers or strings: S000's example has numbers, the vendor's client strings."""
        if isinstance(secret_id, bool) or (str(secret_id), str(secret_key)) != (
            self.dials.secret_id,
            self.dials.secret_key,
        ):
            raise Refusal(401, "Wrong credentials")

    def _reply_list(self, rows: list[dict[str, str]]) -> Reply:
        if self.dials.list_shape == "list":
            return reply_json(200, rows)
        if self.dials.list_shape == "rows":
            return reply_json(200, {str(n): row for n, row in enumerate(rows, 1)})
        return reply_json(200, {"orders": rows})

    def count_copies(self) -> dict[str, int]:
        """How many copies of each order."""
        return {order_id: len(copies) for order_id, copies in self.warehouse.copies.items()}

    def list_orders(self) -> list[dict[str, Any]]:
        """Every order as it was last sent, one item per copy."""
        return [
            {
                "OrderId": order_id,
                "copy": n,
                "puts": self.warehouse.puts[order_id],
                "parcels": [number for _, number in copy.parcels],
                "acked": copy.acked_at is not None,
                "order": copy.order,
            }
            for order_id, copies in self.warehouse.copies.items()
            for n, copy in enumerate(copies, 1)
        ]

    def list_shipped(self) -> list[str]:
        """Orders of which a parcel has left."""
        return [order_id for order_id in self.warehouse.copies if self.warehouse.is_shipped(order_id)]

    def list_unacknowledged(self) -> list[str]:
        """Orders that left, and of which it was never told that the marketplace knows."""
        return [order_id for order_id in self.list_shipped() if not self.warehouse.acks[order_id]]

    def list_open(self) -> list[str]:
        """Orders to be shipped or acknowledged yet, and those it asks about."""
        return self.warehouse.list_open()

    def describe(self) -> dict[str, Any]:
        """For the report."""
        return {
            **self.warehouse.describe(),
            "refused_puts": dict(self.refused_puts),
            "wire_types": dict(self.wire_types),
            "credentials_in": dict(self.credentials_in),
        }
