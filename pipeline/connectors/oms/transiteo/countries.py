"""ISO 3166 countries in the form that Transiteo takes (contracts/oms.md section 2.3: alpha-3)."""

from collections.abc import Mapping
from functools import cache
from typing import Final

USER_ASSIGNED: Final = {"XK": "XKX"}  # Kosovo: no official code, these are what customs and the EU use


@cache
def _alpha3() -> Mapping[str, str]:
    """Read at the first question, not at import: the table is large."""
    import pycountry

    return {country.alpha_2: country.alpha_3 for country in pycountry.countries} | USER_ASSIGNED


def country_of(code: str, *, alpha3: bool) -> str | None:
    """The wire's code of a canonical (alpha-2) one; None for what is no country."""
    found = _alpha3().get(code)
    return found if alpha3 or found is None else code
