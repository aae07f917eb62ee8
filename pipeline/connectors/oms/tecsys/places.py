"""Customers, store locations and what describes them (contracts/oms.md sections 3.2.1, 3.2.11 to 3.2.13, 3.3)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pipeline.connectors.answers import Answer
from pipeline.connectors.oms.tecsys.answers import body_of, field_of
from pipeline.connectors.oms.tecsys.arguments import Checks, present
from pipeline.connectors.oms.tecsys.batches import distinct
from pipeline.connectors.oms.tecsys.calls import Calls, slashed
from pipeline.connectors.oms.tecsys.orders import all_rows
from pipeline.connectors.wire import segment
from pipeline.domain.errors import NotConfigured

CUSTOMERS: Final = "/orders/Customers"
STORES: Final = "/storelocations/"
PROVINCES: Final = "/addresses/Provinces"
_NAMES: Final = ("storeinternalname", "storeinteralname", "internalname")
_SEE: Final = "see `store_locations` before you call it again"
_VERBS: Final = ("PUT", "POST", "PATCH")


class Places:
    """What `orderpipe call` asks and says of people and places."""

    def __init__(self, calls: Calls, settings: Mapping[str, Any]) -> None:
        self._calls = calls
        self._size = max(settings["page_size"], 1)
        self._segment = settings["metadata_segment"]
        self._verb = settings["storelocations_view_verb"]
        self._update = settings["storelocations_update_path"]

    def metadata(self, owner_type: str) -> Any:
        """The custom fields of one kind of object."""
        checks = Checks()
        owner = checks.text("owner_type", owner_type, needed=True) or ""
        checks.done()
        path = f"/{self._segment}/{segment(owner)}/"
        return body_of(self._calls.get(path, what=f"GET {self._segment}/{{ownertype}}"))

    def provinces(self, country: str) -> Any:
        """A country's provinces."""
        checks = Checks()
        code = checks.country("country", country)
        checks.done()
        return body_of(self._calls.get(PROVINCES, {"CountryCode": code}))

    def set_customer_address(self) -> Any:
        """Its fields are not published."""
        words = "not configured: the fields of PUT /addresses/Customers are not published (its own example is wrong)"
        raise NotConfigured(words)

    def create_customer(self, external_customer_id: str, **given: Any) -> Any:
        """Never with a password, never subscribed. Nothing finds a customer by its id, so it must not be repeated."""
        checks = Checks()
        plain = {name: checks.text(name, value) for name, value in given.items() if isinstance(value, str)}
        checks.email("email", given.get("email"))
        content = {
            "FirstName": plain.get("first_name"),
            "LastName": plain.get("last_name"),
            "Email": plain.get("email"),
            "SubscriberOptIn": False,
            "CompanyName": plain.get("company_name"),
            "PhoneNumber": plain.get("phone_number"),
            "CustomerLevel": checks.at_least("customer_level", given.get("customer_level"), 0),
            "Address": {
                "AddressLine1": plain.get("address_line1"),
                "AddressLine2": plain.get("address_line2"),
                "City": plain.get("city"),
                "State": plain.get("state"),
                "ZipCode": plain.get("zip_code"),
                "CountryCode": checks.country("country_code", given.get("country_code")),
                "AddressNickName": plain.get("address_nick_name"),
            },
            "Sex": plain.get("sex"),
            "BirthYear": plain.get("birth_year"),  # text, as the document has it
            "Language": plain.get("language"),
            "TimeZoneId": plain.get("time_zone_id"),
            "ExternalCustomerId": checks.text("external_customer_id", external_customer_id, needed=True),
            "CustomFields": checks.custom_fields("custom_fields", given.get("custom_fields"), Mapping),
        }
        year = plain.get("birth_year")
        if year and not (year.isascii() and year.isdigit() and len(year) == 4):
            checks.fault("birth_year", "must be a year of four digits")
        checks.done()
        remedy = "look for the customer in Tecsys before you call it again: nothing else finds out"
        return self._calls.change("POST", CUSTOMERS, remedy=remedy, json=present(content))

    def create_store(self, **given: Any) -> Any:
        """A store location more."""
        return self._calls.change("POST", STORES, remedy=_SEE, json=store_of(**given))

    def update_store(self, **given: Any) -> Any:
        """Raises NotConfigured: the document names the update, and no endpoint for it."""
        if not self._update:
            raise NotConfigured("not configured: no endpoint is published; set storelocations_update_path")
        verb, _, path = str(self._update).strip().rpartition(" ")
        if verb and verb.strip() not in _VERBS:
            raise NotConfigured(f"storelocations_update_path begins with none of {', '.join(_VERBS)}")
        content = store_of(**given)
        return self._calls.change(verb.strip() or "PUT", slashed(path), remedy=_SEE, json=content)

    def stores(self, internal_name: str | None = None, page: int | None = None) -> Any:
        """One page as Tecsys has it, the rows of all, or those of one name: by which parameter Tecsys would look for
        it is not published, so it is found among all.
        """
        checks = Checks()
        checks.at_least("page", page, 1)
        if internal_name is not None and page is not None:
            checks.fault("page", "a name is looked for on all pages", "exclusive")
        checks.done()
        if page is not None:
            return body_of(self._page(page))
        rows = all_rows(self._page, self._size)
        if internal_name is None:
            return rows
        return [row for row in rows if internal_name in [field_of(row, name) for name in _NAMES]]

    def _page(self, number: int) -> Answer:
        query = {"pageSize": self._size, "pageNumber": number}
        return self._calls.call(self._verb, STORES, write=self._verb == "POST", query=query)


def store_of(
    internal_name: str,
    custom_fields: Any = None,
    inventory_locations: Iterable[str] | None = None,
    active: bool | None = None,
    visible: bool | None = None,
    allow_ship_to_store: bool | None = None,
    **given: str,
) -> dict[str, Any]:
    """The body of a store location, without what is absent. Raises Invalid with every fault."""
    checks = Checks()
    plain = {name: checks.text(name, value) for name, value in given.items()}
    linked = None if inventory_locations is None else distinct(inventory_locations, "inventory_locations")
    content = {
        "StoreInteralName": checks.text("internal_name", internal_name, needed=True),  # sic (section 3.4.5)
        "PublicName": plain.get("public_name"),
        "Address": {
            "AddressLine1": plain.get("address_line1"),
            "AddressLine2": plain.get("address_line2"),
            "AddressLine3": plain.get("address_line3"),
            "City": plain.get("city"),
            "State": plain.get("state"),
            "ZipCode": plain.get("zip_code"),
            "Latitude": checks.degrees("latitude", given.get("latitude"), 90),
            "Longitude": checks.degrees("longitude", given.get("longitude"), 180),
            "CountryCode": checks.country("country_code", given.get("country_code")),
        },
        "Email": checks.email("email", given.get("email")),
        "PhoneNumber": plain.get("phone_number"),
        "Active": active,
        "Visible": visible,
        "AllowShipToStore": allow_ship_to_store,
        "CustomFields": checks.custom_fields("custom_fields", custom_fields, str),
        "LinkedInventoryLocationNames": linked,
    }
    checks.done()
    return present(content)
