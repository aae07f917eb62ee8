"""Our words to Tecsys': a new order through a field map, a cancellation. Pure.

No order body is published (contracts/oms.md section 3.2). The default's names are those that the document uses for
customers, addresses, ids and SKUs; the others are assumed, and `create_order_fields` replaces all of them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from pipeline.domain.address import Address
from pipeline.domain.errors import FieldError, Invalid, NotConfigured, Puzzling
from pipeline.domain.order import Order, OrderStatus
from pipeline.domain.reports import Cancellation
from pipeline.domain.shape import paths_of

_ADDRESS: Final = {
    "FirstName": "first_name",
    "LastName": "last_name",
    "CompanyName": "company",
    "AddressLine1": "line1",
    "AddressLine2": "line2",
    "AddressLine3": "line3",
    "City": "city",
    "State": "state",
    "ZipCode": "postal_code",
    "CountryCode": "country",
    "PhoneNumber": "phone",
    "Email": "email",
}
DEFAULT_FIELDS: Final[Mapping[str, str]] = {
    "ExternalOrderId": "id",
    "OrderDate": "purchased_at",
    "CurrencyCode": "currency",
    "OrderTotal": "total",
    "ShippingTotal": "shipping_total",
    "TaxTotal": "tax_total",
    "Customer.ExternalCustomerId": "buyer.id",
    "Customer.FirstName": "buyer.first_name",
    "Customer.LastName": "buyer.last_name",
    "Customer.CompanyName": "buyer.company",
    "Customer.Email": "buyer.email",
    "Customer.PhoneNumber": "buyer.phone",
    **{f"ShippingAddress.{theirs}": f"shipping_address.{ours}" for theirs, ours in _ADDRESS.items()},
    **{f"BillingAddress.{theirs}": f"billing_address.{ours}" for theirs, ours in _ADDRESS.items()},
    "ShippingMethod": "delivery.carrier",
    "PaymentMethod": "payment.method",
    "LineItems.*.ExternalLineItemId": "lines.*.id",
    "LineItems.*.Sku": "lines.*.sku",
    "LineItems.*.Name": "lines.*.title",
    "LineItems.*.Qty": "lines.*.quantity",
    "LineItems.*.UnitPrice": "lines.*.unit_price",
    "LineItems.*.ShippingPrice": "lines.*.shipping_price",
    "LineItems.*.TaxAmount": "lines.*.tax_amount",
    "LineItems.*.Discounts.*.Code": "lines.*.discounts.*.code",
    "LineItems.*.Discounts.*.Amount": "lines.*.discounts.*.amount",
}
_CHANGING: Final = ("status", "raw_status", "updated_at", "commission_with_tax", "commission_without_tax")


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of the body: a constant, or where its value is."""

    wire: tuple[str, ...]
    canonical: tuple[str, ...] = ()
    constant: Any = None


@dataclass(frozen=True, slots=True)
class FieldMap:
    """How an order becomes a body."""

    entries: tuple[Entry, ...]

    @classmethod
    def of(cls, table: Mapping[str, Any] | None) -> "FieldMap":
        """Raises NotConfigured with every fault of the table at once."""
        entries = tuple(_entry(wire, value) for wire, value in (table or DEFAULT_FIELDS).items())
        faults = list(_faults(entries))
        if faults:
            raise NotConfigured(f"create_order_fields can't be used: {'; '.join(faults)}")
        return cls(entries)

    @property
    def volatile(self) -> frozenset[str]:
        """What changes without being news."""
        return frozenset(".".join(entry.wire) for entry in self.entries if (entry.canonical or ("",))[-1] in _CHANGING)


def order_of(order: Order, fields: FieldMap) -> dict[str, Any]:
    """The body, without what is absent; lines canceled at their marketplace are not sent. Raises Invalid."""
    faults = []
    lines = tuple(line for line in order.lines if line.status is not OrderStatus.CANCELED)
    if not order.id:
        faults.append(FieldError("id", "required", "Tecsys needs the order's id: it is found by it"))
    if not lines:
        faults.append(FieldError("lines", "required", "Tecsys needs at least one line that is not canceled"))
    if faults:
        raise Invalid.of(tuple(faults))
    sent = replace(
        order,
        lines=lines,
        shipping_address=_with_line1(order.shipping_address),
        billing_address=_with_line1(order.billing_address),
    )
    content: dict[str, Any] = {}
    for entry in fields.entries:
        if entry.canonical:
            _copy(sent, entry.canonical, content, entry.wire)
        else:
            _put(content, entry.wire, entry.constant)
    return content


def cancellation_of(cancellation: Cancellation, *, in_query: bool, needs_reason: bool) -> dict[str, Any]:
    """What orders/Cancel gets: the external id, or Tecsys' own from `extra.tecsys.internal_order_id`, and a reason.

    Raises Invalid, and Puzzling for single lines: it cancels whole orders.
    """
    internal = (cancellation.extra.get("tecsys") or {}).get("internal_order_id")
    if not cancellation.order_id and internal is None:
        raise Invalid.of((FieldError("order_id", "required", "Tecsys needs the order's id"),))
    if cancellation.lines:
        words = "Tecsys cancels whole orders only; cancel all of it, or the shipment by `orderpipe call`"
        raise Puzzling.of((FieldError("lines", "partial", words),))
    reason = cancellation.reason or cancellation.raw_reason
    if needs_reason and not reason:
        words = "Tecsys needs a reason here (setting cancel_reason_required); set it by `edit`"
        raise Invalid.of((FieldError("reason", "required", words),))
    return cancel_parameters(internal, None if internal is not None else cancellation.order_id, reason, in_query)


def cancel_parameters(internal: Any, external: str | None, reason: str | None, in_query: bool) -> dict[str, Any]:
    """One of the ids, never both. Their names in a query are the overview page's; in a body those of section 3.2.14."""
    given = {"InternalOrderId": internal, "ExternalOrderId": external, "CancelReason": reason}
    present = {name: value for name, value in given.items() if value not in (None, "")}
    return {name[0].lower() + name[1:]: value for name, value in present.items()} if in_query else present


def _entry(wire: str, value: Any) -> Entry:
    path = tuple(wire.split("."))
    if isinstance(value, str) and not value.startswith("="):
        return Entry(path, tuple(value.split(".")))
    return Entry(path, constant=value[1:] if isinstance(value, str) else value)


def _faults(entries: tuple[Entry, ...]) -> Iterator[str]:
    paths = paths_of(Order)
    leaves = {path for path in paths if path != "extra" and not any(other.startswith(f"{path}.") for other in paths)}
    lists: dict[tuple[str, ...], tuple[str, ...]] = {}
    wires = {entry.wire for entry in entries}
    for entry in entries:
        name, path = ".".join(entry.wire), ".".join(entry.canonical)
        if "" in entry.wire or "*" in (entry.wire[0], entry.wire[-1]) or "*.*" in name:
            yield f"{name} is no path of fields"
        elif any(entry.wire[:length] in wires for length in range(1, len(entry.wire))):
            yield f"{name} lies within another field"
        elif not entry.canonical:
            if "*" in entry.wire:
                yield f"{name} is a constant, which no list can hold"
        elif path not in leaves and not (entry.canonical[0] == "extra" and len(entry.canonical) > 2):
            yield f"{path} is no canonical path of one value"
        elif entry.wire.count("*") != entry.canonical.count("*"):
            yield f"{name} and {path} have another number of lists (*)"
        else:
            for there, here in zip(_lists(entry.wire), _lists(entry.canonical), strict=True):
                if lists.setdefault(there, here) != here:
                    yield f"{name} mixes two lists into one"
    if not any(entry.canonical == ("id",) for entry in entries):
        yield "no field is filled from id, by which the order is found again"


def _lists(path: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [path[:index] for index, part in enumerate(path) if part == "*"]


def _copy(source: Any, canonical: tuple[str, ...], target: dict[str, Any], wire: tuple[str, ...]) -> None:
    if "*" not in canonical:
        value = _value(source, canonical)
        if value is not None and value != "":
            _put(target, wire, value)
        return
    here, there = canonical.index("*"), wire.index("*")
    items = _value(source, canonical[:here])
    if not isinstance(items, tuple | list) or not items:
        return
    rows = _inside(target, wire[: there - 1]).setdefault(wire[there - 1], [{} for _ in items])
    for item, row in zip(items, rows, strict=True):
        _copy(item, canonical[here + 1 :], row, wire[there + 1 :])


def _value(source: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        source = source.get(part) if isinstance(source, Mapping) else getattr(source, part, None)
    if isinstance(source, datetime):
        return source.isoformat()
    return str(source) if isinstance(source, OrderStatus) else source


def _put(target: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    _inside(target, path[:-1])[path[-1]] = value


def _inside(target: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    for part in path:
        target = target.setdefault(part, {})
    return target


def _with_line1(address: Address) -> Address:
    """Partners that have street and number apart leave line1 out."""
    if address.line1 or not address.street:
        return address
    parts = (address.street, address.house_number, address.house_number_extension)
    return replace(address, line1=" ".join(part for part in parts if part))
