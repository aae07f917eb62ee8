"""An operator's acts: edit, hold, release, refuse, discard, forget, resolve, pause, resume. All are in the timeline."""

import sys
from typing import Final

import click

from pipeline.cli.desk import Acted
from pipeline.cli.errors import DONE, FAILED
from pipeline.cli.printing import plain, print_json, say
from pipeline.cli.session import Session, Verb, check_account, json_option, pass_session, who_option

REASON: Final = click.option("--reason", default="", metavar="TEXT", help="Why; kept in the timeline.")
REFS: Final = click.argument("refs", nargs=-1, required=True, metavar="REF...")


def split_pair(text: str, what: str) -> tuple[str, str]:
    """`NAME=VALUE`; the value may hold further `=`."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise click.UsageError(f"{plain(text)!r} is not {what}")
    return name.strip(), value


@click.command(cls=Verb)
@click.argument("ref")
@click.option("--set", "pairs", multiple=True, required=True, metavar="PATH=VALUE", help="May be repeated.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept in the timeline.")
@who_option
@pass_session
def edit(session: Session, ref: str, pairs: tuple[str, ...], reason: str, who: str) -> int:
    """Override fields of a document. PATH as in the error's fields; VALUE is JSON if it parses, else text.

    It does not send: `orderpipe replay REF` does.

    \b
    Example:  orderpipe edit orders:cdiscount-fr:A1 --set shipping_address.phone=+33612345678 --reason "buyer called"
    """
    settings: dict[str, str] = {}
    for pair in pairs:
        path, value = split_pair(pair, "PATH=VALUE, as in shipping_address.city=Lyon")
        if path in settings:
            raise click.UsageError(f"--set {path} is given twice")
        settings[path] = value
    with session.desk() as desk:
        desk.edit(ref, settings, reason, who)
    say(f"edited {', '.join(settings)}; send it with `orderpipe replay {ref}`")
    return DONE


@click.command(cls=Verb)
@REFS
@REASON
@who_option
@json_option
@pass_session
def hold(session: Session, refs: tuple[str, ...], reason: str, who: str, as_json: bool) -> int:
    """Keep documents from going on until `orderpipe release`.

    \b
    Example:  orderpipe hold orders:cdiscount-fr:A1 --reason "fraud check"
    """
    with session.desk() as desk:
        return print_acts(desk.hold(refs, reason, who), "held", as_json)


@click.command(cls=Verb)
@REFS
@REASON
@who_option
@json_option
@pass_session
def release(session: Session, refs: tuple[str, ...], reason: str, who: str, as_json: bool) -> int:
    """Let held documents go on.

    \b
    Example:  orderpipe release orders:cdiscount-fr:A1 --reason "checked"
    """
    with session.desk() as desk:
        return print_acts(desk.release(refs, reason, who), "released", as_json)


@click.command(cls=Verb)
@REFS
@REASON
@who_option
@json_option
@pass_session
def discard(session: Session, refs: tuple[str, ...], reason: str, who: str, as_json: bool) -> int:
    """End documents here without sending them. The marketplace is not told; `refuse` tells it.

    \b
    Example:  orderpipe discard orders:cdiscount-fr:A1@egenta-cdiscount --reason "entered by hand"
    """
    with session.desk() as desk:
        return print_acts(desk.discard(refs, reason, who), "discarded", as_json)


@click.command(cls=Verb)
@REFS
@REASON
@who_option
@json_option
@pass_session
def refuse(session: Session, refs: tuple[str, ...], reason: str, who: str, as_json: bool) -> int:
    """Refuse orders at their marketplace, where it can be told so.

    \b
    Example:  orderpipe refuse orders:cdiscount-fr:A1 --reason "out of stock"
    """
    with session.desk() as desk:
        return print_acts(desk.refuse(refs, reason, who), "refused", as_json)


def print_acts(acted: Acted, verb: str, as_json: bool) -> int:
    """What was done on stdout, what was not and why on stderr."""
    if as_json:
        refused = [{"ref": ref, "why": why} for ref, why in acted.refused]
        print_json({"done": list(acted.done), "refused": refused})
    else:
        for ref in acted.done:
            click.echo(plain(ref))
        for ref, why in acted.refused:
            say(f"{plain(ref)}: {why}")
    say(f"{len(acted.done)} {verb}" + (f", {len(acted.refused)} not" if acted.refused else ""))
    return DONE if acted.done and not acted.refused else FAILED


@click.command(cls=Verb)
@click.argument("ref")
@click.option("--found", metavar="ID", help="The partner has it, under this id: the push ends with it as receipt.")
@click.option("--absent", is_flag=True, help="The partner does not have it: it is sent again.")
@REASON
@who_option
@pass_session
def resolve(session: Session, ref: str, found: str | None, absent: bool, reason: str, who: str) -> int:
    """Settle an unknown outcome after looking at the partner's own screen.

    \b
    Example:  orderpipe resolve orders:cdiscount-fr:A1@egenta-cdiscount --found 884213
    """
    if (found is None) == (not absent):
        raise click.UsageError("say either --found ID or --absent")
    if found is not None and not found.strip():
        raise click.UsageError("--found needs the partner's id")
    with session.desk() as desk:
        desk.resolve(ref, found, absent, reason, who)
    say("it will be sent again" if absent else "the push ends with this receipt")
    return DONE


@click.command(cls=Verb)
@click.argument("refs", nargs=-1, metavar="[REF...]")
@click.option("--buyer", metavar="EMAIL", help="Everything of the buyer with this address.")
@click.option("--yes", is_flag=True, help="Don't ask: it can't be undone.")
@who_option
@json_option
@pass_session
def forget(session: Session, refs: tuple[str, ...], buyer: str | None, yes: bool, who: str, as_json: bool) -> int:
    """Erase a person's data from the ledger: contents, error texts, reasons. Times, receipts and who did what stay.

    What is dead, held, waiting or parked is discarded with it; what is on its way to a partner must be settled first.
    Partners keep what they were sent. Backups of Redis keep it until they are overwritten.

    \b
    Example:  orderpipe forget orders:cdiscount-fr:A1
              orderpipe forget --buyer zoe@example.com
    """
    if not refs and buyer is None:
        raise click.UsageError("say which: REF..., or --buyer EMAIL")
    if buyer is not None and not buyer.strip():
        raise click.UsageError("--buyer needs an e-mail address")
    if sys.stdin.isatty() and not yes:
        click.confirm("What the ledger holds of them can't be brought back. Forget it?", abort=True, err=True)
    with session.desk() as desk:
        forgotten = desk.forget(refs, buyer, who)
    say("Redis' append-only file holds it until its next rewrite (BGREWRITEAOF), backups until they are overwritten")
    return print_acts(forgotten, "forgotten", as_json)


@click.command(cls=Verb)
@click.argument("account")
@REASON
@who_option
@pass_session
def pause(session: Session, account: str, reason: str, who: str) -> int:
    """Shut one partner's gate: its documents stay due, nothing is sent or fetched.

    \b
    Example:  orderpipe pause egenta-cdiscount --reason "their migration tonight"
    """
    config = session.config()
    check_account(config, account)
    with session.desk(config) as desk:
        desk.pause(account, reason, who)
    say(f"{account} is paused; `orderpipe resume {account}` opens it")
    return DONE


@click.command(cls=Verb)
@click.argument("account")
@who_option
@pass_session
def resume(session: Session, account: str, who: str) -> int:
    """Open one partner's gate again.

    \b
    Example:  orderpipe resume egenta-cdiscount
    """
    config = session.config()
    check_account(config, account)
    with session.desk(config) as desk:
        desk.resume(account, who)
    say(f"{account} is open")
    return DONE


VERBS: Final = (edit, hold, release, refuse, discard, forget, resolve, pause, resume)
