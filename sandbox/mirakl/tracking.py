"""SH21 (carriers), OR23 (tracking) and OR24 (ship)."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sandbox.agenda import Agenda
from sandbox.exchange import Ask, Refusal, refuse_fields, require_object
from sandbox.mirakl import book as words
from sandbox.mirakl.book import Book, Held
from sandbox.mirakl.dials import Board
from sandbox.mirakl.entry import read_params
from sandbox.mirakl.errors import INVALID_STATE, UNAUTHORIZED, fail
from sandbox.reply import Reply, reply_json

# code -> (label, standard code)
CARRIERS = {
    name.upper().replace(" ", "-"): (name, name.upper().replace(" ", "_"))
    for name in ("DHL", "DPD", "GLS", "UPS", "Colissimo", "Chronopost", "Mondial Relay", "PostNL", "bpost", "Correos")
}
TRACKING_MANDATORY = "Tracking details are mandatory for this shipping method"
KEYS = frozenset({"carrier_code", "carrier_standard_code", "carrier_name", "carrier_url", "tracking_number"})


def check_tracking(raw: Any, url_key: str, prefix: str = "") -> dict[str, list[str]]:
    """What is wrong with a tracking. A registered carrier goes by its code and a number; another needs name and url."""
    if not isinstance(raw, dict):
        return {prefix.rstrip(".") or "body": ["an object"]}
    known = KEYS - {"carrier_url"} | {url_key}
    wrong = {prefix + key: ["not documented"] for key in raw.keys() - known}
    wrong |= {
        prefix + key: ["text, not empty"]
        for key in raw.keys() & known
        if not isinstance(raw[key], str) or not raw[key].strip()
    }
    if wrong:
        return wrong
    if "carrier_code" in raw:
        if raw["carrier_code"] not in CARRIERS:
            wrong[prefix + "carrier_code"] = ["one of GET /api/shipping/carriers"]
        if "tracking_number" not in raw:
            wrong[prefix + "tracking_number"] = ["required with a registered carrier"]
    else:
        wrong = {prefix + key: ["required where carrier_code is not"] for key in {"carrier_name", url_key} - raw.keys()}
    if raw.get("carrier_standard_code", "UPS") not in {standard for _, standard in CARRIERS.values()}:
        wrong[prefix + "carrier_standard_code"] = ["one of GET /api/shipping/carriers"]
    if not raw.get(url_key, "https://").startswith(("http://", "https://")):
        wrong[prefix + url_key] = ["an http address"]
    return wrong


class Tracking:
    """One tracking per order, and the order that leaves as a whole."""

    def __init__(self, book: Book, agenda: Agenda, board: Board, tally: Counter[str]) -> None:
        self._book = book
        self._agenda = agenda
        self._board = board
        self._tally = tally

    def list_carriers(self, ask: Ask) -> Reply:
        """SH21."""
        read_params(ask)
        carriers = [
            {"code": code, "label": label, "standard_code": standard, "tracking_url": None}
            for code, (label, standard) in CARRIERS.items()
        ]
        return reply_json(200, {"carriers": carriers})

    def track(self, ask: Ask) -> Reply:
        """OR23: replaces what was there; 204."""
        read_params(ask)
        held = self._book.find_asked(ask)
        raw = require_object(ask.read_json_body(), set(), KEYS)
        if wrong := check_tracking(raw, "carrier_url"):
            refuse_fields("Wrong tracking", wrong, held.order_id)
        refuse_foreign(held)
        if held.status not in {words.SHIPPING, words.SHIPPED}:
            fail(INVALID_STATE, "The order is neither to be shipped nor shipped", conflict=True, order=held.order_id)
        number, carrier = raw.get("tracking_number"), raw.get("carrier_code")
        if number is not None and number == held.wire["shipping_tracking"]:
            self._tally["repeated tracking"] += 1
        held.wire["shipping_carrier_code"] = carrier
        held.wire["shipping_company"] = CARRIERS[carrier][0] if carrier else raw["carrier_name"]
        held.wire["shipping_tracking"] = number
        held.wire["shipping_tracking_url"] = raw.get("carrier_url")
        self._tally["trackings"] += 1
        self._book.touch(held, ask.now)
        return Reply(204, b"")

    def ship(self, ask: Ask) -> Reply:
        """OR24: no body; only from SHIPPING; 204."""
        read_params(ask)
        held = self._book.find_asked(ask)
        if ask.body:
            raise Refusal(400, "The body must be empty", order=held.order_id)
        refuse_foreign(held)
        if held.status != words.SHIPPING:
            fail(INVALID_STATE, "The order is not to be shipped", conflict=True, order=held.order_id)
        if held.in_shipments:
            fail(INVALID_STATE, "The order leaves in shipments", conflict=True, order=held.order_id)
        tracked = held.wire["shipping_tracking"] or held.wire["shipping_tracking_url"]
        if held.wire["shipping_type_code"] in self._board.dials.tracked_types and not tracked:
            raise Refusal(400, TRACKING_MANDATORY, conflict=True, order=held.order_id)
        self._book.move(held, words.SHIPPED, ask.now)
        self._tally["shipped orders"] += 1
        self.await_delivery(held, ask.now)
        return Reply(204, b"")

    def await_delivery(self, held: Held, now: datetime) -> None:
        """Where the dial says so, the buyer receives it some time later."""
        seconds = self._board.dials.deliver_seconds
        if seconds is not None:
            self._agenda.schedule(now + timedelta(seconds=seconds), lambda at: self._deliver(held, at))

    def _deliver(self, held: Held, moment: datetime) -> None:
        if held.status == words.SHIPPED:
            self._book.move(held, words.RECEIVED, moment)


def refuse_foreign(held: Held) -> None:
    """An order that another fulfils is nothing to write to."""
    if held.foreign:
        fail(UNAUTHORIZED, "The order is fulfilled by another", status=403, order=held.order_id)
