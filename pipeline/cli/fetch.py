"""What fetches now: poll, pull; and `call`, a partner's operation outside the flows."""

from typing import Any, Final

import click

from pipeline.cli.act import split_pair
from pipeline.cli.desk import Report
from pipeline.cli.errors import DONE, FAILED
from pipeline.cli.printing import print_json
from pipeline.cli.session import Session, Verb, ask, check_account, json_option, pass_session
from pipeline.config.model import Config
from pipeline.config.problems import nearest
from pipeline.domain.lifecycle import Flow


@click.command(cls=Verb)
@click.argument("account")
@click.option("--flow", type=click.Choice([str(flow) for flow in Flow]), help="Only this flow's list.")
@json_option
@pass_session
def poll(session: Session, account: str, flow: str | None, as_json: bool) -> int:
    """Fetch what is new at one account, now.

    \b
    Example:  orderpipe poll cdiscount-fr
              orderpipe poll egenta-cdiscount --flow shipments
    """
    config = session.config()
    check_account(config, account)
    with session.desk(config) as desk:
        return print_report(desk.poll(account, flow), as_json)


@click.command(cls=Verb)
@click.argument("account")
@click.argument("id")
@json_option
@pass_session
def pull(session: Session, account: str, id: str, as_json: bool) -> int:
    """Fetch one document by the partner's id.

    \b
    Example:  orderpipe pull cdiscount-fr 2411211530ABCDE
    """
    config = session.config()
    check_account(config, account)
    with session.desk(config) as desk:
        return print_report(desk.pull(account, id), as_json)


def print_report(report: Report, as_json: bool) -> int:
    """Its words or its JSON; gives the exit code."""
    if as_json:
        print_json({"lane": report.lane, "counts": dict(report.counts), "text": report.text, "died": report.died})
    else:
        click.echo(report.text)
    return FAILED if report.died else DONE


@click.command(cls=Verb)
@click.argument("account")
@click.argument("operation")
@click.argument("pairs", nargs=-1, metavar="[NAME=VALUE...]")
@click.option("--yes", is_flag=True, help="Don't ask before what can't be undone.")
@pass_session
def call(session: Session, account: str, operation: str, pairs: tuple[str, ...], yes: bool) -> int:
    """A partner's documented operation outside the flows; the answer is JSON. `orderpipe connectors NAME` lists them.

    \b
    Example:  orderpipe call cdiscount-fr carriers
    """
    arguments: dict[str, str] = {}
    for pair in pairs:
        name, value = split_pair(pair, "NAME=VALUE")
        if name in arguments:
            raise click.UsageError(f"{name} is given twice")
        arguments[name] = value
    config = session.config()
    check_account(config, account)
    declared = _find_operation(session, config, account, operation)
    if declared.changes and not declared.undoable:
        ask(f"{operation} at {account} can't be undone ({declared.meaning}). Go on?", yes)
    with session.desk(config) as desk:
        print_json(desk.call(account, operation, arguments, True))
    return DONE


def _find_operation(session: Session, config: Config, account: str, operation: str) -> Any:
    connector = session.connectors()[config.account(account).connector]
    operations = {each.name: each for each in connector.operations}
    if operation not in operations:
        if not operations:
            raise click.UsageError(f"{connector.name} has no operations outside the flows")
        close = nearest(operation, operations)
        raise click.UsageError(f"{connector.name} has no operation {operation!r}; the nearest is {close!r}")
    return operations[operation]


VERBS: Final = (poll, pull, call)
