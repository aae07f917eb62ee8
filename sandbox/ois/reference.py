"""The tables an order may refer to. That they exist is documented (contracts, OMS 4.2), their columns are not."""

from typing import Any

SHIPPING_AGENTS: tuple[dict[str, Any], ...] = (
    {"Id": "POSTNL", "Name": "PostNL"},
    {"Id": "DHL", "Name": "DHL Parcel"},
    {"Id": "DPD", "Name": "DPD"},
)
PAYMENT_PROVIDERS: tuple[dict[str, Any], ...] = (
    {"Id": "MARKETPLACE", "Name": "Marketplace"},
    {"Id": "ADYEN", "Name": "Adyen"},
)
PAYMENT_OPTIONS: tuple[dict[str, Any], ...] = (
    {"Id": "MARKETPLACE", "Name": "Paid at the marketplace", "PaymentProviderId": "MARKETPLACE"},
    {"Id": "IDEAL", "Name": "iDEAL", "PaymentProviderId": "ADYEN"},
    {"Id": "GIFTCARD", "Name": "Gift card", "PaymentProviderId": "ADYEN"},
)
BRANCHES: tuple[dict[str, Any], ...] = (
    {"Identifier": "B001", "Name": "Amsterdam", "City": "Amsterdam", "CountryCode": "NL"},
    {"Identifier": "B002", "Name": "Utrecht", "City": "Utrecht", "CountryCode": "NL"},
)
COUPONS: tuple[dict[str, Any], ...] = (
    {"Code": "WELCOME10", "Value": 10.0, "Redeemed": False},
    {"Code": "GIFT25", "Value": 25.0, "Redeemed": False},
)
WEBHOOK_TYPES: tuple[dict[str, str], ...] = (
    {"Group": "Order", "Event": "Created"},
    {"Group": "Order", "Event": "Shipped"},
    {"Group": "Order", "Event": "Cancelled"},
    {"Group": "Stock", "Event": "Changed"},
)


def list_keys(table: tuple[dict[str, Any], ...], key: str = "Id") -> frozenset[str]:
    """What an order may refer to."""
    return frozenset(row[key] for row in table)
