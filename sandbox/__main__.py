"""`python -m sandbox`: the simulators alone."""

import argparse
import sys
from dataclasses import fields, replace
from typing import Any

from sandbox import SandboxConfig, die_with_parent, serve
from sandbox.copies import REPEATS
from sandbox.fault_sets import NAMES
from sandbox.marketplaces import MARKETPLACES, find_marketplace
from sandbox.oms import OMS, find_oms
from sandbox.routing import choose_fulfillers, lay_routes, read_names, read_routes


def read_arguments(words: list[str] | None = None) -> argparse.Namespace:
    """The command line's options. Exits with 2 for what there is not."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Marketplaces and OMS, simulated.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--marketplace", action="append", help=f"several, or by commas: {', '.join(MARKETPLACES)}")
    parser.add_argument("--oms", action="append", help=f"several, or by commas: {', '.join(OMS)}")
    parser.add_argument("--route", action="append", default=[], help="MARKETPLACE=OMS,OMS; without: each to all")
    parser.add_argument("--orders", type=int, default=500, help="shared out over the marketplaces")
    parser.add_argument("--rate", type=float, help="orders a second; without: all at once")
    parser.add_argument("--plant", type=int, help="invalid orders; without: one in a hundred, at least three")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", choices=NAMES, default="none")
    parser.add_argument("--egenta-mode", choices=["upsert", "insert"], default="upsert")
    parser.add_argument("--repeat", choices=REPEATS, default="insert", help="what a known id does at another OMS")
    parser.add_argument("--ship-after", type=float, default=1.0, help="Egenta, Kibo: seconds; negative: never")
    parser.add_argument(
        "--oms-ship-after", type=float, default=-1.0, help="the same for OIS and Tecsys, where shipments are by setting"
    )
    parser.add_argument("--status-share", type=float, default=0.2, help="part of the orders Egenta asks about")
    parser.add_argument("--commit-delay", type=float, default=0.0, help="seconds until an import takes effect")
    parser.add_argument("--token-seconds", type=float, default=7200.0, help="how long a marketplace's tokens hold")
    parser.add_argument("--die-with-parent", action="store_true")
    options = parser.parse_args(words)
    if options.rate is not None and options.rate <= 0:
        parser.error("--rate is above 0")
    options.marketplace = read_names(options.marketplace or ["octopia"])
    options.oms = read_names(options.oms or ["egenta"])
    try:
        options.route = read_routes(options.route)
        for name in options.marketplace:
            find_marketplace(name)
        for name in options.oms:
            find_oms(name)
        lay_routes(options.marketplace, options.oms, options.route)
    except ValueError as fault:
        parser.error(str(fault))
    return options


def make_config(options: argparse.Namespace) -> SandboxConfig:
    """The options as a configuration."""
    for_markets = {"token_seconds": options.token_seconds}
    for_oms = {"repeat": options.repeat, "commit_delay_seconds": options.commit_delay}
    for_egenta = {"mode": options.egenta_mode, "status_question_share": options.status_share}
    dials = {name: _set(find_marketplace(name), for_markets) for name in options.marketplace}
    after = {name: _read_seconds(options, find_oms(name).ships) for name in options.oms}
    able = [name for name in options.oms if after[name] is not None]
    shipping = choose_fulfillers(lay_routes(options.marketplace, options.oms, options.route), able)
    for name in options.oms:
        wishes = for_oms | (for_egenta if name == "egenta" else {}) | {"ship_after_seconds": None}
        if name in shipping:
            wishes |= {"ship_after_seconds": after[name], **find_oms(name).shipping}
        dials[name] = _set(find_oms(name), wishes)
    return SandboxConfig(
        orders=options.orders,
        seed=options.seed,
        rate=options.rate,
        plant=options.plant,
        faults=options.faults,
        marketplaces=options.marketplace,
        oms=options.oms,
        routes=options.route,
        dials=dials,
    )


def _read_seconds(options: argparse.Namespace, ships: str) -> float | None:
    seconds = {"always": options.ship_after, "asked": options.oms_ship_after}.get(ships, -1.0)
    return seconds if seconds >= 0 else None


def _set(row: Any, wishes: dict[str, Any]) -> Any:
    """The row's dials for a trial; of the wishes, those that it has."""
    dials = replace(row.dials(), **row.trial)
    known = {one.name for one in fields(dials)}
    return replace(dials, **{name: wish for name, wish in wishes.items() if name in known})


def main(words: list[str] | None = None) -> int:
    """Serve until told to stop; 2 where the port can't be had."""
    options = read_arguments(words)
    if options.die_with_parent:
        die_with_parent()
    try:
        serve(make_config(options), options.host, options.port)
    except OSError as fault:
        sys.stderr.write(f"sandbox: can't listen on {options.host}:{options.port}: {fault.strerror}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
