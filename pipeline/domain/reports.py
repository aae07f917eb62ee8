"""The documents that travel beside orders: shipment, status report, cancellation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from pipeline.domain.order import OrderStatus

ORDER: Final = "order"  # below a cancellation's `extra`: the whole order, where the target's call needs it


@dataclass(frozen=True, slots=True, kw_only=True)
class LineQuantity:
    """So many of one order line."""

    id: str | None = None
    quantity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One parcel; no lines = everything. `carrier` is the marketplace's word, `carrier_raw` the OMS's."""

    number: str | None = None
    carrier: str | None = None
    carrier_raw: str | None = None
    url: str | None = None
    lines: tuple[LineQuantity, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """What an OMS shipped of one order."""

    id: str | None = None
    order_id: str | None = None
    shipped_at: datetime | None = None
    parcels: tuple[Parcel, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """Where an order stands at its marketplace, as an answer to the OMS that asked."""

    order_id: str | None = None
    status: OrderStatus | None = None
    raw_status: str | None = None
    seen_at: datetime | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """An OMS's own reference for an order; absent where it keeps it under the marketplace's id."""

    account: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """What a marketplace is told once every required OMS has its order. `receipts`: of each that has it, in the order
    of the routes. `extra`: the order's own.
    """

    order_id: str | None = None
    receipts: tuple[Receipt, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """Cancelled after import; no lines = all. `requested_by`: buyer, seller, marketplace, oms."""

    order_id: str | None = None
    lines: tuple[LineQuantity, ...] = ()
    reason: str | None = None
    raw_reason: str | None = None
    requested_by: str | None = None
    requested_at: datetime | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
