"""Webhooks and their log (contracts, OMS 4.2). Nobody is called: every delivery has failed, and waits in the log."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.agenda import format_instant
from sandbox.exchange import Ask, Refusal, refuse_fields, require_object
from sandbox.ois.reference import WEBHOOK_TYPES
from sandbox.queries import cut_page, read_one, read_query
from sandbox.reply import Reply

FIELDS = ("Group", "Event", "URL")
STATUSES = ("Failed", "Delivered")


class Hooks:
    """Subscriptions, and one row an event whether or not somebody subscribed."""

    def __init__(self, reply_list: Callable[[list[dict[str, Any]]], Reply]) -> None:
        self.log: list[dict[str, Any]] = []
        self._subscribed: list[dict[str, str]] = []
        self._reply_list = reply_list

    def note(self, event: str, moment: datetime, payload: dict[str, Any]) -> None:
        """Something happened to an order. The payload's form is not published."""
        self.log.append(
            {
                "Id": len(self.log) + 1,
                "Group": "Order",
                "Event": event,
                "Status": "Failed",
                "CreatedAt": format_instant(moment),
                "Payload": payload,
            }
        )

    def list_types(self, ask: Ask) -> Reply:
        """`v1/Webhooks/GetTypes`."""
        read_query(ask, "WebshopCode")
        return self._reply_list(list(WEBHOOK_TYPES))

    def list_urls(self, ask: Ask) -> Reply:
        """`v1/Webhooks/GetWebhookUrl`."""
        read_query(ask, "WebshopCode")
        return self._reply_list(list(self._subscribed))

    def subscribe(self, ask: Ask) -> Reply:
        """Group, Event and URL."""
        self._subscribed.append(_read_subscription(ask))
        return Reply(204, b"")

    def unsubscribe(self, ask: Ask) -> Reply:
        """The same three."""
        wanted = _read_subscription(ask)
        if wanted not in self._subscribed:
            raise Refusal(404, "No such webhook", breach=False)
        self._subscribed.remove(wanted)
        return Reply(204, b"")

    def list_log(self, ask: Ask) -> Reply:
        """`v1/webhooks/status`, oldest first."""
        query = read_query(ask, "WebshopCode", "Page", "PageSize", "Status")
        status = read_one(query, "Status")
        if status is not None and status not in STATUSES:
            refuse_fields("Wrong parameters", {"Status": [f"one of {', '.join(STATUSES)}"]})
        rows = [row for row in self.log if status in (None, row["Status"])]
        return self._reply_list(cut_page(rows, query, "PageSize", "Page"))


def _read_subscription(ask: Ask) -> dict[str, str]:
    """In a body, or as parameters: where a DELETE has them is not published."""
    query = read_query(ask, "WebshopCode", *FIELDS)
    given = {name: read_one(query, name) for name in FIELDS}
    raw = require_object(given if any(given.values()) else ask.read_json_body(), set(FIELDS))
    if {"Group": raw["Group"], "Event": raw["Event"]} not in WEBHOOK_TYPES:
        refuse_fields("Wrong fields", {"Event": ["not among GetTypes"]})
    if not isinstance(raw["URL"], str) or not raw["URL"].startswith(("http://", "https://")):
        refuse_fields("Wrong fields", {"URL": ["a URL"]})
    return raw
