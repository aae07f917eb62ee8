"""`make demo`: the whole system on simulated partners, in a fresh folder, judged by the partners' own books."""

import contextlib
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline import bootstrap
from pipeline.config.model import Config
from pipeline.supervisor.loading import load_config
from pipeline.supervisor.partners import Cast, check_cast, read_books, start_partners, write_config
from pipeline.supervisor.processes import TICK, Supervisor, say
from pipeline.supervisor.repair import Repair, describe_repair, repair_one
from pipeline.supervisor.server import free_port, prepare_data_dir
from pipeline.supervisor.standing import Standing
from pipeline.supervisor.summary import find_differences, write_summary
from pipeline.supervisor.up import flower_url, running
from pipeline.supervisor.whereabouts import CannotStart

INTERRUPTED = 130
STILL = 30.0  # seconds without any change after which nothing will come any more
GRACE = 4.0  # seconds a program gets to stop: nothing here is worth waiting for


def run_demo(
    *,
    orders: int,
    faults: str,
    cast: Cast,
    rate: float | None = None,
    keep: bool = False,
    data_dir: Path = Path(".orderpipe"),
) -> int:
    """0 when all orders are settled and both sides agree, 1 when not, 2 when it can't start, 130 after Ctrl-C."""
    folder = data_dir.resolve() / f"demo-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    supervisor = Supervisor()
    supervisor.heed_signals()
    try:
        check_cast(cast)
        prepare_data_dir(folder)
        partners = start_partners(supervisor, folder, cast, orders=orders, faults=faults, rate=rate)
        path = write_config(folder, partners, free_port(), cast)
        config = load_config(path)
        say(f"config: {path}\nsandbox: {partners}\nflower: {flower_url(config)}")
        with running(config, supervisor, logs=folder / "logs", grace=GRACE) as whole:
            return _follow(whole, supervisor, partners, keep)
    except CannotStart as obstacle:
        say(f"orderpipe demo: {obstacle}")
        return INTERRUPTED if supervisor.signals else 2
    finally:
        supervisor.stop(grace=GRACE)


def _follow(config: Config, supervisor: Supervisor, partners: str, keep: bool) -> int:
    began = time.monotonic()
    with contextlib.closing(bootstrap.open_desk(config)) as desk:
        standing, repair = _watch(config, desk, supervisor, partners, began)
        if standing is None:
            return INTERRUPTED
        repaired = describe_repair(desk, repair)
    differences = list(find_differences(standing))
    if repaired is None or "NOT" in repaired:
        differences.append("no planted order was repaired and acknowledged")
    seconds = time.monotonic() - began
    sys.stdout.write(write_summary(standing, repaired=repaired, differences=differences, seconds=seconds) + "\n")
    sys.stdout.flush()
    if keep:
        say("still running; Ctrl-C stops")
        supervisor.watch()
    elif supervisor.signals:
        return INTERRUPTED
    return 1 if differences else 0


def _watch(
    config: Config, desk: Any, supervisor: Supervisor, partners: str, began: float
) -> tuple[Standing | None, Repair | None]:
    """One line a second until everything is settled or nothing moves any more; (None, ...) after Ctrl-C."""
    names = {name: account.connector for name, account in config.accounts.items()}
    repair: Repair | None = None
    mark: object = None
    moved = time.monotonic()
    while not supervisor.signals:
        status, books = desk.status(), read_books(partners)
        dead = [row for row in desk.orders(condition="dead") if row["flow"] == "orders"]
        standing = Standing(status, books, names, dead)
        now = time.monotonic()
        say(f"{now - began:5.0f} s  {standing.line or 'nothing fetched yet'}")
        if repair is None:
            repair = repair_one(desk, standing)
            if repair:
                say(f"         dead as planted: {repair.ref}: {', '.join(repair.paths)} set, sent again")
        elif standing.settled and standing.has_arrived(repair.id, repair.marketplace):
            return standing, repair
        if standing.mark != mark:
            mark, moved = standing.mark, now
        elif standing.all_placed and now - moved > STILL:
            say(f"nothing has moved for {STILL:.0f} s")
            return standing, repair
        while time.monotonic() < now + 1 and not supervisor.signals:
            supervisor.look()
            time.sleep(TICK)
    return None, repair
