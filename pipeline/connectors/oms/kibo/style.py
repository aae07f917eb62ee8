"""How an account wants its orders: the settings that the mapping depends on, checked once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from typing import Any, Final

from pipeline.connectors.oms.kibo.lengths import LANDING, length_of
from pipeline.domain.errors import NotConfigured

LOCALE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", re.ASCII)
_OURS: Final = frozenset({"authorization", "api-key", "content-type", "content-length", "host"})
_INTERNAL: Final = tuple(
    IPv4Network(net)
    for net in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
    )
)
_OPTIONAL: Final = {  # settings that stand in every order unless it has its own
    "assigned_location": "assignedLocation",
    "use_inventory": "useInventory",
    "allow_split": "allowSplit",
    "channel": "channel",
    "is_test_order": "isTestOrder",
    "currency_locale": "currencyLocale",
    "landing_code": "landingCode",
}
IMPORT_ONLY: Final = ("assignedLocation", "useInventory")  # not in createOrder (seed 004)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Everything that an order is sent with and does not say itself."""

    imports: bool  # importOrder, the historic one; else createOrder
    manufacturer_id: int
    catalog_id: int
    locale: str
    send_email: bool
    ip_fallback: str | None
    payment_type: str
    payment_types: tuple[str, ...]  # known besides those of the seed
    no_operation_type: str | None
    shipping: tuple[str, str]  # type, class
    optional: Mapping[str, Any]
    entities: bool  # count them
    nulls: bool  # where the seed's example has them


def style_of(settings: Mapping[str, Any]) -> Style:
    """Raises NotConfigured with everything that is wrong at once."""
    faults = tuple(_faults(settings))
    if faults:
        raise NotConfigured("; ".join(faults))
    return Style(
        imports=settings["mode"] == "importOrder",
        manufacturer_id=settings["manufacturer_id"],
        catalog_id=settings["catalog_id"],
        locale=settings["locale"],
        send_email=settings["send_email"],
        ip_fallback=settings["customer_ip_fallback"],
        payment_type=settings["payment_type"],
        payment_types=tuple(settings["payment_types"] or ()),
        no_operation_type=settings["no_operation_type"],
        shipping=(settings["shipping_type"], settings["shipping_class"]),
        optional={theirs: settings[ours] for ours, theirs in _OPTIONAL.items() if settings[ours] not in (None, "")},
        entities=settings["entity_length_check"],
        nulls=settings["send_nulls"],
    )


def ipv4(text: str | None) -> IPv4Address | None:
    """The address that the text is, None for anything else."""
    try:
        return IPv4Address(text) if text else None
    except AddressValueError:
        return None


def is_external(address: IPv4Address) -> bool:
    """Not of an inner network: the seed wants the buyer's own."""
    return not any(address in net for net in _INTERNAL)


def _faults(settings: Mapping[str, Any]) -> list[str]:
    faults = []
    if settings["manufacturer_id"] < 1:
        faults.append("manufacturer_id must be at least 1")
    if settings["catalog_id"] < 0:
        faults.append("catalog_id must be at least 0")
    faults += [
        f"{name} must be a locale such as en-US"
        for name in ("locale", "currency_locale")
        if settings[name] and not LOCALE.fullmatch(settings[name])
    ]
    faults += [f"{name} must not be empty" for name in _NEEDED if not settings[name]]
    fallback = settings["customer_ip_fallback"]
    if fallback and ipv4(fallback) is None:
        faults.append("customer_ip_fallback must be an IPv4 address")
    code = settings["landing_code"]
    if code and not LANDING[0] <= length_of(code, entities=settings["entity_length_check"]) <= LANDING[1]:
        faults.append("landing_code must have 10 to 200 characters (see entity_length_check)")
    if settings["mode"] == "createOrder":
        faults += [
            f"{ours} is importOrder's only; leave it out in mode createOrder"
            for ours, theirs in _OPTIONAL.items()
            if theirs in IMPORT_ONLY and settings[ours] is not None
        ]
    for name, value in settings["extra_headers"].items():
        if name.lower() in _OURS:
            faults.append(f"extra_headers: {name} is set by orderpipe")
        if not isinstance(value, str):
            faults.append(f"extra_headers: {name} must be text")
    return faults


_NEEDED: Final = ("locale", "payment_type", "shipping_type", "shipping_class")
