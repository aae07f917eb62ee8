"""A backfill from a file, joined: which account, how fast, where it stood."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Final

from pipeline.config.model import Config
from pipeline.domain.lifecycle import Pace
from pipeline.flows.network import Network
from pipeline.operations.backfill.importing import Importing
from pipeline.operations.backfill.lines import Source, Unfit
from pipeline.operations.backfill.position import Position
from pipeline.operations.backfill.taking import Taking
from pipeline.operations.backfill.waits import Waits
from pipeline.operations.backfill.wish import FileReport, FileWish, format_of
from pipeline.polling import Polling

MOST: Final = 200  # on their way at once
CALLS: Final = 3  # of each hand that a target's cap allows: so long does a live order wait behind them


def pace_for(config: Config, network: Network, account: str, asked: int | None) -> Pace:
    """What was asked for; else 200, and less where a target takes few orders a call."""
    limit = asked or MOST
    for name in () if asked else network.targets(account):
        write = network.oms(name).import_orders
        if write is not None:
            limit = min(limit, CALLS * write.batch * config.account(name).in_hand)
    return Pace(account, limit)


def import_file(
    config: Config, network: Network, polling: Polling, account: str, wish: FileWish,
    *, hint: Callable[[str], None], say: Callable[[str], None],
) -> FileReport:  # fmt: skip
    """Raises OSError, Unfit (before anything is stored) and NotAllowed."""
    if not network.targets(account):
        raise Unfit(f"no route carries orders from {account}")
    source, found = Source(wish.path), format_of(wish)
    if wish.form == "raw" and found == "csv":
        raise Unfit("--form raw is for JSON lines: a marketplace's own orders are no table")
    key = None
    if not source.is_stream:
        what = f"{source.path.resolve()}|{found}|{wish.form}|{wish.historic}"
        key = f"{account}:orders:file:{sha256(what.encode()).hexdigest()[:16]}"
    taking = Taking(
        polling=polling, account=config.account(account), title=source.title, form=wish.form, historic=wish.historic
    )
    lease: timedelta = config.limits.lease
    importing = Importing(
        source=source,
        format=found,
        taking=taking,
        position=Position(polling.ledger, account, key),
        waits=Waits(polling.context.gates, network, account, say),
        pace=pace_for(config, network, account, wish.in_flight),
        hint=hint,
        say=say,
        lease=lease.total_seconds(),
    )
    return FileReport(account, source.title, importing.run(restart=wish.restart))
