"""What Kibo has shipped, page by page, by the marketplaces' ids (contracts/oms.md section 5.8; off by default)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import islice
from typing import Any, Final

import msgspec

from pipeline.connectors.answers import Answer
from pipeline.connectors.http import Http
from pipeline.connectors.oms.kibo.answers import rows_in
from pipeline.connectors.oms.kibo.parcels import has_left, marketplace_id, own_id
from pipeline.connectors.paging import Place, mark_of
from pipeline.ports import Ask, Page, Row

ORDERS: Final = "order/"
SHIPMENTS: Final = "shipment/"
IDS: Final = 20  # orders asked for in one call, by commas
PAGES: Final = 10  # of the answer to such a call: a server that ignores the filter lists everybody's
_ENCODE: Final = msgspec.json.Encoder(decimal_format="number", order="sorted").encode
_Rows = Sequence[Mapping[str, Any]]


class Shipped:
    """Lists shipments. `search(path, page, filters)` asks for one page of this manufacturer's."""

    def __init__(self, http: Http, search: Callable[[str, int, Mapping[str, Any]], Answer]) -> None:
        self._http = http
        self._search = search

    def page(self, ask: Ask) -> Page:
        """A page's orders, each with all of its shipments, once all of them have left.

        Nothing is published by which only changed ones could be asked for: each poll reads all. Besides the page at
        most one search by orderID for each 20 orders of it, and one more where shipments do not name the
        marketplace's id. Raises Unreadable where these do not give what was asked for.
        """
        place = Place.of(ask)
        with self._http.within():
            rows, total = rows_in(self._search(SHIPMENTS, place.index, {}))
            mark = mark_of((str(index), sha256(_ENCODE(row)).hexdigest()) for index, row in enumerate(rows))
            if not rows or mark in place.seen:
                return Page(rows=[])
            whole = place.index == 1 and total == len(rows)  # no shipment of these orders is on another page
            own = list(dict.fromkeys(filter(None, map(own_id, rows))))
            every = rows if whole else self._by_order(SHIPMENTS, own)
            nameless = [one for one in own if not any(own_id(row) == one and marketplace_id(row) for row in every)]
            names = {own_id(row): marketplace_id(row) for row in self._by_order(ORDERS, nameless)}
        following = None if whole else place.after(mark, None, None, ())
        unreadable = [_ENCODE(row) for row in rows if own_id(row) is None]
        found: dict[str, list[Mapping[str, Any]]] = {}
        for one in own:
            mine = sorted((row for row in every if own_id(row) == one), key=_number)
            name = next(filter(None, map(marketplace_id, mine)), None) or names.get(one)
            if name is None:  # of an order that Kibo itself does not find, or that came without an id
                unreadable += [_ENCODE(row) for row in mine]
            else:
                found.setdefault(name, []).extend(mine)
        listed = [Row(id=name, raw={"order_id": name, "rows": mine}) for name, mine in found.items() if has_left(mine)]
        return Page(rows=listed, page=str(following) if following else None, unreadable=unreadable)

    def _by_order(self, path: str, ids: Sequence[str]) -> list[Mapping[str, Any]]:
        """The rows of these orders over all pages, by exact match of their orderID."""
        found: list[Mapping[str, Any]] = []
        for chunk in _chunks(ids, IDS):
            seen: set[str] = set()
            for page in range(1, PAGES + 1):
                answer = self._search(path, page, {"orderID": ",".join(chunk)})
                rows, total = rows_in(answer)
                fresh = {sha256(_ENCODE(row)).hexdigest(): row for row in rows}
                found += [row for mark, row in fresh.items() if mark not in seen and own_id(row) in chunk]
                before = len(seen)
                seen |= fresh.keys()
                if not rows or total == len(seen):
                    break
                if len(seen) == before or page == PAGES:
                    raise answer.unclear("not all that a search by orderID finds")
        return found


def _number(row: Mapping[str, Any]) -> str:
    """The same order of shipments whichever page lists them, so that they are no news."""
    return str(row.get("shipmentID")).rjust(20, "0")


def _chunks(ids: Iterable[str], size: int) -> Iterator[list[str]]:
    left = iter(ids)
    while chunk := list(islice(left, size)):
        yield chunk
