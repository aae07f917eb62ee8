"""`python -m sandbox`: the simulators alone."""

import argparse
import sys

from sandbox import (
    EgentaDials,
    KiboDials,
    OctopiaDials,
    OisDials,
    SandboxConfig,
    TecsysDials,
    TransiteoDials,
    die_with_parent,
    serve,
)
from sandbox.copies import REPEATS
from sandbox.fault_sets import FAULT_SETS
from sandbox.oms import NAMES
from sandbox.tecsys.dials import EXAMPLE_ORDER_PATH


def read_arguments(words: list[str] | None = None) -> argparse.Namespace:
    """The command line's options."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Octopia and its OMS, simulated.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--orders", type=int, default=500)
    parser.add_argument("--rate", type=float, help="orders a second; without: all at once")
    parser.add_argument("--plant", type=int, help="invalid orders; without: one in a hundred, at least three")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", choices=list(FAULT_SETS), default="none")
    parser.add_argument("--egenta-mode", choices=["upsert", "insert"], default="upsert")
    parser.add_argument("--oms", choices=NAMES, default="egenta", help="whom the orders are for, beside Egenta")
    parser.add_argument("--repeat", choices=REPEATS, default="insert", help="what a known id does at that OMS")
    parser.add_argument("--ship-after", type=float, default=1.0, help="seconds; negative: never")
    parser.add_argument(
        "--oms-ship-after", type=float, default=-1.0, help="the same for OIS and Tecsys, where shipments are by setting"
    )
    parser.add_argument("--status-share", type=float, default=0.2, help="part of the orders Egenta asks about")
    parser.add_argument("--commit-delay", type=float, default=0.0, help="seconds until an import takes effect")
    parser.add_argument("--token-seconds", type=float, default=7200.0)
    parser.add_argument("--die-with-parent", action="store_true")
    return parser.parse_args(words)


def make_config(options: argparse.Namespace) -> SandboxConfig:
    """The options as a configuration."""
    ships_after = options.oms_ship_after if options.oms_ship_after >= 0 else None
    return SandboxConfig(
        orders=options.orders,
        seed=options.seed,
        rate=options.rate,
        plant=options.plant,
        faults=options.faults,
        oms=options.oms,
        octopia=OctopiaDials(token_seconds=options.token_seconds),
        egenta=EgentaDials(
            mode=options.egenta_mode,
            ship_after_seconds=options.ship_after if options.ship_after >= 0 else None,
            status_question_share=options.status_share,
            commit_delay_seconds=options.commit_delay,
        ),
        kibo=KiboDials(
            repeat=options.repeat,
            commit_delay_seconds=options.commit_delay,
            ship_after_seconds=options.ship_after if options.ship_after >= 0 else None,
        ),
        ois=OisDials(repeat=options.repeat, commit_delay_seconds=options.commit_delay, ship_after_seconds=ships_after),
        tecsys=TecsysDials(
            create_order_path=EXAMPLE_ORDER_PATH,
            repeat=options.repeat,
            commit_delay_seconds=options.commit_delay,
            auto_shipments=ships_after is not None,
            ship_after_seconds=ships_after,
        ),
        transiteo=TransiteoDials(repeat=options.repeat, commit_delay_seconds=options.commit_delay),
    )


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
