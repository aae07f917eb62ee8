"""How far bol's list was read, and which of its orders were: the connector has no other memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import msgspec

from pipeline.connectors.marketplaces.bol.mapping import changed_at
from pipeline.connectors.marketplaces.bol.states import items_of
from pipeline.ports import Ask

HOUR_LESS: Final = timedelta(minutes=50)  # with what a poll takes, below the interval's 60
MOST: Final = 2000  # orders remembered
_ENCODE: Final = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """`newest`: the last change that was seen; `listed`: when the last complete listing began.

    `seen`: mark by id of what was read and may be listed again; `owed`: how often an order that was listed could not
    be read: it is asked for with each listing until it can be.
    """

    newest: datetime | None = None
    listed: datetime | None = None
    seen: dict[str, str] = field(default_factory=dict)
    owed: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, ask: Ask) -> "Cursor":
        """The kept one."""
        return msgspec.json.decode(ask.cursor.partition(" ")[2], type=cls) if ask.cursor else cls()

    def __str__(self) -> str:
        """Its time first: that is what people look at."""
        return f"{self.newest.isoformat() if self.newest else 'none'} {msgspec.json.encode(self).decode()}"

    def since(self, overlap: timedelta) -> datetime | None:
        """Where the next listing begins: `overlap` before what was seen.

        Where nothing has changed for long, that would be hours back, by days and with a call for every 50 orders of
        the day. But whatever had changed by the time of the last complete listing was in it, unless it showed later;
        so it goes back from there, by 50 minutes at least: as far as the interval reaches.
        """
        times = [self.newest - overlap] if self.newest else []
        times += [self.listed - max(overlap, HOUR_LESS)] if self.listed else []
        return max(times, default=None)

    def pruned(self, floor: datetime | None) -> "Cursor":
        """Without what can't be listed again."""
        least = floor - timedelta(seconds=1) if floor else datetime.min.replace(tzinfo=UTC)  # marks are whole seconds
        kept = {order_id: mark for order_id, mark in self.seen.items() if _time_of(mark) >= least}
        if len(kept) > MOST:
            kept = dict(sorted(kept.items(), key=lambda pair: _time_of(pair[1]))[-MOST:])
        return replace(self, seen=kept)


def mark_of(listed: Mapping[str, Any]) -> str:
    """When a listed order changed, and a hash of all that the list says of each of its items."""
    changed = changed_at(listed)
    items = {sha256(_ENCODE(item)).hexdigest()[:8] for item in items_of(listed)}
    return f"{int(changed.timestamp()) if changed else 0}.{'.'.join(sorted(items))}"


def is_known(mark: str, kept: str | None) -> bool:
    """Whether what was read has all that is listed now: a list may leave out items that did not change lately."""
    return kept is not None and set(mark.split(".")[1:]) <= set(kept.split(".")[1:])


def _time_of(mark: str) -> datetime:
    at = int(mark.partition(".")[0])
    return datetime.fromtimestamp(at, UTC) if at else datetime.max.replace(tzinfo=UTC)  # no time: may come any day
