"""A seller at Amazon, and orders as both APIs send them (shapes of orders_2026-01-01.json and ordersV0.json)."""

from typing import Any

from tests.unit.connectors.rig import Partner, client_for, put

FR = "A13V1IB3VIYZZH"
DE = "A1PA6795UKMFR9"
ID = "171-2345678-9012345"


def amazon(partner: Partner, **given: Any) -> Any:
    return client_for("amazon", partner, **given)


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currencyCode": "EUR"}


def amazon_order(order_id: str = ID, **changes: Any) -> dict[str, Any]:
    """Two kettles, to be shipped; `changes` are dotted paths with `__` for the dot."""
    order: dict[str, Any] = {
        "orderId": order_id,
        "orderAliases": [{"aliasId": "S-1", "aliasType": "SELLER_ORDER_ID"}],
        "createdTime": "2026-11-20T13:32:05Z",
        "lastUpdatedTime": "2026-11-21T08:00:00Z",
        "programs": ["PRIME"],
        "salesChannel": {"channelName": "AMAZON", "marketplaceId": FR, "marketplaceName": "Amazon.fr"},
        "buyer": {"buyerName": "Zoé Lefèvre", "buyerEmail": "x1@marketplace.amazon.fr"},
        "recipient": {
            "deliveryAddress": {
                "name": "Zoé de la Fontaine",
                "addressLine1": "12bis rue de l'Église",
                "addressLine2": "",
                "city": "Lyon",
                "postalCode": "69003",
                "countryCode": "fr",
                "phone": "+33 6 12 34 56 78",
                "addressType": "RESIDENTIAL",
            },
            "deliveryPreference": {"dropOffLocation": "Porch", "addressInstruction": "digicode 12"},
        },
        "proceeds": {"grandTotal": euros("41.70")},
        "payment": {"paymentExecutions": [{"paymentMethod": "CreditCard", "paymentAmount": euros("41.70")}]},
        "fulfillment": {
            "fulfillmentStatus": "UNSHIPPED",
            "fulfilledBy": "MERCHANT",
            "fulfillmentServiceLevel": "STANDARD",
            "shipByWindow": {"earliestDateTime": "2026-11-21T00:00:00Z", "latestDateTime": "2026-11-23T22:59:59Z"},
            "deliverByWindow": {"earliestDateTime": "2026-11-25T00:00:00Z", "latestDateTime": "2026-11-28T22:59:59Z"},
        },
        "orderItems": [
            {
                "orderItemId": "L1",
                "quantityOrdered": 2,
                "product": {
                    "asin": "B08C1W5N87",
                    "title": "Bouilloire émaillée 1,7 l",
                    "sellerSku": "KETTLE-17",
                    "condition": {"conditionType": "NEW"},
                    "price": {"unitPrice": euros("19.90")},
                },
                "proceeds": {
                    "proceedsTotal": euros("41.70"),
                    "breakdowns": [
                        {"type": "ITEM", "subtotal": euros("39.80")},
                        {"type": "SHIPPING", "subtotal": euros("4.90")},
                        {"type": "TAX", "subtotal": euros("6.63")},
                        {
                            "type": "DISCOUNT",
                            "subtotal": euros("3.00"),
                            "detailedBreakdowns": [
                                {"subtype": "ITEM", "value": euros("2.00")},
                                {"subtype": "SHIPPING", "value": euros("1.00")},
                            ],
                        },
                    ],
                },
                "promotion": {"breakdowns": [{"promotionId": "NOEL"}]},
                "fulfillment": {"quantityFulfilled": 0, "quantityUnfulfilled": 2},
            }
        ],
    }
    for path, value in changes.items():
        put(order, path.split("__"), value)
    return order


def package(number: str, reference: str = "X", *lines: tuple[str, int]) -> dict[str, Any]:
    """A parcel as 2026-01-01 lists it."""
    items = [{"orderItemId": line, "quantity": quantity} for line, quantity in lines or (("L1", 1),)]
    return {"packageReferenceId": reference, "trackingNumber": number, "carrier": "DPD", "packageItems": items}


def v0_order(order_id: str = ID, **changes: Any) -> dict[str, Any]:
    """The same by v0, without its items."""
    order: dict[str, Any] = {
        "AmazonOrderId": order_id,
        "SellerOrderId": "S-1",
        "PurchaseDate": "2026-11-20T13:32:05Z",
        "LastUpdateDate": "2026-11-21T08:00:00Z",
        "OrderStatus": "Unshipped",
        "FulfillmentChannel": "MFN",
        "SalesChannel": "Amazon.fr",
        "MarketplaceId": FR,
        "ShipmentServiceLevelCategory": "STANDARD",
        "OrderTotal": {"CurrencyCode": "EUR", "Amount": "41.70"},
        "NumberOfItemsShipped": 0,
        "NumberOfItemsUnshipped": 2,
        "PaymentMethod": "Other",
        "PaymentMethodDetails": ["CreditCard"],
        "EarliestShipDate": "2026-11-21T00:00:00Z",
        "LatestShipDate": "2026-11-23T22:59:59Z",
        "EarliestDeliveryDate": "2026-11-25T00:00:00Z",
        "LatestDeliveryDate": "2026-11-28T22:59:59Z",
        "IsPrime": True,
        "IsBusinessOrder": False,
        "ShippingAddress": {
            "Name": "Zoé de la Fontaine",
            "AddressLine1": "12bis rue de l'Église",
            "City": "Lyon",
            "PostalCode": "69003",
            "CountryCode": "FR",
            "Phone": "+33 6 12 34 56 78",
            "AddressType": "Residential",
        },
        "BuyerInfo": {"BuyerName": "Zoé Lefèvre", "BuyerEmail": "x1@marketplace.amazon.fr"},
    }
    for path, value in changes.items():
        put(order, path.split("__"), value)
    return order


def v0_item(**changes: Any) -> dict[str, Any]:
    item: dict[str, Any] = {
        "ASIN": "B08C1W5N87",
        "OrderItemId": "L1",
        "SellerSKU": "KETTLE-17",
        "Title": "Bouilloire émaillée 1,7 l",
        "QuantityOrdered": 2,
        "QuantityShipped": 0,
        "ItemPrice": {"CurrencyCode": "EUR", "Amount": "39.80"},
        "ShippingPrice": {"CurrencyCode": "EUR", "Amount": "4.90"},
        "ItemTax": {"CurrencyCode": "EUR", "Amount": "6.63"},
        "PromotionDiscount": {"CurrencyCode": "EUR", "Amount": "2.00"},
        "ShippingDiscount": {"CurrencyCode": "EUR", "Amount": "1.00"},
        "PromotionIds": ["NOEL"],
        "ConditionId": "NEW",
    }
    for path, value in changes.items():
        put(item, path.split("__"), value)
    return item


def answered(order: dict[str, Any]) -> dict[str, Any]:
    """As getOrder of 2026-01-01 wraps it."""
    return {"order": order}
