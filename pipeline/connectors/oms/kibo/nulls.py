"""The nulls of seed 004's example (contracts/oms.md section 5.4.9), where `send_nulls` is set. Pure.

Only the keys that the example itself shows as null. Never `password`: it is not sent in any form (section 5.4.6).
"""

from collections.abc import Mapping
from typing import Any, Final

_ORDER: Final = ("orderID", "orderComment")
_CUSTOMER: Final = ("customerID", "accountCreated")
_ADDRESS: Final = ("addressID", "customerID", "addressLine2", "addressLine3", "latitude", "longitude")
_PRODUCT: Final = ("productID",)
_SPECIFICS: Final = ("externalItemID", "shipping", "shippingTax", "customData")
_PAYMENT: Final = ("orderPaymentID", "paymentMethodID", "paymentType")


def with_nulls(content: Mapping[str, Any]) -> dict[str, Any]:
    """The body with null for what is absent."""
    return {
        **_filled(content, _ORDER),
        "customer": _filled(content["customer"], _CUSTOMER),
        "shippingAddress": _filled(content["shippingAddress"], _ADDRESS),
        "orderItems": [
            {
                "product": _filled(item["product"], _PRODUCT),
                "itemSpecifics": _filled(item["itemSpecifics"], _SPECIFICS),
            }
            for item in content["orderItems"]
        ],
        "orderPayments": [_payment(payment) for payment in content["orderPayments"]],
    }


def _payment(payment: Mapping[str, Any]) -> dict[str, Any]:
    way = payment["paymentMethod"]
    return {
        **_filled(payment, _PAYMENT),
        "paymentMethod": {**way, "billingAddress": _filled(way["billingAddress"], _ADDRESS)},
    }


def _filled(block: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return dict.fromkeys(names) | dict(block)
