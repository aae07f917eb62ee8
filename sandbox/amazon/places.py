"""Amazon's European marketplaces, and where a buyer of each country buys."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Marketplace:
    """contracts, marketplaces section 4, "Hosts"."""

    marketplace_id: str
    name: str


MARKETPLACES = {
    "FR": Marketplace("A13V1IB3VIYZZH", "Amazon.fr"),
    "DE": Marketplace("A1PA6795UKMFR9", "Amazon.de"),
    "ES": Marketplace("A1RKKUPIHCS9HS", "Amazon.es"),
    "IT": Marketplace("APJ6JRA9NG5V4", "Amazon.it"),
    "GB": Marketplace("A1F83G8C2ARO7P", "Amazon.co.uk"),
    "NL": Marketplace("A1805IZSGTT6HS", "Amazon.nl"),
    "BE": Marketplace("AMEN7PMS3EDWL", "Amazon.com.be"),
    "SE": Marketplace("A2NODRKZP88ZB9", "Amazon.se"),
    "PL": Marketplace("A1C3SOZRARQ6R3", "Amazon.pl"),
    "IE": Marketplace("A28R8C7NBKEWEA", "Amazon.ie"),
    "TR": Marketplace("A33AVAJ2PDY3EV", "Amazon.com.tr"),
}
KNOWN_IDS = frozenset(place.marketplace_id for place in MARKETPLACES.values())
# Countries without a marketplace, and Poland, whose own has another currency than every sample.
_NEIGHBOURS = {"AT": "DE", "PL": "DE", "PT": "ES"}
SELLING_IDS = tuple(MARKETPLACES[country].marketplace_id for country in ("FR", "DE", "ES", "IT", "NL", "BE", "IE"))


def find_marketplace(country: str) -> Marketplace:
    """Where the sample's buyer bought: all of these sell in euros."""
    return MARKETPLACES[_NEIGHBOURS.get(country, country)]
