"""The SKU as Transiteo's catalogue knows it, by `sku_template` (contracts/oms.md section 2.3, SKU note). Pure."""

import re
from dataclasses import dataclass
from typing import Final

from pipeline.domain.errors import NotConfigured
from pipeline.domain.order import Line, Order

_PLACE: Final = re.compile(r"\{([^{}]*)\}")
PATHS: Final = {
    "sku": "lines.{n}.sku",
    "product_id": "lines.{n}.product_id",
    "gtin": "lines.{n}.gtin",
    "seller_id": "lines.{n}.seller_id",
    "store_id": "store.id",
    "channel_id": "channel.id",
}


@dataclass(frozen=True, slots=True)
class SkuTemplate:
    """A template whose places are known to exist."""

    text: str
    names: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "SkuTemplate":
        """Raises NotConfigured for a place that there is not, and for a template that names no product."""
        names = tuple(_PLACE.findall(text))
        strange = [name for name in names if name not in PATHS]
        if strange or re.search(r"[{}]", _PLACE.sub("", text)) or not set(names) & {"sku", "product_id", "gtin"}:
            known = ", ".join(f"{{{name}}}" for name in PATHS)
            raise NotConfigured(
                f"sku_template {text!r} can't be used: it takes {known}, and must name the product by one of them"
            )
        return cls(text, names)

    def fill(self, order: Order, line: Line) -> str | None:
        """The SKU, None where a value it needs is absent."""
        values = _values(order, line)
        if not all(values[name] for name in self.names):
            return None
        return _PLACE.sub(lambda place: values[place[1]] or "", self.text)

    def missing(self, order: Order, line: Line, n: int) -> tuple[str, ...]:
        """The canonical paths of what it needs and the order does not have."""
        values = _values(order, line)
        return tuple(PATHS[name].format(n=n) for name in self.names if not values[name])


def _values(order: Order, line: Line) -> dict[str, str | None]:
    return {
        "sku": line.sku,
        "product_id": line.product_id,
        "gtin": line.gtin,
        "seller_id": line.seller_id,
        "store_id": order.store.id,
        "channel_id": order.channel.id,
    }
