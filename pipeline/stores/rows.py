"""A record's deliveries as rows: `orders --json` of the design, one dict each. Pure."""

import json
from collections.abc import Mapping
from typing import Any, Final

from pipeline.domain.lifecycle import DONE, Condition, Ref, Step
from pipeline.ports import Finished
from pipeline.stores.stamps import stamp, stamp_of

Words = Mapping[str, str]  # a position's or document's stored fields, without suffix

DOCUMENT_FIELDS: Final = ("st", "co", "at", "mb", "rc", "er", "du", "rat", "upd", "dl", "tg")
DELIVERY_FIELDS: Final = ("st", "co", "at", "mb", "rc", "er", "du")
ENDED: Final = frozenset({Condition.DONE, Condition.DISCARDED})
AT_PARTNER: Final = frozenset({Condition.IN_HAND, Condition.SENDING, Condition.UNKNOWN, Condition.PENDING})
_UNROUTED: Final = frozenset({Step.FETCH, Step.NORMALIZE, Step.VALIDATE})
_IN_HANDS: Final = frozenset({Condition.IN_HAND, Condition.SENDING})


def rows_of(ref: Ref, document: Words, deliveries: Mapping[str, Words]) -> list[dict[str, Any]]:
    """One row per delivery; one without a target where there is none yet."""
    routed = document.get("st") not in _UNROUTED
    live = {name: words for name, words in deliveries.items() if words.get("co") or not routed}
    if not live:  # a target of an earlier routing has no condition any more
        return [_row(ref, None, document, document, document)]
    return [_delivery_row(ref, target, document, delivery) for target, delivery in live.items()]


def finished_row(ref: Ref, finished: Finished) -> dict[str, Any]:
    """What is left of a finished document whose record is gone."""
    return {
        "ref": str(ref), "flow": ref.flow.value, "source": ref.source, "id": ref.id, "target": None, "stage": DONE,
        "condition": (Condition.DISCARDED if finished.discarded else Condition.DONE).value,
        "attempts": None, "maybe_sent": None, "receipt": finished.receipt, "error": None, "received_at": None,
        "updated_at": stamp_of(finished.finished_at), "due_at": None, "deadline": None,
    }  # fmt: skip


def error_of(words: Words) -> dict[str, Any] | None:
    """A stored fault, complete."""
    text = words.get("er")
    if not text:
        return None
    found = json.loads(text)
    told = {name: found.get(name) for name in ("step", "kind", "cause", "message")}
    return {**told, "fields": found.get("fields") or []}


def _delivery_row(ref: Ref, target: str, document: Words, delivery: Words) -> dict[str, Any]:
    stage, condition = document.get("st", ""), delivery.get("co", "")
    if stage == DONE:
        ended = {"st": DONE, "co": condition or document.get("co", "")}
        return _row(ref, target, document, {**delivery, **ended, "er": ""}, delivery)
    if stage in _UNROUTED:  # begins again: all that is not at a partner right now goes along
        shown = delivery if condition in AT_PARTNER else document
        return _row(ref, target, document, shown, delivery)
    if condition not in ENDED:
        return _row(ref, target, document, delivery, delivery)
    if stage == Step.ACKNOWLEDGE:
        if document.get("co") in ENDED:  # acknowledged; another, optional delivery keeps the record open
            return _row(ref, target, document, {**delivery, "st": DONE, "er": ""}, delivery)
        return _row(ref, target, document, document, delivery)
    waiting = {"st": Step.ACKNOWLEDGE.value, "co": Condition.WAITING.value, "er": "", "du": ""}
    return _row(ref, target, document, {**delivery, **waiting}, delivery)


def _row(ref: Ref, target: str | None, document: Words, shown: Words, own: Words) -> dict[str, Any]:
    """`shown` says where it stands, `own` what the target was sent."""
    condition = shown.get("co", "")
    ended_or_taken = condition in ENDED or condition in _IN_HANDS
    return {
        "ref": str(ref),
        "flow": ref.flow.value,
        "source": ref.source,
        "id": ref.id,
        "target": target,
        "stage": shown.get("st", ""),
        "condition": condition,
        "attempts": int(shown.get("at") or 0),
        "maybe_sent": own.get("mb") == "1",
        "receipt": None if own.get("rc") in (None, "", "-") else own["rc"],
        "error": error_of(shown),
        "received_at": stamp(document.get("rat")),
        "updated_at": stamp(document.get("upd")),
        "due_at": None if ended_or_taken else stamp(shown.get("du")),
        "deadline": stamp(document.get("dl")),
    }
