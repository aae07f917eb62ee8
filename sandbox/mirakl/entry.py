"""Who may come in, for which shop, how often (contracts, marketplaces section 5: Auth, Rate)."""

import re
from urllib.parse import parse_qsl

from sandbox.exchange import Ask, Refusal, refuse_fields
from sandbox.mirakl.dials import Board
from sandbox.windows import Windows

LOCALE = re.compile("[a-z]{2}(_[A-Z]{2})?")


class Entry:
    """The raw key, the shop, the call frequency of each operation."""

    def __init__(self, board: Board) -> None:
        self.windows = Windows()
        self._board = board

    def check(self, ask: Ask, operation: str) -> None:
        """Refusal 401, 400, 403 or 429, in this order. Too many calls are counted, and no breach."""
        key = ask.headers.get("authorization", "")
        if key != self._board.dials.api_key:
            why = "the key alone, without Bearer" if key.lower().startswith("bearer") else "the shop's API key"
            raise Refusal(401, "Unauthorized", {"Authorization": [why]})
        shop = dict(parse_qsl(ask.query, keep_blank_values=True)).get("shop_id")
        if shop is not None and not (shop.isascii() and shop.isdigit()):
            refuse_fields("Wrong parameters", {"shop_id": ["a whole number"]})
        if shop is not None and int(shop) not in self._board.dials.shops:
            raise Refusal(403, "Not your shop", {"shop_id": ["not one of this user's shops"]})
        limit = self._board.dials.limits.get(operation)
        if limit is None:
            return
        left = self.windows.spend(operation, *limit, ask.now)
        if not left.granted:
            raise Refusal(429, "Too many requests", breach=False, headers=(("retry-after", str(left.reset)),))


def read_params(ask: Ask, known: tuple[str, ...] = (), repeated: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Every value by its name; `shop_id` and `locale` are known everywhere. Refusal names every wrong one."""
    errors: dict[str, list[str]] = {}
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(ask.query, keep_blank_values=True):
        if name not in (*known, *repeated, "shop_id", "locale"):
            errors[name] = ["not documented"]
        elif name in found and name not in repeated:
            errors[name] = ["once"]
        elif not value:
            errors[name] = ["not empty"]
        found.setdefault(name, []).append(value)
    if "locale" in found and not LOCALE.fullmatch(found["locale"][0]):
        errors["locale"] = ["en or en_US"]
    if errors:
        refuse_fields("Wrong parameters", errors)
    return found
