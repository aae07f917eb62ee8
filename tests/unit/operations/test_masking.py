from decimal import Decimal
from typing import Any

import pytest

from pipeline.domain.codec import to_fields
from pipeline.operations.masking import mask_raw
from tests.builders import build_order

RAW: dict[str, Any] = {
    "orderId": "2611201432ABCDE",
    "status": "InPreparation",
    "createdAt": "2026-11-20T14:32:05+01:00",
    "totalPrice": {"amount": Decimal("47.70"), "currencyCode": "EUR"},
    "isBusiness": False,
    "freeText": "ring at Mrs Lefèvre's",
    "customer": {"id": "c-88", "reference": "X1"},
    "shippingAddress": {
        "firstName": "Zoé", "lastName": "Lefèvre", "addressLine1": "12bis rue de l'Église", "zipCode": "69003",
        "city": "Lyon", "countryCode": "FR", "stateOrRegion": "Rhône", "code": "door 4711", "phones": ["+33612345678"],
    },
    "lines": [{"sku": "KETTLE-17", "quantity": 2, "title": "Bouilloire", "giftMessage": "Bon anniversaire Zoé"}],
    "sellerReference": "Zoé",
    "phone": 33612345678,
}  # fmt: skip


def test_only_what_is_harmless_for_sure_stays() -> None:
    assert mask_raw(RAW, to_fields(build_order())) == {
        "orderId": "2611201432ABCDE",
        "status": "InPreparation",
        "createdAt": "2026-11-20T14:32:05+01:00",
        "totalPrice": {"amount": Decimal("47.70"), "currencyCode": "EUR"},
        "isBusiness": False,
        "freeText": "***",
        "customer": {"id": "***", "reference": "***"},
        "shippingAddress": {
            "firstName": "***", "lastName": "***", "addressLine1": "***", "zipCode": "***",
            "city": "***", "countryCode": "FR", "stateOrRegion": "Rhône", "code": "***", "phones": ["***"],
        },
        "lines": [{"sku": "KETTLE-17", "quantity": 2, "title": "***", "giftMessage": "***"}],
        "sellerReference": "***",  # a harmless name, yet the value is one that the document holds as personal
        "phone": "***",
    }  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["email", "Buyer_Phone", "FIRSTNAME", "ship_to_name", "postal_code", "houseNumber", "house_number", "line1",
     "vatNumber", "deliveryInstructions", "customerEmailAddress", "CompanyName", "ip", "Ville", "libelle", "telephone"],
)  # fmt: skip
@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: [value], lambda value: {"value": value}])
def test_names_of_many_partners(name: str, wrap: Any) -> None:
    assert "Zoe" not in str(mask_raw({name: wrap("Zoe")}, None))


def test_without_a_document_it_is_no_less_careful() -> None:
    masked = mask_raw(RAW, None)
    assert masked["shippingAddress"]["firstName"] == "***"
    assert masked["sellerReference"] == "Zoé"  # nothing says that this is a name


def test_the_raw_itself_is_not_touched() -> None:
    before = str(RAW)
    mask_raw(RAW, None)
    assert str(RAW) == before


def test_what_is_no_object() -> None:
    assert mask_raw("a whole text", None) == "***"
    assert mask_raw(["a", 1, None], None) == ["***", 1, None]
