"""Documents in every condition an operator meets, brought there by the walk and the ledger themselves."""

import copy
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline import bootstrap
from pipeline.config.model import Config
from pipeline.domain.endings import Advanced, Dead, Ending, Parked, Unknown, Waiting
from pipeline.domain.errors import Fault, Kind
from pipeline.domain.lifecycle import Flow, Ref, Step
from pipeline.ports import NewDocument, Row

SHOP, OMS = "cdiscount-fr", "egenta-cdiscount"
MARKERS = (
    "Xanthippe",
    "Quetzalfrau",
    "77bis impasse du Secret",
    "Zzyzxville",
    "+33 6 99 98 97 96",
    "x.quetzal@hidden.example",
)
HOSTILE = "CMD 7/12 #b:x"
ORDER = json.loads((Path(__file__).parents[1] / "golden" / "octopia" / "order.json").read_text())["given"]
PUSH, VALIDATE, NORMALIZE, ACKNOWLEDGE = f"push.{OMS}", f"validate.{SHOP}", f"normalize.{SHOP}", f"acknowledge.{SHOP}"


def raw_order(id_: str, **line: Any) -> dict[str, Any]:
    """An Octopia order whose buyer is the marked one; `line` lays values over its only line."""
    raw: dict[str, Any] = copy.deepcopy(ORDER)
    raw |= {"orderId": id_, "reference": f"P-{id_}"}
    first, last, street, city, phone, mail = MARKERS
    address = {"firstName": first, "lastName": last, "addressLine1": street, "city": city}
    raw["billingAddress"] |= address
    raw["lines"][0]["shippingAddress"] |= {**address, "phone": phone, "email": mail}
    raw["lines"][0] |= line
    return raw


def without_postal_code(id_: str) -> dict[str, Any]:
    """Dead at validate, by one rule."""
    raw = raw_order(id_)
    del raw["lines"][0]["shippingAddress"]["postalCode"]
    return raw


def with_unknown_status(id_: str) -> dict[str, Any]:
    """Held: a word that nobody knows."""
    return {**raw_order(id_, status="EnQuarantaine"), "status": "EnQuarantaine"}


def put(pipeline: bootstrap.Pipeline, *raws: Mapping[str, Any]) -> None:
    """Into the ledger, as a poll does."""
    rows = [Row(id=raw["orderId"], raw=raw, version=datetime(2026, 11, 21, 8, tzinfo=UTC)) for raw in raws]
    pipeline.ledger.receive(
        [NewDocument(Ref(Flow.ORDERS, SHOP, row.id), row, Step.NORMALIZE, SHOP) for row in rows], who="poll"
    )


def settle(pipeline: bootstrap.Pipeline, lane: str, endings: Mapping[str, Ending], *, mark: bool = False) -> None:
    """End these documents of a lane; the rest of the batch goes back."""
    token = f"seed-{lane}-{len(endings)}-{mark}"
    take = pipeline.ledger.take(lane, token)
    chosen = [(holding, endings[holding.item.ref.id]) for holding in take.holdings if holding.item.ref.id in endings]
    assert len(chosen) == len(endings), f"{lane}: {[str(h.item) for h in take.holdings]}"
    if mark:
        pipeline.ledger.send(token, lane, [holding.item for holding, _ in chosen])
    pipeline.ledger.settle(token, chosen, who="worker-1")
    pipeline.ledger.release(token, lane)


def seed(config: Config) -> None:
    """Two that break a rule, one that is held, one refused, one unknown, one parked, one waiting, one done; the
    rest is due at push, where the gate is shut."""
    bootstrap.init_ledger(config)
    pipeline = bootstrap.open_pipeline(config)
    try:
        put(pipeline, *(without_postal_code(f"26112210{n}DEAD") for n in range(3)), with_unknown_status("26112299HELD"))
        put(pipeline, *(raw_order(id_) for id_ in ("REFUSED-1", "UNKNOWN-1", "PARKED-1", "DONE-1", HOSTILE)))
        put(pipeline, *(raw_order(f"26112220{n:02}ABC") for n in range(60)))
        pipeline.walk(NORMALIZE, lambda lane: None)
        put(pipeline, raw_order("WAITING-1"))
        settle(pipeline, NORMALIZE, {"WAITING-1": waiting()})
        pipeline.walk(VALIDATE, lambda lane: None)
        refused = Fault("push", Kind.REFUSED, "422: warehouse closed", "Egenta refused it: warehouse closed")
        unclear = Fault("push", Kind.AMBIGUOUS, "no answer in time", "Egenta did not answer; it may have taken it")
        down = Fault("push", Kind.UNAVAILABLE, "503", "Egenta answers 503")
        pushed: dict[str, Ending] = {
            "REFUSED-1": Dead(error=refused, unsent=True),
            "UNKNOWN-1": Unknown(evidence=unclear),
            "PARKED-1": Parked(error=down, until=datetime.now(UTC) + timedelta(hours=1), unsent=True),
            "DONE-1": Advanced(receipt="EG-90001", fingerprint="ab" * 6),
        }
        settle(pipeline, PUSH, pushed, mark=True)
        settle(pipeline, ACKNOWLEDGE, {"DONE-1": Advanced()})
        pipeline.gates.shut(OMS, wait=timedelta(minutes=5), why="429: come again later", kind="retry_after")
    finally:
        pipeline.close()


def waiting() -> Waiting:
    """For its payment."""
    return Waiting(reason="its payment is not confirmed", deadline=datetime.now(UTC) + timedelta(days=2))
