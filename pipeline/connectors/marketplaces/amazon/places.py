"""People, addresses and how the goods travel (orders_2026-01-01.json: Recipient, CustomerAddress). Pure."""

from collections.abc import Mapping
from typing import Any, Final

from pipeline.connectors.wire import record, text
from pipeline.domain.address import Address
from pipeline.domain.order import Delivery

PICKUP_POINT: Final = "PICKUP_POINT"
IN_STORE: Final = "IN_STORE_PICK_UP"


def split_name(name: str | None) -> tuple[str | None, str | None]:
    """Amazon has one name. Cut at the first space, so that both together are the name again, whatever they are."""
    if name is None:
        return None, None
    first, _, last = name.partition(" ")
    return (first, last.strip()) if last.strip() else (None, first)


def address_of(wire: Mapping[str, Any]) -> Address:
    """The delivery address; `extendedFields` come in Brazil only."""
    first, last = split_name(text(wire.get("name")))
    fields = record(wire.get("extendedFields"))
    country = text(wire.get("countryCode"))
    return Address(
        first_name=first,
        last_name=last,
        company=text(wire.get("companyName")),
        line1=text(wire.get("addressLine1")),
        line2=text(wire.get("addressLine2")),
        line3=text(wire.get("addressLine3")),
        street=text(fields.get("streetName")),
        house_number=text(fields.get("streetNumber")),
        house_number_extension=text(fields.get("complement")),
        postal_code=text(wire.get("postalCode")),
        city=text(wire.get("city")) or text(wire.get("municipality")),
        state=text(wire.get("stateOrRegion")),
        country=country.upper() if country else None,
        phone=text(wire.get("phone")),
    )


def delivery_of(raw: Mapping[str, Any], at: Mapping[str, Any]) -> Delivery:
    """The service level, the buyer's words to the driver, and the place to fetch it where the address is one."""
    wishes = record(record(raw.get("recipient")).get("deliveryPreference"))
    words = [text(wishes.get("dropOffLocation")), text(wishes.get("addressInstruction"))]
    programs = raw.get("programs")
    method = name = None
    if isinstance(programs, list) and IN_STORE in programs:
        name = text(at.get("companyName")) or text(at.get("name"))
        method = "store" if name else None
    elif text(at.get("addressType")) == PICKUP_POINT:
        name = text(at.get("companyName"))  # `name` is the person who fetches it
        method = "service_point" if name else None
    return Delivery(
        method=method,
        service=text(record(raw.get("fulfillment")).get("fulfillmentServiceLevel")),
        instructions="; ".join(word for word in words if word) or None,
        pickup_name=name,
    )
