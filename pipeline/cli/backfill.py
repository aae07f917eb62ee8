"""`orderpipe backfill`: orders of a range of time from a marketplace, or from a file."""

from datetime import datetime
from typing import Any, Final

import click

from pipeline.cli.errors import DONE, FAILED
from pipeline.cli.fetch import print_report
from pipeline.cli.printing import print_json, say
from pipeline.cli.session import Session, Verb, check_account, json_option, pass_session, read_time
from pipeline.config.model import Config


@click.command(cls=Verb)
@click.argument("account")
@click.option("--since", type=read_time, metavar="T", help="From the marketplace: changed since; a time, or 2d.")
@click.option("--until", type=read_time, metavar="T", help="Changed before; default now.")
@click.option("--file", "path", metavar="PATH", help="From a file, .gz too; - is standard input.")
@click.option("--format", "format_", type=click.Choice(["jsonl", "csv"]), help="Of the file; default by its name.")
@click.option(
    "--form",
    type=click.Choice(["canonical", "raw"]),
    default="canonical",
    show_default=True,
    help="raw: JSON lines as the marketplace itself writes its orders.",
)
@click.option("--historic", is_flag=True, help="Push what is over, or older than the account's start, as history.")
@click.option(
    "--in-flight",
    type=click.IntRange(1, 5000),
    metavar="N",
    help="So many on their way at once, at most; default 200, fewer where an OMS takes one order a call.",
)
@click.option("--restart", is_flag=True, help="Read the file from its beginning, wherever it stood.")
@json_option
@pass_session
def backfill(session: Session, /, account: str, as_json: bool, **asked: Any) -> int:
    """Orders of the past: a range from a marketplace, or a file. Live orders go on beside it.

    Broken off (Ctrl-C, a crash), the same command goes on where it stopped; what is known is not sent twice. It waits
    while ACCOUNT, or every target of its routes, is paused. ACCOUNT is the marketplace account whose orders these
    are: its routes, defaults and maps apply.

    A file has one canonical order per line (JSON lines), or a table (CSV) whose header has canonical paths: id,
    purchased_at, lines.0.sku. With columns such as lines.*.sku each row is one line of its order, the rows of an order
    standing together. A line that can't be read is told, kept as a dead document, and makes the exit code 1.

    Without --historic, orders that are shipped or canceled are stored and sent to nobody. With it, these and orders
    bought before the account's start go to the targets that take history, and no marketplace hears of them.

    \b
    Example:  orderpipe backfill cdiscount-fr --since 2026-11-20 --until 2026-11-21
              orderpipe backfill cdiscount-fr --file orders-2025.csv --historic
              zstdcat old.zst | orderpipe backfill cdiscount-fr --file - --format jsonl
    """
    since, path = asked["since"], asked["path"]
    if (since is None) == (path is None):
        raise click.UsageError("say --since T (from the marketplace) or --file PATH, one of them")
    config = session.config()
    check_account(config, account)
    if account not in config.marketplaces:
        names = ", ".join(sorted({route.source for route in config.routes if account in route.to}))
        raise click.UsageError(f"{account} is an OMS; name the marketplace account whose orders these are: {names}")
    if path is None:
        return _range(session, config, account, as_json, **asked)
    if asked["until"] is not None:
        raise click.UsageError("--until goes with --since: a file is read whole")
    return _file(session, config, account, as_json, asked)


def _range(
    session: Session,
    config: Config,
    account: str,
    as_json: bool,
    *,
    since: datetime,
    until: datetime | None,
    historic: bool,
    in_flight: int | None,
    **of_files: Any,
) -> int:
    if of_files["format_"] or of_files["form"] != "canonical" or of_files["restart"]:
        raise click.UsageError("--format, --form and --restart go with --file")
    if since >= (until or session.now()):
        raise click.UsageError("--since must be before --until (and before now)")
    with session.desk(config) as desk:
        report = desk.backfill(account, since, until, say, historic=historic, in_flight=in_flight)
        return print_report(report, as_json)


def _file(session: Session, config: Config, account: str, as_json: bool, asked: dict[str, Any]) -> int:
    from pipeline.operations.backfill.wish import FileWish  # pulls in the whole product; `--help` must not wait

    wish = FileWish(
        path=asked["path"],
        format=asked["format_"],
        form=asked["form"],
        historic=asked["historic"],
        in_flight=asked["in_flight"],
        restart=asked["restart"],
    )
    with session.desk(config) as desk:
        report = desk.backfill_file(account, wish, say)
    if as_json:
        print_json(report.details)
    else:
        click.echo(report.text)
    if report.empty:
        say("there is no order in it")
    return FAILED if report.died or report.empty else DONE


VERBS: Final = (backfill,)
