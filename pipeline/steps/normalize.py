"""normalize: a partner's words become ours. Pure: nothing is asked of anybody."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from pipeline.config.model import Route
from pipeline.domain.codec import from_fields, to_fields
from pipeline.domain.endings import Advanced, Dead, Ending
from pipeline.domain.errors import FieldError, Puzzling, Trouble, Unreadable
from pipeline.domain.lifecycle import Flow, Mark, Step
from pipeline.domain.maps import translate
from pipeline.domain.order import Order, OrderStatus
from pipeline.domain.overlay import apply_overrides
from pipeline.domain.reports import LineQuantity, Parcel, Shipment, StatusReport
from pipeline.flows.network import Network
from pipeline.hand import Hand
from pipeline.ports import Holding
from pipeline.steps.context import DEFECTS, Context

MOVING: Final = (OrderStatus.UNSHIPPED, OrderStatus.PARTIALLY_SHIPPED, OrderStatus.SHIPPED)


@dataclass(frozen=True, slots=True)
class Reading:
    """A raw document in our words, before any edit. `riddles` are to be answered, by an edit or a map."""

    fields: dict[str, Any]
    deadline: datetime | None = None
    facts: dict[str, str] = field(default_factory=dict)
    riddles: tuple[FieldError, ...] = ()


def normalize(hand: Hand, context: Context) -> None:
    """Ends every document of the batch: on to validate, dead with its fields, or held for a word nobody knows."""
    hand.settle([(holding, normalized(holding, context, hand.now)) for holding in hand.holdings])


def normalized(holding: Holding, context: Context, now: datetime) -> Ending:
    """One document's ending."""
    try:
        fields, deadline, facts = canonical(holding, context.network, now)
    except Unreadable as unreadable:  # nobody is asked again here: it will not be readable next time either
        return Dead(error=unreadable.fault(Step.NORMALIZE))
    except (Trouble, *DEFECTS) as met:
        return context.ending(met, holding, now)
    return Advanced(step=Step.VALIDATE, document=fields, deadline=deadline, facts=facts)


def canonical(
    holding: Holding, network: Network, now: datetime
) -> tuple[dict[str, Any], datetime | None, dict[str, str]]:
    """The canonical fields with the operator's edits on top, the nearest deadline, and facts for later steps.

    Raises Puzzling for riddles that no edit answers.
    """
    read = reading(holding, network, now)
    edits = holding.overrides
    fields = apply_overrides(read.fields, edits) if edits else read.fields
    left = tuple(one for one in read.riddles if not _is_answered(one.path, edits))
    if left:
        raise Puzzling.of(left)
    if holding.item.ref.flow is Flow.ORDERS and "status" in edits and "released" not in edits:
        fields = {**fields, "released": fields.get("status") in MOVING}
    return fields, read.deadline, read.facts


def reading(holding: Holding, network: Network, now: datetime) -> Reading:
    """Without the edits. Raises Invalid, Unreadable, NotConfigured; Puzzling for what leaves nothing to edit."""
    raw, ref = holding.raw, holding.item.ref
    if raw is None:
        raise Unreadable("the record has no raw body any more")
    if ref.id.startswith("unreadable-"):
        raise Unreadable("a row without an order id")
    if ref.flow in (Flow.SHIPMENTS, Flow.STATUSES) and ("order" not in raw or "market" not in holding.facts):
        raise Unreadable("its order was not read yet; replay it from fetch")
    match ref.flow:
        case Flow.ORDERS:
            canonical = holding.is_marked(Mark.CANONICAL)
            order, riddles = read_order(raw, ref.source, network, canonical=canonical)
            deadline = min((at for at in (order.accept_by, order.ship_by) if at), default=None)
            riddles += () if canonical else network.marketplace(ref.source).riddles(raw)
            return Reading(to_fields(order), deadline, riddles=riddles)
        case Flow.SHIPMENTS:
            shipment, confirmed = _shipment(raw, holding, network)
            return Reading(to_fields(shipment), facts={"confirmed": str(confirmed)})
        case Flow.STATUSES:
            order, riddles = read_order(raw["order"], holding.facts["market"], network, ref.source, report=True)
            seen_at = now.replace(microsecond=0)
            report = StatusReport(
                order_id=ref.id, status=order.status, raw_status=order.raw_status, seen_at=seen_at
            )  # fmt: skip
            return Reading(to_fields(report), riddles=riddles)
        case Flow.CANCELLATIONS:
            return Reading(dict(raw))


def _is_answered(path: str, edits: Mapping[str, Any]) -> bool:
    return any(edit == path or edit.startswith(f"{path}.") for edit in edits)


def read_order(
    raw: Mapping[str, Any],
    source: str,
    network: Network,
    oms: str | None = None,
    *,
    report: bool = False,
    canonical: bool = False,
) -> tuple[Order, tuple[FieldError, ...]]:
    """A marketplace's order with its status translated: the route's `status_map` over the connector's table; and the
    statuses that neither knows. `canonical`: in our words already, from a file. Raises Invalid.
    """
    order = _from_file(raw) if canonical else network.marketplace(source).read(raw)
    table: dict[str, str] = {}
    flow = Flow.STATUSES if report else Flow.ORDERS
    for route in network.routes(flow, source=source, target=oms):
        table |= route.status_map
    riddles: list[FieldError] = []
    status = _status(order.raw_status, order.status, table, "status", source, riddles)
    lines = order.lines
    if not report:
        lines = tuple(
            replace(one, status=_status(one.raw_status, one.status, table, f"lines.{number}.status", source, riddles))
            if one.raw_status is not None and (one.status is None or table)
            else one
            for number, one in enumerate(order.lines)
        )
    changed = status is not order.status
    if changed or lines != order.lines:
        order = replace(order, status=status, lines=lines, released=status in MOVING if changed else order.released)
    return order, tuple(riddles)


def _from_file(raw: Mapping[str, Any]) -> Order:
    """Where nobody says whether it is released, its status does."""
    order = from_fields(Order, raw)
    return order if order.released is not None else replace(order, released=order.status in MOVING)


def _status(
    word: str | None,
    known: OrderStatus | None,
    table: Mapping[str, str],
    path: str,
    source: str,
    riddles: list[FieldError],
) -> OrderStatus | None:
    mapped = translate(table, word) if table and word in table else None
    if mapped is None and table and known is not None and known in table:
        mapped = table[known]
    if mapped is None and known is None and table:
        mapped = translate(table, word)
    if mapped is not None:
        try:
            return OrderStatus(mapped.lower())
        except ValueError:
            riddles.append(
                FieldError(
                    path,
                    "status_map",
                    f"the route maps {word!r} to {mapped!r}, which is none of {', '.join(OrderStatus)}",
                )
            )
            return None
    if known is None:
        riddles.append(
            FieldError(
                path,
                "vocabulary",
                f"{word!r} is no status that {source} is known to use; name it in the route's status_map",
            )
        )
    return known


def _shipment(raw: Mapping[str, Any], holding: Holding, network: Network) -> tuple[Shipment, int]:
    """The parcels that the marketplace does not have yet, and how many it has."""
    oms, market = holding.item.ref.source, holding.facts["market"]
    shipment = network.oms(oms).read_shipment(raw)
    client = network.marketplace(market)
    order = client.read(raw["order"])
    confirmed = client.parcels(raw["order"])
    route = network.route(Flow.SHIPMENTS, oms, market)
    everything = tuple(LineQuantity(id=line.id, quantity=line.quantity) for line in order.lines)
    parcels = tuple(_parcel(parcel, route, everything) for parcel in shipment.parcels if parcel.number not in confirmed)
    known = len(shipment.parcels) - len(parcels)
    return replace(shipment, order_id=order.id or shipment.order_id, parcels=parcels), known


def _parcel(parcel: Parcel, route: Route, everything: tuple[LineQuantity, ...]) -> Parcel:
    carrier = (translate(route.carrier_map, parcel.carrier_raw) if route.carrier_map else None) or parcel.carrier
    return replace(parcel, carrier=carrier, lines=parcel.lines or everything)
