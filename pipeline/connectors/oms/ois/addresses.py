"""An address to OIS' fields, within XPRT's limits; what does not fit is never cut (contracts/oms.md 4.4). Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pipeline.connectors.oms.ois.limits import Limits, nfc, too_long
from pipeline.connectors.oms.ois.schema import ADDRESS_PATHS
from pipeline.connectors.oms.ois.street import Street, split, split_lines, with_more
from pipeline.domain.address import Address, Buyer
from pipeline.domain.errors import FieldError

_STREET: Final = ("street", "house_number", "house_number_extension")


def address_of(
    address: Address, buyer: Buyer, limits: Limits, path: str, riddles: list[FieldError]
) -> dict[str, str] | None:
    """None for no address. A company without a name is the last name: OIS has no place for companies."""
    street = street_of(address)
    content: dict[str, Any] = {
        "FirstName": address.first_name,
        "LastName": address.last_name or (None if address.first_name else address.company),
        "Street": street.street,
        "HouseNo": street.number,
        "HouseNoExt": street.extension,
        "ZipCode": address.postal_code,
        "City": address.city,
        "CountryCode": address.country,
    }
    if not any(content.values()):
        return None
    content |= {"PhoneNumber": address.phone or buyer.phone, "Email": address.email or buyer.email}
    found = {name: nfc(value) for name, value in content.items() if value}
    paths = {theirs: f"{path}.{ours}" for theirs, ours in ADDRESS_PATHS.items()}
    riddles += [_told_how(fault, address, path) for fault in too_long(found, limits, paths)]
    return found


def street_of(address: Address) -> Street:
    """Street, number and extension. `street` and `house_number` stand for themselves, so that an edit of them is the
    last word over the first line, which is split where they are absent. Whatever else the lines and the extension say
    goes with the extension: OIS publishes no other field for it.
    """
    more = [line for line in (address.line2, address.line3) if line]
    number, extension = address.house_number, address.house_number_extension
    if address.street:
        return with_more(Street(address.street, number, extension), more)
    if number:
        found = split(address.line1 or "", address.country)
        if (found.number or "").casefold() != number.casefold():
            found = Street(address.line1 or "", number)
        return with_more(Street(found.street, number, found.extension), [*_maybe(extension), *more])
    lines = [line for line in (address.line1, *more) if line]
    return with_more(split_lines(lines, address.country), [*_maybe(extension)])


def _told_how(fault: FieldError, address: Address, path: str) -> FieldError:
    """The fault with exactly what to do where an edit of the field alone would change nothing."""
    if not fault.path.startswith(tuple(f"{path}.{name}" for name in _STREET)):
        return fault
    more = [f"{path}.{name}" for name in ("line2", "line3") if getattr(address, name)]
    words = re.sub(r"; shorten it by `edit`$", "", fault.message)
    if not address.street:
        names = ", ".join(f"{path}.{name}" for name in _STREET)
        words += f"; set {names} by `edit` to what the label is to say (they then stand instead of {path}.line1)"
    elif not more:
        return fault
    else:
        words += f"; shorten {fault.path} by `edit`"
    if more:
        lines, them = " and ".join(more), "them" if len(more) > 1 else "it"
        words += f", and shorten {lines}, or set {them} to null to leave {them} out:"
        words += " OIS has no other field for an address, so they go with HouseNoExt, and nothing is cut"
    return FieldError(fault.path, fault.rule, words)


def _maybe(value: str | None) -> Iterator[str]:
    if value:
        yield value


def absent_not_null(content: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is absent: OIS' rules know fields that must not be there, "not even null"."""
    return {name: value for name, value in content.items() if value is not None and value != ""}
