"""OIS' settings: those of contracts/oms.md section 6.2."""

from typing import Final

from pipeline.config.setting import Setting

SEED: Final = "seeds/003"
CONTRACT: Final = "contracts/oms.md section"

SETTINGS: Final = (
    Setting(
        name="base_url",
        form="url",
        default="https://ois.divide.nl/",
        meaning="where OIS is; its development environment is https://ois-dev-apim.azure-api.net/",
        source=f"{CONTRACT} 4.1",
    ),
    Setting(
        name="token_path",
        default="authentication/api/v1/Token",
        meaning="where access tokens come from, below base_url",
        source=f"{CONTRACT} 4.1",
    ),
    Setting(name="client_id", form="secret", required=True, meaning="the API client's id", source=f"{CONTRACT} 4.1"),
    Setting(
        name="client_secret", form="secret", required=True, meaning="the API client's secret", source=f"{CONTRACT} 4.1"
    ),
    Setting(
        name="audience",
        required=True,
        meaning="the token's audience; it differs per environment",
        source=f"{CONTRACT} 4.1",
    ),
    Setting(
        name="webshop_code",
        meaning="the webshop, one per currency; OIS recommends it even where there is one",
        source=f"{CONTRACT} 4.1",
    ),
    Setting(
        name="order_path",
        required=True,
        meaning="where orders are posted, below base_url, perhaps with {webshop_code} in it; it is not published: ask"
        " OIS (order/v1/Orders is likely)",
        source=f"{CONTRACT} 4.2",
    ),
    Setting(
        name="lookup_path",
        meaning="where one order is read, such as order/v1/Orders/{identifier}; without it unknown outcomes wait for"
        " a person",
        source=f"{CONTRACT} 4.2",
    ),
    Setting(
        name="explode_quantity",
        form="flag",
        default=True,
        meaning="one OrderLine per unit; off: one per line of the order",
        source=f"{CONTRACT} 4.3.1",
    ),
    Setting(
        name="line_type_form",
        form="choice",
        default="name",
        choices=("name", "number"),
        meaning='LineType as "Article" or as "1"',
        source=f"{SEED}, {CONTRACT} 4.3.2",
    ),
    Setting(
        name="shipping_terms",
        form="texts",
        meaning="ShippingTerms that OIS has configured; unset: left out",
        source=f"{SEED}, {CONTRACT} 4.3.8",
    ),
    Setting(
        name="shipping_agent_service_code",
        meaning="the ShippingAgentServiceCode that OIS has configured; unset: left out",
        source=f"{SEED}, {CONTRACT} 4.3.8",
    ),
    Setting(
        name="coupon_payment_option",
        meaning="the PaymentOptionId of what coupons pay, agreed with OIS; unset: orders paid by coupon are held",
        source=f"{SEED}, {CONTRACT} 4.3.10",
    ),
    Setting(
        name="coupon_code",
        meaning="the Code of what coupons pay: a constant agreed with OIS, not the coupon's own; unset: orders paid by"
        " coupon are held",
        source=f"{CONTRACT} 4.3.10",
    ),
    Setting(
        name="allow_zero_amounts",
        form="flag",
        default=True,
        meaning="prices of 0 are sent; off: they are refused",
        source=f"{CONTRACT} 4.3.5",
    ),
    Setting(
        name="coupon_key",
        default="OrderCouponPayments",
        meaning="the name of the coupons' array, which the documents also write OrderCouponPayment",
        source=f"{SEED}, {CONTRACT} 4.5",
    ),
    Setting(
        name="xprt_limits",
        form="table",
        meaning="over XPRT's limits: field, or fields joined by +, to characters",
        source=f"{SEED}, {CONTRACT} 4.4",
    ),
    Setting(
        name="pickup_name",
        form="choice",
        default="reject",
        choices=("reject", "truncate"),
        meaning="a PickupLocationName that is too long: the order is held, or the name is cut; no other field ever is",
        source=f"{CONTRACT} 4.4",
    ),
    Setting(
        name="webhook_log_poll",
        form="flag",
        default=False,
        meaning="the log of webhooks may be read, and with webhook_pointers shipments come back from it",
        source=f"{CONTRACT} 4.2",
    ),
    Setting(
        name="webhook_pointers",
        form="table",
        meaning="where the log's entries have what we need, for no payload is published: event and the word `shipped`"
        " that it has for a shipment, order_id, number, and optionally status (asked for only), rows, entry_id,"
        " created_at, parcels (the others begin there), carrier, url, shipped_at, lines, line_id, quantity; pointers"
        " as in RFC 6901",
        source=f"{CONTRACT} 4.2",
    ),
    Setting(
        name="webhook_page_size",
        form="integer",
        default=100,
        meaning="entries of a page of the log",
        source=f"{CONTRACT} 4.2",
    ),
)
