"""The small marks of our pages: times, badges, numbers and links, as HTML that is safe to write as it is."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from tornado.escape import xhtml_escape

NONE: Final = '<span class="value-missing">&mdash;</span>'
BADGES: Final[Mapping[str, str]] = {
    "due": "text-bg-secondary",
    "in_hand": "task-state-started",
    "sending": "task-state-started",
    "parked": "orders-badge-warn",
    "pending": "orders-badge-calm",
    "waiting": "orders-badge-calm",
    "held": "orders-badge-warn",
    "unknown": "orders-badge-bad",
    "dead": "text-bg-danger",
    "done": "text-bg-success",
    "discarded": "orders-badge-calm",
}
MEANINGS: Final[Mapping[str, str]] = {
    "due": "has work to be done",
    "in_hand": "a worker has it",
    "sending": "is being sent to its partner",
    "parked": "failed for now, tried again by itself",
    "pending": "its partner took it and has not yet said how it went",
    "waiting": "for its marketplace or for other deliveries",
    "held": "needs a person's decision",
    "unknown": "may have been taken by the partner: looked up, or left to a person",
    "dead": "invalid or refused: edit or replay it",
    "done": "finished",
    "discarded": "given up by a person",
}
_UNITS: Final = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def words(reverse_url: Callable[..., str], now: datetime | None = None) -> dict[str, Any]:
    """The names that the templates use."""
    moment = now or datetime.now(UTC)

    def link(page: str, /, **wanted: Any) -> str:
        query = urlencode({name: value for name, value in wanted.items() if value not in (None, "")})
        address = reverse_url(page)
        return f"{address}?{query}" if query else address

    return {
        "when": lambda time: when(time, moment),
        "span": span,
        "badge": badge,
        "number": number,
        "many": many,
        "pretty": pretty,
        "plain": plain,
        "link": link,
        "meanings": MEANINGS,
        "own_static": lambda name: reverse_url("orders-static", name),
    }


def when(time: str | None, now: datetime) -> str:
    """`3 min ago`, with the exact time as its title."""
    if not time:
        return NONE
    moment = datetime.fromisoformat(time)
    seconds = (now - moment).total_seconds()
    text = "just now" if -1 < seconds < 1 else f"{span(seconds)} ago" if seconds > 0 else f"in {span(-seconds)}"
    exact = moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + " UTC"
    return f'<time datetime="{xhtml_escape(time)}" title="{exact}">{text}</time>'


def span(seconds: float | None) -> str:
    """`3 min`; two of a unit are told in it, so that 90 seconds are not one minute."""
    if seconds is None:
        return ""
    for unit, length in _UNITS:
        if seconds >= (2 * length if unit != "s" else 1):
            return f"{int(seconds // length)} {unit}"
    return "under 1 s"


def badge(condition: str | None) -> str:
    """A condition as a coloured word; its meaning as the title."""
    if not condition:
        return NONE
    word, look = xhtml_escape(condition.replace("_", " ")), BADGES.get(condition, "text-bg-secondary")
    return f'<span class="badge {look}" title="{xhtml_escape(MEANINGS.get(condition, ""))}">{word}</span>'


def number(value: int | None) -> str:
    """`1,204`; nothing is told quietly."""
    if not value:
        return f'<span class="value-missing">{"0" if value == 0 else "&mdash;"}</span>'
    return f"{value:,}"


def many(count: int, thing: str) -> str:
    """`1 document`, `1,204 documents`."""
    plural = f"{thing[:-1]}ies" if thing.endswith("y") else f"{thing}s"
    return f"{count:,} {thing if count == 1 else plural}"


def pretty(value: Any) -> str:
    """JSON for people."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def plain(value: Any) -> str:
    """A timeline's value in one line."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
