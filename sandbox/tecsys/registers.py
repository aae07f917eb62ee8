"""Customers and store locations (S002, Order Orchestration and Store Locations): the documented fields, no others."""

from collections import Counter
from typing import Any

from sandbox.checks import Check, Errors, check_bool, check_fields, check_filled, check_number, check_text, is_whole
from sandbox.exchange import Ask, Refusal, refuse_fields
from sandbox.queries import cut_page, read_one, read_query
from sandbox.reply import Reply, reply_json


def check_whole(value: Any) -> str | None:
    """Any whole number."""
    return None if is_whole(value) else "a whole number"


def check_names(value: Any) -> str | None:
    """A list of texts."""
    return None if isinstance(value, list) and all(isinstance(item, str) for item in value) else "a list of text"


def _list_texts(names: str) -> dict[str, Check]:
    return dict.fromkeys(names.split(), check_text)


CUSTOMER: dict[str, Check] = {
    **_list_texts("FirstName LastName Email CompanyName PhoneNumber Password Sex BirthYear Language TimeZoneId"),
    "ExternalCustomerId": check_text,
    "SubscriberOptIn": check_bool,
    "CustomerLevel": check_whole,
}
CUSTOMER_ADDRESS = _list_texts("AddressLine1 AddressLine2 City State ZipCode CountryCode AddressNickName")
STORE: dict[str, Check] = {
    **_list_texts("PublicName Email PhoneNumber"),
    **dict.fromkeys(("Active", "Visible", "AllowShipToStore"), check_bool),
    "LinkedInventoryLocationNames": check_names,
}
STORE_ADDRESS: dict[str, Check] = {
    **_list_texts("AddressLine1 AddressLine2 AddressLine3 City State ZipCode CountryCode"),
    "Latitude": check_number,
    "Longitude": check_number,
}
STORE_NAME = "StoreInteralName"  # sic


class Registers:
    """Two lists that only grow."""

    def __init__(self) -> None:
        self.customers: list[dict[str, Any]] = []
        self.stores: dict[str, dict[str, Any]] = {}

    def create_customer(self, ask: Ask) -> Reply:
        """201. No field is called required; a customer sent twice is there twice."""
        raw = ask.read_json_body()
        errors: Errors = {}
        _check(raw, {}, CUSTOMER, CUSTOMER_ADDRESS, dict, errors)
        if errors or not raw:
            refuse_fields("Wrong customer", errors or {"": ["an object, not empty"]})
        self.customers.append(raw)
        return Reply(201, b"")

    def post_stores(self, ask: Ask) -> Reply:
        """S002 has the same verb and path for both: with a body it creates, with a page and no body it lists."""
        if ask.body:
            return self._create_store(ask)
        if not ask.query:
            raise Refusal(400, "Neither a store nor a page")
        return self.list_stores(ask)

    def _create_store(self, ask: Ask) -> Reply:
        if ask.query:
            raise Refusal(400, "No parameters here")
        raw = ask.read_json_body()
        errors: Errors = {}
        _check(raw, {STORE_NAME: check_filled}, STORE, STORE_ADDRESS, str, errors)
        if errors:
            refuse_fields("Wrong store location", errors)
        if raw[STORE_NAME] in self.stores:
            raise Refusal(409, "This store location exists", conflict=True)
        self.stores[raw[STORE_NAME]] = raw
        return Reply(201, b"")

    def list_stores(self, ask: Ask) -> Reply:
        """All, or the one named; S002 shows no parameter for the name, so this one is a guess."""
        query = read_query(ask, "pageSize", "pageNumber", "storeInternalName")
        name = read_one(query, "storeInternalName")
        rows = [store for key, store in self.stores.items() if name in (None, key)]
        return reply_json(200, cut_page(rows, query, "pageSize", "pageNumber"))

    def describe(self) -> dict[str, Any]:
        """For the report."""
        named = Counter(customer.get("ExternalCustomerId") for customer in self.customers)
        return {
            "customers": len(self.customers),
            "customers_doubled": [name for name, count in named.items() if name and count > 1],
            "passwords_received": sum("Password" in customer for customer in self.customers),
            "stores": len(self.stores),
        }


def _check(
    raw: Any, required: dict[str, Check], known: dict[str, Check], address: dict[str, Check], kind: type, errors: Errors
) -> None:
    """`kind`: a custom field's Value is an object for customers, text for stores (contracts, OMS 3.4)."""
    if not isinstance(raw, dict):
        errors[""] = ["an object"]
        return
    check_fields({k: v for k, v in raw.items() if k not in ("Address", "CustomFields")}, required, known, "", errors)
    if "Address" in raw:
        check_fields(raw["Address"], {}, address, "Address.", errors)
    fields = raw.get("CustomFields", [])
    if not isinstance(fields, list):
        errors["CustomFields"] = ["a list"]
    else:
        check_custom_fields(fields, kind, "CustomFields", errors)


def check_custom_fields(fields: list[Any], kind: type, path: str, errors: Errors) -> None:
    """`{Name, Value}`, the value of that kind."""

    def check_value(value: Any) -> str | None:
        return None if isinstance(value, kind) else "an object" if kind is dict else "text"

    for n, item in enumerate(fields):
        check_fields(item, {"Name": check_filled, "Value": check_value}, {}, f"{path}.{n}.", errors)
