"""`orderpipe reconcile`: whether marketplace, ledger and OMS agree."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import click

from pipeline.cli.errors import DONE, FAILED
from pipeline.cli.printing import plain, print_json, print_table, say
from pipeline.cli.session import Session, Verb, json_option, pass_session, read_time

SUMS: Final = ("account", "kind", "matched", "missing", "extra", "different", "unclear", "fetched", "note")
SHOWN: Final = 20


@click.command(cls=Verb)
@click.option("--since", type=read_time, metavar="T", help="From then on: a time, or 2d; default one day ago.")
@click.option("--fetch", is_flag=True, help="Bring in what the ledger lacks, as a poll would have.")
@json_option
@pass_session
def reconcile(session: Session, since: datetime | None, fetch: bool, as_json: bool) -> int:
    """Compare marketplace, ledger and OMS: matched, missing, extra, different; and each day's books.

    \b
    missing    the ledger lacks an order of the marketplace, or an OMS one that it was given
    extra      the ledger has an order that the marketplace does not know
    different  the marketplace has a version that the ledger has not seen
    residual   documents of a day that are in no place at all
    Exit code 1: something differs. Reads only, unless --fetch.

    \b
    Example:  orderpipe reconcile --since 2d --fetch
    """
    with session.desk() as desk:
        found = desk.reconcile(since or session.now() - timedelta(days=1), fetch=fetch, progress=say)
    if as_json:
        print_json(found)
    else:
        _print(found)
    if not found["ok"]:
        say("they differ" + (": what was missing has been fetched" if fetch else "; --fetch brings in what is missing"))
    return DONE if found["ok"] else FAILED


def _print(found: Mapping[str, Any]) -> None:
    rows = [[_count(side[name]) for name in SUMS] for side in found["accounts"]]
    print_table(SUMS, rows)
    for side in found["accounts"]:
        for name in ("missing", "extra", "different"):
            for ref in side[name][:SHOWN]:
                click.echo(f"{side['account']}  {name}  {plain(ref)}")
            if len(side[name]) > SHOWN:
                click.echo(f"{side['account']}  {name}  and {len(side[name]) - SHOWN} more (--json lists all)")
    if found["days"]:
        columns = list(dict.fromkeys(name for day in found["days"] for name in day if name != "residual"))
        columns.append("residual")
        click.echo()
        print_table(columns, [[day.get(name, 0) for name in columns] for day in found["days"]])


def _count(value: Any) -> Any:
    return len(value) if isinstance(value, list) else value


VERBS: Final = (reconcile,)
