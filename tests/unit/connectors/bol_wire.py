"""Orders as bol sends them, for its tests."""

from decimal import Decimal
from typing import Any

from tests.unit.connectors.rig import Partner, client_for, put

CHANGED = "2026-11-22T09:30:00+01:00"  # half an hour before the rig's now


def bol(partner: Partner, **given: Any) -> Any:
    return client_for("bol", partner, **given)


def listed(order_id: str = "1043946570", changed: str = CHANGED, **changes: Any) -> dict[str, Any]:
    """An order of the list: reduced."""
    order: dict[str, Any] = {
        "orderId": order_id,
        "orderPlacedDateTime": "2026-11-22T09:25:00+01:00",
        "orderItems": [
            {
                "orderItemId": f"{order_id}1",
                "ean": "0000007740404",
                "fulfilmentMethod": "FBR",
                "fulfilmentStatus": "OPEN",
                "quantity": 2,
                "quantityShipped": 0,
                "quantityCancelled": 0,
                "cancellationRequest": False,
                "latestChangedDateTime": changed,
            }
        ],
    }
    for path, value in changes.items():
        put(order, path.split("__"), value)
    return order


def item(item_id: str, quantity: int = 2, shipped: int = 0, canceled: int = 0, **changes: Any) -> dict[str, Any]:
    """An item of an order."""
    found: dict[str, Any] = {
        "orderItemId": item_id,
        "cancellationRequest": False,
        "fulfilment": {
            "method": "FBR",
            "distributionParty": "RETAILER",
            "latestDeliveryDate": "2026-11-25",
            "expiryDate": "2026-11-27",
            "timeFrameType": "REGULAR",
        },
        "offer": {"offerId": "6ff736b5-cdd0-4150-8c67-78269ee986f5", "reference": "KETTLE-17"},
        "product": {"ean": "0000007740404", "title": "Waterkoker 1,7 l"},
        "quantity": quantity,
        "quantityShipped": shipped,
        "quantityCancelled": canceled,
        "unitPrice": Decimal("12.99"),
        "totalPrice": Decimal("25.98"),
        "commission": Decimal("5.18"),
        "discounts": [],
        "additionalServices": [],
        "latestChangedDateTime": CHANGED,
    }
    for path, value in changes.items():
        put(found, path.split("__"), value)
    return found


def detail(order_id: str = "1043946570", *items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An order by its id; `changes` are dotted paths with `__` for the dot."""
    person = {
        "salutation": "FEMALE",
        "firstName": "Zoë",
        "surname": "de Vries",
        "streetName": "Keizersgracht",
        "houseNumber": "12",
        "houseNumberExtension": "B",
        "extraAddressInformation": "2e verdieping",
        "zipCode": "1015CN",
        "city": "Amsterdam",
        "countryCode": "NL",
        "email": "2yldzdi2wjcf5ir4sycq7lufqpytxy@verkopen.test",
        "company": "De Vries BV",
    }
    order: dict[str, Any] = {
        "orderId": order_id,
        "orderPlacedDateTime": "2026-11-22T09:25:00+01:00",
        "shipmentDetails": {**person, "deliveryPhoneNumber": "0612345678", "language": "nl"},
        "billingDetails": {
            **person,
            "salutation": "UNKNOWN",
            "vatNumber": "NL999999999B99",
            "kvkNumber": "99887766",
            "orderReference": "MijnReferentie",
        },
        "orderItems": list(items) or [item(f"{order_id}1")],
    }
    for path, value in changes.items():
        put(order, path.split("__"), value)
    return order


def page(*orders: Any) -> dict[str, Any]:
    return {"orders": list(orders)}
