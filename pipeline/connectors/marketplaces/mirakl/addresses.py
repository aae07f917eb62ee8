"""Mirakl's addresses to ours, countries from three letters to two. Pure."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from pipeline.connectors.wire import text
from pipeline.domain.address import Address


def read_address(wire: Mapping[str, Any]) -> Address:
    """Nothing of it is dropped: the second company line is the third line, so that it stays on the label."""
    get = wire.get
    return Address(
        first_name=text(get("firstname")),
        last_name=text(get("lastname")),
        company=text(get("company")),
        line1=text(get("street_1")),
        line2=text(get("street_2")),
        line3=text(get("company_2")),
        postal_code=text(get("zip_code")),
        city=text(get("city")),
        state=text(get("state")),
        country=country_of(text(get("country_iso_code")), text(get("country"))),
        phone=text(get("phone")) or text(get("phone_secondary")),
    )


def is_known(address: Address) -> bool:
    """Whether there is any place to ship to: a name alone, or a country, is none."""
    return bool(address.line1 or address.line2 or address.postal_code or address.city)


def country_of(iso: str | None, name: str | None) -> str | None:
    """`country_iso_code`, which comes in three letters (operators' orders: ESP; the specification says ISO 3166-1),
    else `country` where that is a code or a country's English name. An unknown word stays as it is: the rules name it.
    """
    for word in (iso, name):
        found = _codes().get(word.upper()) if word else None
        if found:
            return found
    return iso.upper() if iso else name


@cache
def _codes() -> Mapping[str, str]:
    """Read at the first question, not at import: the table is large."""
    import pycountry

    countries = list(pycountry.countries)
    named = {country.name.upper(): country.alpha_2 for country in countries}
    return {**named, **{code: c.alpha_2 for c in countries for code in (c.alpha_2, c.alpha_3)}}
