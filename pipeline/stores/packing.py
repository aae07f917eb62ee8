"""Endings on their way into the settle script."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pipeline.domain.endings import Advanced, Dead, Ending, GivenBack, Held, Parked, Pending, Target, Unknown, Waiting
from pipeline.domain.errors import Fault
from pipeline.domain.fingerprint import together
from pipeline.domain.lifecycle import Condition, Mark, Ref, Step, lane
from pipeline.ports import Finished, Holding
from pipeline.stores.bodies import Bodies, to_text
from pipeline.stores.keys import finished_key, receipt_key
from pipeline.stores.line import pack_line

UNTOLD: Final = "?"  # fingerprint of what was sent, where nobody knows it (found by hand): it equals no other

Place = Callable[[Ref, int], tuple[int, int, int, int]]


def fault_fields(fault: Fault) -> dict[str, Any]:
    """A fault as JSON shows it (`error` of design's `orders --json`)."""
    return {
        "step": fault.step,
        "kind": fault.kind,
        "cause": fault.cause,
        "message": fault.message,
        "fields": [{"path": f.path, "rule": f.rule, "message": f.message} for f in fault.fields],
    }


def cause_fingerprint(fault: Fault) -> str:
    """Alike faults share it: same step, kind and cause."""
    return hashlib.sha256(f"{fault.step}|{fault.kind}|{fault.cause}".encode()).hexdigest()[:10]


def pack_fault(fault: Fault) -> dict[str, str]:
    """The three header fields of a fault: itself, its cause's fingerprint and text."""
    cause = {"step": fault.step, "kind": fault.kind, "cause": fault.cause}
    return {"er": to_text(fault_fields(fault)), "cf": cause_fingerprint(fault), "ct": to_text(cause)}


def sent_together(fingerprints: Mapping[str, str]) -> str:
    """One fingerprint for what all targets were sent, as far as that is known."""
    return together({target: text for target, text in fingerprints.items() if text != UNTOLD})


class Settlement:
    """Collects the entries and bodies of one settle call."""

    def __init__(self, bodies: Bodies, prefix: str, keep_ms: int, now: int, who: str, place: Place) -> None:
        self.entries: list[dict[str, Any]] = []
        self.bodies: list[bytes] = []
        self._codec = bodies
        self._prefix = prefix
        self._keep = keep_ms
        self._now = now
        self._who = who
        self._place = place

    def add(self, holding: Holding, ending: Ending) -> None:
        """One more item."""
        item = holding.item
        entry: dict[str, Any] = {
            "i": str(item),
            "r": str(item.ref),
            "s": f"@{item.target}" if item.target else "",
        }
        entry |= self._packed(holding, ending)
        entry["tl"] = self._line(holding, ending)
        self.entries.append({name: value for name, value in entry.items() if value is not None and value is not False})

    def _packed(self, holding: Holding, ending: Ending) -> dict[str, Any]:
        match ending:
            case Advanced():
                return self._advanced(holding, ending)
            case Parked(error=error, until=until, spend=spend, unsent=unsent):
                due = {"un": str(_epoch(until))} if until else {"dly": 1000 * 2 ** min(holding.attempts, 6)}
                return {"k": "park", "sp": spend, "ns": unsent, **due, **pack_fault(error)}
            case Pending(handle=handle, until=until):
                return {"k": "pend", "hd": handle, "dly": max(0, _epoch(until) - self._now)}
            case Waiting(reason=reason, deadline=deadline, document=document, settled=settled):
                body = self._body(holding, document)
                return {"k": "wait", "wf": reason, "dl": _stamp(deadline), "b": body, "ok": settled}
            case Held(error=error, document=document, unsent=unsent):
                body = self._body(holding, document)
                return {"k": "hold", "b": body, "ns": unsent, "dl": _stamp(holding.deadline), **pack_fault(error)}
            case Dead(error=error, document=document, unsent=unsent):
                return {"k": "die", "sp": True, "ns": unsent, "b": self._body(holding, document), **pack_fault(error)}
            case Unknown(evidence=evidence, look_at=look_at, spend=spend):
                delay = max(0, _epoch(look_at) - self._now) if look_at else None
                return {"k": "unk", "lk": delay, "sp": spend, **pack_fault(evidence)}
            case GivenBack(until=until, unsent=unsent):
                return {"k": "back", "ns": unsent, "dly": max(0, _epoch(until) - self._now) if until else 0}

    def _advanced(self, holding: Holding, ending: Advanced) -> dict[str, Any]:
        ref = holding.item.ref
        packed: dict[str, Any] = {
            "k": "adv",
            "b": self._body(holding, ending.document),
            "bf": ending.fingerprint,
            "rc": ending.receipt,
            "dc": ending.discarded,
            "al": lane(Step.ACKNOWLEDGE, holding.facts.get("ack") or ref.source),
            "ok": ending.step is not None and holding.condition is Condition.UNKNOWN,  # a replay's doubt stays
            "dl": _stamp(ending.deadline),
            "rb": self._body(holding, ending.raw),
        }
        if ending.facts:
            packed["fa"] = to_text({**holding.facts, **ending.facts})
        acknowledged = holding.step is Step.ACKNOWLEDGE and not ending.step and not ending.targets
        if holding.item.target or acknowledged:  # a yes is evidence, even if the record was taken over meanwhile
            packed["ev"] = not ending.discarded
            packed["fp"] = holding.raw_fingerprint
            late = {"who": self._who, "what": "late receipt", "target": holding.item.target, "receipt": ending.receipt}
            packed["lt"] = to_text({name: value for name, value in late.items() if value is not None})
        if ending.targets:
            packed["tg"] = [self._target(target, holding) for target in ending.targets]
        elif ending.step and not holding.item.target:
            packed |= {"st": ending.step, "ln": lane(ending.step, ending.account or ref.source)}
        if "st" not in packed:
            packed["f"] = self._finished(holding, ending)
        return packed

    def _target(self, target: Target, holding: Holding) -> dict[str, Any]:
        packed: dict[str, Any] = {
            "t": target.account,
            "ln": lane(Step.PUSH, target.account),
            "q": target.required,
            "k": "push",
            "w": holding.deliveries.get(target.account, {}).get("co"),
        }
        match target.ending:
            case Advanced(fingerprint=sent, receipt=receipt, discarded=discarded):
                packed |= {"k": "discarded" if discarded else "done", "bf": sent, "rc": receipt}
            case Held(error=error) | Dead(error=error):
                packed |= {"k": ending_word(target.ending), **pack_fault(error)}
            case _:
                packed["mb"] = target.maybe_sent
        return {name: value for name, value in packed.items() if value is not None}

    def _finished(self, holding: Holding, ending: Advanced) -> dict[str, Any]:
        ref = holding.item.ref
        sent = {
            target: state.get("bf", "") for target, state in holding.deliveries.items() if state.get("co") == "done"
        }
        sent |= {t.account: t.ending.fingerprint or "" for t in ending.targets if isinstance(t.ending, Advanced)}
        if holding.item.target:
            sent[holding.item.target] = ending.fingerprint or holding.fingerprint or ""
        receipts = [state["rc"] for state in holding.deliveries.values() if state.get("rc")]
        receipt = (
            ending.receipt
            or (receipts[0] if receipts else None)
            or (holding.earlier.receipt if holding.earlier else None)
        )
        together = sent_together(sent) or (holding.earlier.sent if holding.earlier else "")
        packed = self.finished_fields(
            ref,
            Finished(
                fingerprint=holding.raw_fingerprint,
                sent=together,
                version=_moment(holding.raw_version),
                finished_at=datetime.fromtimestamp(self._now / 1000, UTC),
                discarded=ending.discarded,
                pushed=bool(together),
                history=holding.is_marked(Mark.HISTORIC),
                receipt=receipt,
            ),
        )
        self.bodies.append(packed.pop("packed"))
        return {**packed, "line": len(self.bodies)}

    def finished_fields(self, ref: Ref, finished: Finished) -> dict[str, Any]:
        """Where and how the line of a finished document is written."""
        week, number, buckets, life = self._place(ref, self._now)
        packed: dict[str, Any] = {
            "fk": finished_key(self._prefix, week, number, ref.id, buckets),
            "fttl": str(life),
            "id": ref.id,
            "keep": str(self._keep),
            "packed": pack_line(finished),
        }
        if finished.receipt and finished.receipt != ref.id:
            packed["xk"] = receipt_key(self._prefix, week, number, finished.receipt, buckets)
            packed["xid"] = finished.receipt
        return packed

    def _body(self, holding: Holding, value: Mapping[str, Any] | None) -> int | None:
        if value is None:
            return None
        self.bodies.append(self._codec.pack(str(holding.item.ref), value))
        return len(self.bodies)

    def _line(self, holding: Holding, ending: Ending) -> str:
        line: dict[str, Any] = {"who": self._who, "what": ending_word(ending), "step": holding.step}
        if holding.item.target:
            line["target"] = holding.item.target
        match ending:
            case Advanced():
                line |= {"receipt": ending.receipt, "note": ending.note}
            case Waiting(reason=reason):
                line["why"] = reason
            case GivenBack(reason=reason):
                line["why"] = reason
            case Parked(error=error) | Held(error=error) | Dead(error=error) | Unknown(evidence=error):
                line |= {"kind": error.kind, "why": error.message}
            case Pending(handle=handle):
                line["handle"] = handle
        return to_text({name: value for name, value in line.items() if value is not None})


def ending_word(ending: Ending) -> str:
    """`advanced`, `parked`, ...: as reports and timelines name an ending."""
    return "given back" if isinstance(ending, GivenBack) else type(ending).__name__.lower()


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _stamp(moment: datetime | None) -> str | None:
    return str(_epoch(moment)) if moment else None


def _moment(ms: str) -> datetime | None:
    return datetime.fromtimestamp(int(ms) / 1000, UTC) + timedelta(0) if ms else None
