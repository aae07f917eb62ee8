"""What `orderpipe call` may ask of Mirakl outside the flows (contracts/marketplaces.md section 5).

Not here, for want of documented bodies: OR13 to OR15 (asynchronous export), ST23 and ST24 (their work is in ST01).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from pipeline.config.setting import Setting
from pipeline.connectors.contract import Operation
from pipeline.connectors.marketplaces.mirakl.mapping import TAX_MODES
from pipeline.connectors.wire import amount, maybe
from pipeline.domain.errors import FieldError, Invalid

_CONTRACT: Final = "contracts/marketplaces.md section 5"
_OPENAPI: Final = "Mirakl's OpenAPI (OR28, OR30, ST11, RE01)"
_ORDER_ID: Final = Setting(name="order_id", required=True, meaning="the order's id, such as Order_00010-A")
_LINE: Final = (
    Setting(name="order_line_id", required=True, meaning="the line's id"),
    Setting(name="amount", form="amount", required=True, meaning="of the goods, in the order's currency and tax mode"),
    Setting(name="shipping_amount", form="amount", default="0", meaning="of the shipping"),
    Setting(name="quantity", form="integer", required=True, meaning="pieces"),
    Setting(name="reason_code", required=True, meaning="one of `reasons`"),
    Setting(name="currency_iso_code", required=True, meaning="the order's currency"),
    Setting(name="order_tax_mode", required=True, choices=tuple(TAX_MODES), meaning="how the amounts are meant"),
    Setting(
        name="taxes", form="table", meaning='JSON: [{"code": "..", "amount": "1.20"}]; needed where the line has some'
    ),
    Setting(name="shipping_taxes", form="table", meaning="the same for the shipping"),
)


def line_content(arguments: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The body of OR28 (`refunds`) or OR30 (`cancelations`) for one line. Raises Invalid with every fault."""
    faults: list[FieldError] = []

    def money(path: str, value: Any) -> Decimal | None:
        found = maybe(amount, str(value))  # what JSON read as a number is exact as text
        if found is None or found < 0:
            faults.append(FieldError(path, "form", "must be an amount such as 12.50"))
        return found

    def taxes(path: str) -> list[dict[str, Any]]:
        listed = arguments.get(path, [])
        if not isinstance(listed, list) or not all(isinstance(tax, dict) and tax.get("code") for tax in listed):
            faults.append(FieldError(path, "form", 'must be a list such as [{"code": "TVA", "amount": "1.20"}]'))
            return []
        return [
            {"code": tax["code"], "amount": money(f"{path}.{n}.amount", tax.get("amount"))}
            for n, tax in enumerate(listed)
        ]

    line = {key: arguments[key] for key in ("order_line_id", "quantity", "currency_iso_code", "reason_code")}
    line |= {key: money(key, arguments[key]) for key in ("amount", "shipping_amount")}
    line |= {"taxes": taxes("taxes"), "shipping_taxes": taxes("shipping_taxes")}
    if arguments["quantity"] < 1:
        faults.append(FieldError("quantity", "form", "must be at least 1"))
    if faults:
        raise Invalid.of(tuple(faults))
    return {name: [line], "order_tax_mode": arguments["order_tax_mode"]}


OPERATIONS: Final = (
    Operation(
        name="order",
        meaning="one order as Mirakl has it (OR11), with its shipments where there may be several",
        arguments=(_ORDER_ID,),
        source=_CONTRACT,
        run=lambda client, arguments: (row := client.get(arguments["order_id"])) and row.raw,
    ),
    Operation(
        name="shipments",
        meaning="the shipments of an order (ST11), where the operator enables several",
        arguments=(_ORDER_ID,),
        source=f"{_CONTRACT}; {_OPENAPI}",
        run=lambda client, arguments: client.shipments(arguments["order_id"]),
    ),
    Operation(
        name="carriers",
        meaning="the carriers of this operator (SH21); Mirakl wants this asked once a day",
        source=_CONTRACT,
        run=lambda client, _: client.carriers(),
    ),
    Operation(
        name="reasons",
        meaning="why a shop may cancel, or refund (RE02)",
        arguments=(Setting(name="type", meaning="REFUND, CANCELATION, ...; else cancel_reason_type"),),
        source=_CONTRACT,
        run=lambda client, arguments: client.reasons(arguments.get("type")),
    ),
    Operation(
        name="refund",
        meaning="refund a line, or a part of it (OR28)",
        arguments=_LINE,
        changes=True,
        undoable=False,
        source=f"{_CONTRACT}; {_OPENAPI}",
        run=lambda client, arguments: client.refund_lines(line_content(arguments, "refunds")),
    ),
    Operation(
        name="cancel_line",
        meaning="cancel a line, or a part of it, by amounts (OR30)",
        arguments=_LINE,
        changes=True,
        undoable=False,
        source=f"{_CONTRACT}; {_OPENAPI}",
        run=lambda client, arguments: client.cancel_lines(line_content(arguments, "cancelations")),
    ),
)
