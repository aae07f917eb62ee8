"""Which countries and currencies exist: ISO 3166-1 alpha-2 and ISO 4217."""

from functools import cache


@cache
def countries() -> frozenset[str]:
    """Read at the first question, not at import: the tables are large."""
    import pycountry

    return frozenset(country.alpha_2 for country in pycountry.countries) | {"XK"}  # Kosovo: user-assigned, and in use


@cache
def currencies() -> frozenset[str]:
    """Read at the first question, not at import."""
    import pycountry

    return frozenset(currency.alpha_3 for currency in pycountry.currencies)
