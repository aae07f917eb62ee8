"""The simulated OIS: token, orders in every documented form of the WebshopCode, tables, coupons, webhooks."""

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.agenda import Agenda
from sandbox.copies import Shelf
from sandbox.exchange import Answer, Ask, Endpoint, Refusal, refuse_fields
from sandbox.ois import reference
from sandbox.ois.contract import check_order
from sandbox.ois.dials import OisDials
from sandbox.ois.entry import Entry
from sandbox.ois.hooks import Hooks
from sandbox.queries import read_one, read_query
from sandbox.reply import Reply, reply_json


@dataclass(slots=True)
class Placed:
    """One order as it was last sent."""

    order: dict[str, Any]
    shipped: bool = False


class Ois:
    """The endpoints over one shelf of orders."""

    name = "ois"

    def __init__(self, dials: OisDials, agenda: Agenda) -> None:
        self.dials = dials
        self.shelf: Shelf[Placed] = Shelf()
        self.entry = Entry(dials)
        self.hooks = Hooks(self._reply_list)
        self.refused: Counter[str] = Counter()
        self.webshop_in: Counter[str] = Counter()
        self.line_forms: Counter[str] = Counter()
        self.coupons = {row["Code"]: dict(row) for row in reference.COUPONS}
        self._agenda = agenda
        orders, in_shop = ("order", "v1", "Orders"), ("order", "v1", "{}", "Orders")
        tables = (
            ("ois.shipping_agents", ("v1", "ShippingAgents"), reference.SHIPPING_AGENTS),
            ("ois.payment_options", ("v1", "PaymentOptions"), reference.PAYMENT_OPTIONS),
            ("ois.payment_providers", ("v1", "PaymentProviders"), reference.PAYMENT_PROVIDERS),
            *(
                ("ois.branches", path, reference.BRANCHES)
                for path in (("Branches", ""), ("Branches",), ("v1", "Branches"), ("v2", "Branches"))
            ),
        )
        hooks, enter = ("v1", "Webhooks"), self._enter
        coupon = ("loyalty", "v1", "coupons", "{}")
        self.endpoints: tuple[Endpoint, ...] = (
            Endpoint("ois.token", "POST", ("authentication", "api", "v1", "Token"), self.entry.give_token),
            Endpoint("ois.order", "POST", orders, enter(self._place), self._hold_back),
            Endpoint("ois.order", "POST", in_shop, enter(self._place), self._hold_back),
            Endpoint("ois.find", "GET", (*orders, "{}"), enter(self._find)),
            Endpoint("ois.find", "GET", (*in_shop, "{}"), enter(self._find)),
            *(Endpoint(name, "GET", path, enter(self._show(table))) for name, path, table in tables),
            Endpoint("ois.coupon", "GET", coupon, enter(self._show_coupon)),
            Endpoint("ois.redeem", "PUT", (*coupon, "redeem"), enter(self._redeem)),
            Endpoint("ois.hook_types", "GET", (*hooks, "GetTypes"), enter(self.hooks.list_types)),
            Endpoint("ois.hook_urls", "GET", (*hooks, "GetWebhookUrl"), enter(self.hooks.list_urls)),
            Endpoint("ois.hook_log", "GET", ("v1", "webhooks", "status"), enter(self.hooks.list_log)),
            Endpoint("ois.hook_add", "POST", hooks, enter(self.hooks.subscribe)),
            Endpoint("ois.hook_remove", "DELETE", hooks, enter(self.hooks.unsubscribe)),
        )

    def turn(self, **changes: Any) -> None:
        """Change dials while running. TypeError or ValueError: no such dial, no such value."""
        self.dials = self.entry.dials = replace(self.dials, **changes)

    def refuse(self, refusal: Refusal) -> Reply:
        """As ASP.NET says no; the form is not published."""
        content: dict[str, Any] = {"title": refusal.title, "status": refusal.status}
        if refusal.errors:
            content["errors"] = refusal.errors
        return reply_json(refusal.status, content, "application/problem+json", refusal.headers)

    def _hold_back(self) -> float:
        return self.dials.commit_delay_seconds

    def _enter(self, answer: Answer) -> Answer:
        def checked(ask: Ask) -> Reply:
            self.entry.check(ask)
            return answer(ask)

        return checked

    def _place(self, ask: Ask) -> Reply:
        currency = self._read_webshop(ask)
        raw = ask.read_json_body()
        if errors := check_order(json.loads(ask.body, parse_float=Decimal), self.dials, currency):
            named = raw.get("Identifier") if isinstance(raw, dict) else None
            self.refused[str(named)] += 1
            refuse_fields("Wrong order", errors, str(named))
        order_id: str = raw["Identifier"]
        self._put(order_id, raw, ask.now)
        self.line_forms.update("number" if line["LineType"].isdigit() else "name" for line in raw["OrderLines"])
        return reply_json(self.dials.accepted_status, {"Identifier": order_id})

    def _put(self, order_id: str, raw: dict[str, Any], now: datetime) -> None:
        if self.shelf.holds(order_id):
            if self.dials.repeat == "refuse":
                raise Refusal(409, "This Identifier exists", conflict=True, order=order_id)
            if self.dials.repeat == "upsert":
                self.shelf.puts[order_id] += 1
                self.shelf.copies[order_id][0].order = raw
                return
        placed = Placed(raw)
        self.shelf.add(order_id, placed)
        self.hooks.note("Created", now, {"Identifier": order_id})
        if self.dials.ship_after_seconds is not None:
            when = now + timedelta(seconds=self.dials.ship_after_seconds)
            self._agenda.schedule(when, lambda at: self._ship(order_id, placed, at))

    def _ship(self, order_id: str, placed: Placed, moment: datetime) -> None:
        placed.shipped = True
        number = f"3S{len(self.hooks.log):09d}"
        parcel = {"TrackingNumber": number, "ShippingAgentId": placed.order["ShippingAgentId"]}
        self.hooks.note("Shipped", moment, {"Identifier": order_id, "Status": "Shipped", "Shipments": [parcel]})

    def _read_webshop(self, ask: Ask, *, in_path: int = 1) -> str | None:
        """In the path or in the query, once; recommended, not required (contracts, OMS 4.1). Gives its currency."""
        code = read_one(read_query(ask, "WebshopCode"), "WebshopCode")
        by_path = ask.ids[0] if len(ask.ids) >= in_path else None
        if code is not None and by_path is not None:
            refuse_fields("Wrong parameters", {"WebshopCode": ["in the path or in the query, not in both"]})
        self.webshop_in["query" if code else "path" if by_path else "nowhere"] += 1
        code = code or by_path
        if code is None:
            return None
        if code not in self.dials.webshops:
            refuse_fields("Wrong parameters", {"WebshopCode": ["unknown"]})
        return self.dials.webshops[code]

    def _find(self, ask: Ask) -> Reply:
        """Nothing of a look-up is published: the order as it was last sent, with a status."""
        self._read_webshop(ask, in_path=2)
        copies = self.shelf.copies.get(ask.ids[-1])
        if not copies:
            raise Refusal(404, "No such order", breach=False, order=ask.ids[-1])
        return reply_json(200, copies[-1].order | {"Status": "Shipped" if copies[-1].shipped else "Created"})

    def _show(self, table: tuple[dict[str, Any], ...]) -> Answer:
        def answer(ask: Ask) -> Reply:
            self._read_webshop(ask)
            return self._reply_list(list(table))

        return answer

    def _reply_list(self, rows: list[dict[str, Any]]) -> Reply:
        return reply_json(200, rows if self.dials.list_shape == "list" else {"Items": rows, "TotalCount": len(rows)})

    def _show_coupon(self, ask: Ask) -> Reply:
        return reply_json(200, self._find_coupon(ask))

    def _redeem(self, ask: Ask) -> Reply:
        """Once. What the body should be is not published: whatever comes is taken."""
        coupon = self._find_coupon(ask)
        if coupon["Redeemed"]:
            raise Refusal(409, "Redeemed already", conflict=True)
        coupon["Redeemed"] = True
        return reply_json(200, coupon)

    def _find_coupon(self, ask: Ask) -> dict[str, Any]:
        read_query(ask, "WebshopCode")
        if ask.ids[0] not in self.coupons:
            raise Refusal(404, "No such coupon", breach=False)
        return self.coupons[ask.ids[0]]

    def count_copies(self) -> dict[str, int]:
        """How many orders it holds, by the marketplace's id."""
        return self.shelf.count()

    def list_shipped(self) -> list[str]:
        """Orders of which a parcel has left."""
        return [order_id for order_id in self.shelf.copies if self._is_shipped(order_id)]

    def _is_shipped(self, order_id: str) -> bool:
        """Whether a copy has left."""
        return any(placed.shipped for placed in self.shelf.copies.get(order_id, ()))

    def list_open(self) -> list[str]:
        """Orders that are to leave yet."""
        ships = self.dials.ship_after_seconds is not None
        return [order_id for order_id in self.shelf.copies if ships and not self._is_shipped(order_id)]

    def list_orders(self) -> list[dict[str, Any]]:
        """Every order as it was last sent, one item a copy."""
        return [
            {"Identifier": order_id, "copy": n, "puts": self.shelf.puts[order_id], "order": placed.order}
            for order_id, copies in self.shelf.copies.items()
            for n, placed in enumerate(copies, 1)
        ]

    def describe(self) -> dict[str, Any]:
        """For the report."""
        return {
            "repeat": self.dials.repeat,
            **self.shelf.describe(),
            "shipped": sum(placed.shipped for copies in self.shelf.copies.values() for placed in copies),
            "refused": dict(self.refused),
            "webshop_in": dict(self.webshop_in),
            "line_forms": dict(self.line_forms),
            "coupons_redeemed": [code for code, coupon in self.coupons.items() if coupon["Redeemed"]],
            "tokens_issued": self.entry.tokens.issued,
        }
