"""What a seller may do to an order at the simulated Octopia: accept, refuse, ship, cancel."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from sandbox.agenda import Agenda
from sandbox.exchange import Ask, Refusal, refuse_fields, require_object
from sandbox.octopia import book as words
from sandbox.octopia.book import Book, Held
from sandbox.octopia.dials import OctopiaDials
from sandbox.reply import Reply, reply_json

CARRIERS = ("DHL", "DPD", "GLS", "UPS", "Colissimo", "Chronopost", "Mondial Relay", "PostNL", "bpost", "Correos")
REASONS = {
    "ProductOutOfStock": "Rupture de stock",
    "PriceError": "Erreur de prix",
    "BuyerRequest": "À la demande de l'acheteur",
    "AddressUnreachable": "Adresse non desservie",
}


class Writes:
    """`tally` counts what took effect. Answers' bodies and codes are not documented: 204, or 201 with the request."""

    def __init__(self, book: Book, agenda: Agenda, dials: OctopiaDials) -> None:
        self._book = book
        self._agenda = agenda
        self.dials = dials
        self.tally: Counter[str] = Counter()
        self._requests: dict[str, list[dict[str, Any]]] = {}

    def decide_approval(self, ask: Ask) -> Reply:
        """Accept or refuse: only an order that waits for it."""
        held = find_order(self._book, ask)
        word = require_object(ask.read_json_body(), {"approval_status"})["approval_status"]
        if word not in {words.ACCEPTED, words.REFUSED}:
            refuse_fields("Wrong fields", {"approval_status": ["Accepted or Refused"]}, held.order_id)
        _require_status(held, {words.WAITING}, "The order does not wait for acceptance")
        self._book.move(held, word, ask.now)
        self.tally[word] += 1
        if word == words.ACCEPTED:
            self._agenda.schedule(
                ask.now + timedelta(seconds=self.dials.accept_seconds), lambda at: self._release(held, at)
            )
        return Reply(204, b"")

    def _release(self, held: Held, moment: datetime) -> None:
        if held.status == words.ACCEPTED:
            self._book.move(held, words.IN_PREPARATION, moment)

    def ship(self, ask: Ask) -> Reply:
        """Parcels for lines: only in preparation, only the seller's own."""
        held = find_order(self._book, ask)
        parcels = ask.read_json_body()
        if not isinstance(parcels, list) or not parcels:
            raise Refusal(400, "The body must be an array of parcels, not empty", order=held.order_id)
        line_ids = {line["orderLineId"] for line in held.wire["lines"]}
        errors: dict[str, list[str]] = {}
        for n, parcel in enumerate(parcels):
            _check_parcel(parcel, f"{n}", line_ids, errors)
        if errors:
            refuse_fields("Wrong parcels", errors, held.order_id)
        if held.is_foreign():
            raise Refusal(403, "Not shipped by the seller", order=held.order_id)
        if held.parcels() & {parcel["parcelNumber"] for parcel in parcels}:
            self.tally["repeated parcel"] += 1
            raise Refusal(409, "The parcel is known already", conflict=True, order=held.order_id)
        _require_status(held, {words.IN_PREPARATION}, "The order is not in preparation")
        self._book_parcels(held, parcels, ask.now)
        return Reply(204, b"")

    def _book_parcels(self, held: Held, parcels: list[dict[str, Any]], now: datetime) -> None:
        for line in held.wire["lines"]:
            for parcel in parcels:
                if line["orderLineId"] in parcel["orderLineIds"]:
                    line["parcels"].append({key: parcel[key] for key in ("parcelNumber", "carrierName")})
                    line["status"] = words.SHIPPED
        self.tally["parcels"] += len(parcels)
        if all(line["status"] in {words.SHIPPED, words.CANCELLED} for line in held.wire["lines"]):
            self._book.move(held, words.SHIPPED, now)
            self.tally["shipped orders"] += 1
            if self.dials.deliver_seconds is not None:
                when = now + timedelta(seconds=self.dials.deliver_seconds)
                self._agenda.schedule(when, lambda at: self._deliver(held, at))
        else:
            self._book.touch(held, now)

    def _deliver(self, held: Held, moment: datetime) -> None:
        if held.status == words.SHIPPED:
            self._book.move(held, words.DELIVERED, moment)

    def list_carriers(self, _: Ask) -> Reply:
        """The body is not documented; both names that a client may look for are there."""
        items = [{"carrierId": str(n), "carrierName": name, "name": name} for n, name in enumerate(CARRIERS, 1)]
        return reply_json(200, {"itemsPerPage": 100, "items": items})

    def list_reasons(self, ask: Ask) -> Reply:
        """What a seller may give as reason."""
        query = dict(parse_qsl(ask.query))
        errors = {name: ["required"] for name in ("userType", "orderStatus", "salesChannel") if name not in query}
        errors |= {name: ["not documented"] for name in set(query) - {"userType", "orderStatus", "salesChannel"}}
        if query.get("userType", "Seller") != "Seller":
            errors["userType"] = ["Seller"]
        if query.get("orderStatus", words.PROCESSING) not in words.STATUSES:
            errors["orderStatus"] = [f"one of {', '.join(words.STATUSES)}"]
        if errors:
            refuse_fields("Wrong parameters", errors)
        items = [{"reason": code, "code": code, "label": label} for code, label in REASONS.items()]
        return reply_json(200, {"itemsPerPage": 100, "items": items})

    def cancel(self, ask: Ask) -> Reply:
        """The whole order."""
        key = self.dials.cancel_id_key
        raw = require_object(ask.read_json_body(), {key, "reason", "shippingCostRefund"})
        held = self._find_for_cancel(raw[key], key)
        _check_reason(raw, "", held.order_id)
        _require_cancellable(held)
        self._book.move(held, words.CANCELLED, ask.now)
        return self._note_request(held, {"reason": raw["reason"], "lines": []})

    def cancel_lines(self, ask: Ask) -> Reply:
        """Some lines; with the last of them the order is cancelled."""
        key = self.dials.cancel_id_key
        raw = require_object(ask.read_json_body(), {key, "lines"})
        held = self._find_for_cancel(raw[key], key)
        lines = raw["lines"]
        if not isinstance(lines, list) or not lines:
            refuse_fields("Wrong fields", {"lines": ["a list, not empty"]}, held.order_id)
        known = {(line["orderLineId"], line["offer"]["id"]): line for line in held.wire["lines"]}
        for n, line in enumerate(lines):
            require_object(line, {"lineId", "offerId", "reason", "shippingCostRefund"})
            _check_reason(line, f"lines.{n}.", held.order_id)
            if (line["lineId"], line["offerId"]) not in known:
                refuse_fields("Wrong fields", {f"lines.{n}.lineId": ["no such line and offer"]}, held.order_id)
        _require_cancellable(held)
        for line in lines:
            known[line["lineId"], line["offerId"]]["status"] = words.CANCELLED
        if all(line["status"] == words.CANCELLED for line in held.wire["lines"]):
            self._book.move(held, words.CANCELLED, ask.now)
        else:
            self._book.touch(held, ask.now)
        return self._note_request(held, {"lines": [line["lineId"] for line in lines]})

    def list_cancellations(self, ask: Ask) -> Reply:
        """The requests made for one order."""
        query = dict(parse_qsl(ask.query))
        if set(query) != {"orderSellerId"}:
            refuse_fields("Wrong parameters", {"orderSellerId": ["required, and nothing else"]})
        items = self._requests.get(query["orderSellerId"], [])
        return reply_json(200, {"itemsPerPage": 100, "items": items})

    def _find_for_cancel(self, order_id: object, key: str) -> Held:
        held = self._book.find(order_id) if isinstance(order_id, str) else None
        if held is None:
            raise Refusal(404, "No such order", {key: ["unknown"]})
        return held

    def _note_request(self, held: Held, content: dict[str, Any]) -> Reply:
        self.tally["cancellations"] += 1
        request = {"id": f"CR{self.tally['cancellations']:06d}", "orderSellerId": held.order_id, **content}
        self._requests.setdefault(held.order_id, []).append(request)
        return reply_json(201, request)


def find_order(book: Book, ask: Ask) -> Held:
    """The order named in the path; 404 is no breach."""
    held = book.find(ask.ids[0])
    if held is None:
        raise Refusal(404, "No such order", breach=False)
    return held


def _require_status(held: Held, allowed: set[str], title: str) -> None:
    if held.status not in allowed:
        raise Refusal(409, title, {"status": [held.status]}, conflict=True, order=held.order_id)


def _require_cancellable(held: Held) -> None:
    """Before acceptance a seller refuses; once accepted he cancels (contracts, marketplaces section 6)."""
    _require_status(held, {words.ACCEPTED, words.IN_PREPARATION}, "The order can't be cancelled in this state")


def _check_reason(raw: dict[str, Any], prefix: str, order: str) -> None:
    errors = {}
    if raw["reason"] not in REASONS:
        errors[f"{prefix}reason"] = ["one of GET /cancellation-reasons"]
    if not isinstance(raw["shippingCostRefund"], bool):
        errors[f"{prefix}shippingCostRefund"] = ["true or false"]
    if errors:
        refuse_fields("Wrong fields", errors, order)


def _check_parcel(parcel: object, path: str, line_ids: set[str], errors: dict[str, list[str]]) -> None:
    if not isinstance(parcel, dict):
        errors[path] = ["an object"]
        return
    for key in {"parcelNumber", "carrierName", "orderLineIds"} - set(parcel):
        errors[f"{path}.{key}"] = ["required"]
    for key in set(parcel) - {"parcelNumber", "carrierName", "trackingUrl", "orderLineIds"}:
        errors[f"{path}.{key}"] = ["not documented"]
    number, url, lines = (
        parcel.get("parcelNumber", "x"),
        parcel.get("trackingUrl", "http://x"),
        parcel.get("orderLineIds"),
    )
    if not isinstance(number, str) or not number.strip():
        errors[f"{path}.parcelNumber"] = ["text, not empty"]
    if parcel.get("carrierName", "DHL") not in CARRIERS:
        errors[f"{path}.carrierName"] = ["one of GET /carriers, as written there"]
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        errors[f"{path}.trackingUrl"] = ["an http address"]
    if lines is not None and (not isinstance(lines, list) or not lines or not set(map(str, lines)) <= line_ids):
        errors[f"{path}.orderLineIds"] = ["ids of this order's lines, at least one"]
