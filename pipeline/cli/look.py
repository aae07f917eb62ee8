"""What looks: status, orders, show, causes, connectors, check, doctor."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import click

from pipeline.cli.catalogue import connectors
from pipeline.cli.errors import DONE, FAILED
from pipeline.cli.filters import filters
from pipeline.cli.printing import age, print_json, print_section, print_table, say
from pipeline.cli.session import Session, Verb, json_option, pass_session, who_option

COLUMNS: Final = ("ref", "target", "stage", "condition", "attempts", "age", "cause")


@click.command(cls=Verb)
@json_option
@pass_session
def status(session: Session, as_json: bool) -> int:
    """Where everything stands: counts, the oldest due, gates, cursors, the nearest deadlines.

    \b
    Example:  orderpipe status --json | jq .unsettled
    """
    with session.desk() as desk:
        found = desk.status()
    if as_json:
        print_json(found)
        return DONE
    oldest = found.get("oldest_due_seconds")
    words = f"settled {found.get('settled', 0)}, unsettled {found.get('unsettled', 0)}"
    click.echo(words if oldest is None else f"{words}, oldest due {oldest} s")
    first = ("counts", "lanes", "gates", "cursors")
    rest = [name for name in found if name not in (*first, "settled", "unsettled", "oldest_due_seconds")]
    for name in (*first, *rest):
        print_section(name.replace("_", " "), found.get(name))
    return DONE


@click.command(cls=Verb)
@click.argument("ids", nargs=-1, metavar="[ID...]")
@filters()
@click.option("--sort", type=click.Choice(["deadline"]), help="The nearest deadline first.")
@json_option
@pass_session
def orders(session: Session, /, ids: tuple[str, ...], sort: str | None, as_json: bool, **wanted: Any) -> int:
    """What is unfinished; by ID (the marketplace's, the OMS's or a reference) also what is finished.

    One row per delivery; with --json one object per line.

    \b
    Example:  orderpipe orders --condition dead --account cdiscount-fr --since 2h
              orderpipe orders 2411211530ABCDE --json
    """
    count = 0
    with session.desk() as desk:
        rows = desk.orders(ids=ids, sort=sort, **wanted)
        if as_json:
            for count, row in enumerate(rows, 1):  # noqa: B007 - counted while they pass, there may be many
                print_json(row, indent=None)
        else:
            now = session.now()
            columns = (*COLUMNS, "deadline") if sort else COLUMNS
            table = [[_cell(row, column, now) for column in columns] for row in rows]
            count = len(table)
            if table:
                print_table(columns, table)
    if not count:
        say("nothing found" if ids or any(wanted.values()) else "nothing is unfinished")
        return FAILED
    return DONE


def _cell(row: Mapping[str, Any], column: str, now: datetime) -> Any:
    if column == "age":
        return age(row.get("received_at"), now)
    if column == "cause":
        return (row.get("error") or {}).get("cause")
    return row.get(column)


@click.command(cls=Verb)
@click.argument("ref")
@click.option("--reveal", is_flag=True, help="Personal data unmasked; this is audited.")
@who_option
@json_option
@pass_session
def show(session: Session, ref: str, reveal: bool, who: str, as_json: bool) -> int:
    """Everything about one document: deliveries, errors by field, timeline, and its content.

    \b
    Example:  orderpipe show orders:cdiscount-fr:2411211530ABCDE
    """
    with session.desk() as desk:
        found = desk.show(ref, reveal=reveal, who=who)
    if found is None:
        say(f"{ref}: not found; `orderpipe orders ID` looks for a document by any id")
        return FAILED
    if as_json:
        print_json(found)
        return DONE
    click.echo(found.get("ref", ref))
    deliveries = found.get("deliveries") or []
    print_section("deliveries", [{k: v for k, v in row.items() if k != "error"} for row in deliveries])
    for row in deliveries:
        error = row.get("error")
        if error:
            step, kind, words = error.get("step"), error.get("kind"), error.get("message")
            print_section(f"error of {row.get('target') or 'the document'}", f"{step} {kind}: {words}")
            print_section("fields", error.get("fields"))
    for target, body in (found.get("would_send") or {}).items():
        print_section(f"would be sent to {target}, were its route live", json.dumps(body, ensure_ascii=False))
    for name in ("overrides", "document", "raw", "timeline"):
        print_section(name, found.get(name))
    return DONE


@click.command(cls=Verb)
@filters(cause=False)
@json_option
@pass_session
def causes(session: Session, /, as_json: bool, **wanted: Any) -> int:
    """What is failing, grouped by cause, the most frequent first.

    \b
    Example:  orderpipe causes --condition dead
              orderpipe replay --condition dead --cause FINGERPRINT
    """
    with session.desk() as desk:
        found = list(desk.causes(**wanted))
    if as_json:
        print_json(found)
    elif found:
        columns = ("fingerprint", "count", "step", "kind", "cause", "oldest", "refs")
        now = session.now()
        rows = [
            [age(row.get("oldest"), now) if c == "oldest" else _sample(row.get(c)) for c in columns] for row in found
        ]
        print_table(columns, rows)
    if not found:
        say("nothing is failing")
        return FAILED
    return DONE


def _sample(value: Any) -> Any:
    return ", ".join(map(str, value[:3])) if isinstance(value, (list, tuple)) else value


@click.command(cls=Verb)
@json_option
@pass_session
def check(session: Session, as_json: bool) -> int:
    """Read the configuration, naming everything that is wrong, and try each credential. Changes nothing at a partner.

    Exit code 2: the configuration is wrong; 1: a credential fails.

    \b
    Example:  orderpipe check --config orderpipe.toml
    """
    config = session.config()
    counts = f"marketplaces {len(config.marketplaces)}, OMS {len(config.oms)}, routes {len(config.routes)}"
    say(f"{config.path}: in order ({counts}); trying the credentials")
    return _print_checks(list(session.check(config)), as_json, ("account", "ok", "message"))


@click.command(cls=Verb)
@click.option("--rebuild", is_flag=True, help="Make indexes and counts say again what the records say.")
@json_option
@pass_session
def doctor(session: Session, rebuild: bool, as_json: bool) -> int:
    """Are Redis and Celery set up so as to be safe, and does everybody work? Each line with its fix.

    \b
    Looks at: Redis (durability, persistence, memory, eviction), beat, workers, their versions and clocks, a canary
    through each queue, and whether the ledger's indexes and counts say what its records say.
    Exit code 1: something is wrong.

    \b
    Example:  orderpipe doctor
    """
    with session.desk() as desk:
        found = list(desk.doctor(rebuild=rebuild))
    return _print_checks(found, as_json, ("check", "ok", "message", "fix"))


def _print_checks(found: list[Mapping[str, Any]], as_json: bool, columns: tuple[str, ...]) -> int:
    if as_json:
        print_json(found)
    elif found:
        print_table(columns, [[row.get(column) for column in columns] for row in found])
    failed = sum(1 for row in found if not row.get("ok"))
    if failed:
        say(f"{failed} of {len(found)} failed")
    return FAILED if failed else DONE


VERBS: Final = (status, orders, show, causes, connectors, check, doctor)
