"""For each flow: which write delivers a document at its target, and the wire body that write would send."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipeline.config.model import Route
from pipeline.domain.codec import from_fields
from pipeline.domain.errors import NotConfigured
from pipeline.domain.fingerprint import fingerprint, without
from pipeline.domain.lifecycle import Flow
from pipeline.domain.reports import ORDER, Cancellation, Shipment, StatusReport
from pipeline.flows.dressing import dress
from pipeline.flows.network import Network
from pipeline.ports import Body, Write

DOCUMENTS: Mapping[Flow, type[Any]] = {
    Flow.SHIPMENTS: Shipment,
    Flow.STATUSES: StatusReport,
    Flow.CANCELLATIONS: Cancellation,
}


def delivering(network: Network, flow: Flow, target: str, *, again: bool = False) -> Write[Any]:
    """The write of a flow at its target; `again`: the target has an earlier version, so it is an update.

    Raises NotConfigured when the target lacks the capability.
    """
    party = network.party(target)
    match flow:
        case Flow.ORDERS:
            name = "update" if again else "import_orders"
        case Flow.SHIPMENTS:
            name = "ship"
        case Flow.STATUSES:
            name = "answer_status"
        case Flow.CANCELLATIONS:
            name = "cancel"
    write: Write[Any] | None = getattr(party.client, name, None)
    if write is None:
        why = party.lacks.get(name, "its connector or a setting does not provide it")
        raise NotConfigured(f"{target} cannot {name.replace('_', ' ')}: {why}")
    return write


def document_for(flow: Flow, fields: Mapping[str, Any], route: Route | None, *, with_order: bool = False) -> Any:
    """The canonical document as the route's other side is to see it. `with_order`: its write's."""
    if flow is Flow.ORDERS:
        assert route is not None  # noqa: S101 - an order is always pushed along a route
        return dress(fields, route)
    document = from_fields(DOCUMENTS[flow], fields)
    if flow is not Flow.CANCELLATIONS or ORDER not in document.extra:
        return document
    extra = {name: value for name, value in document.extra.items() if name != ORDER}
    if with_order and route is not None:
        extra[ORDER] = dress(document.extra[ORDER], route)
    return replace(document, extra=extra)


def wire_body(write: Write[Any], document: Any) -> tuple[Body, str]:
    """What would be sent, and its fingerprint less what the connector calls volatile."""
    body = write.prepare(document)
    return body, fingerprint_of(write, body)


def fingerprint_of(write: Write[Any], body: Body) -> str:
    """Of a wire body, less what the connector calls volatile."""
    return fingerprint(without(body.content, write.volatile) if write.volatile else body.content)
