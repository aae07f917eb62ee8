"""What runs: the demo, one host, one role, the simulators; and a ledger's identity."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import click

from pipeline.cli.errors import DONE
from pipeline.cli.printing import print_json, print_section, say
from pipeline.cli.session import Session, Verb, check_account, json_option, pass_session, who_option
from pipeline.config.model import Config
from pipeline.config.problems import ConfigError

FAULTS: Final = ("none", "some", "worst")  # docs/sandbox.md says what each does
Role = Literal["worker", "beat", "flower"]


def _split(_context: click.Context, _option: click.Parameter, words: tuple[str, ...]) -> tuple[str, ...]:
    """`a,b` and `c` are three names."""
    return tuple(name for word in words for name in word.split(",") if name)


def partner_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which partners are simulated, and who trades with whom."""
    for option in (
        click.option(
            "--route",
            multiple=True,
            metavar="MARKETPLACE=OMS,OMS",
            help="Where a marketplace's orders go; without: each to every OMS. Repeatable.",
        ),
        click.option(
            "--marketplace",
            multiple=True,
            default=("octopia",),
            show_default=True,
            callback=_split,
            metavar="NAME,...",
            help="The marketplaces' connectors. Repeatable.",
        ),
        click.option(
            "--oms",
            multiple=True,
            default=("egenta",),
            show_default=True,
            callback=_split,
            metavar="NAME,...",
            help="The connectors of the OMS. Repeatable.",
        ),
    ):
        command = option(command)
    return command


@click.command(cls=Verb)
@click.option("--orders", default=500, show_default=True, type=click.IntRange(1, 1_000_000), help="How many.")
@click.option(
    "--faults",
    default="none",
    show_default=True,
    type=click.Choice(FAULTS),
    help="How bad partners are.",
)
@partner_options
@click.option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    metavar="N",
    help="Orders a second, instead of a backlog: with --orders, how long it runs.",
)
@click.option("--keep", is_flag=True, help="Go on after the last order, until Ctrl-C.")
def demo(
    orders: int,
    faults: str,
    oms: tuple[str, ...],
    marketplace: tuple[str, ...],
    route: tuple[str, ...],
    rate: float | None,
    keep: bool,
) -> int:
    """The whole system on simulated partners, in a fresh folder below .orderpipe.

    Prints where Flower and the simulators listen, a line a second, and a summary; ends by itself.
    Exit code 1: an order was lost, doubled or left.

    \b
    Example:  orderpipe demo --orders 200 --faults worst
              orderpipe demo --oms egenta,transiteo            (every order to both)
    """
    from pipeline.supervisor.demo import run_demo
    from pipeline.supervisor.partners import Cast

    return run_demo(
        orders=orders,
        faults=faults,
        cast=Cast(marketplace, oms, route),
        rate=rate,
        keep=keep,
        data_dir=Path(".orderpipe"),
    )


@click.command(cls=Verb)
@pass_session
def up(session: Session) -> int:
    """Everything on this host, in the foreground: beat, workers, Flower, and a Redis if redis.url is unset.

    \b
    Example:  orderpipe up            (Ctrl-C ends it; what is in hand is finished or given back)
    """
    from pipeline.supervisor import run_up

    config = session.config()
    try:
        return run_up(config)
    except KeyboardInterrupt:
        return DONE


@click.command(cls=Verb)
@click.option("--serve", multiple=True, metavar="ACCOUNT...", help="Serve the own queues of these accounts as well.")
@click.argument("more", nargs=-1, metavar="")
@pass_session
def worker(session: Session, serve: tuple[str, ...], more: tuple[str, ...]) -> int:
    """One worker process group, for one of several hosts. Needs redis.url.

    \b
    Example:  orderpipe worker --serve egenta-cdiscount     (on the host whose address Egenta allows)
    """
    config = session.config()
    if more and not serve:
        raise click.UsageError(f"unexpected {more[0]!r}; did you mean --serve {more[0]}?")
    accounts = [check_account(config, name) for name in (*serve, *more)]
    for name in accounts:
        if not config.accounts[name].own_queue:
            raise click.UsageError(f"{name} has no queue of its own, every worker serves it: remove it from --serve")
    return _run_role(config, "worker", accounts)


@click.command(cls=Verb)
@pass_session
def beat(session: Session) -> int:
    """The clock: enqueues polls and upkeep. One is enough, two are safe. Needs redis.url.

    \b
    Example:  orderpipe beat --config /etc/orderpipe.toml
    """
    return _run_role(session.config(), "beat", ())


@click.command(cls=Verb)
@pass_session
def flower(session: Session) -> int:
    """Flower, with the Orders tab, at flower.listen. Needs redis.url.

    \b
    Example:  orderpipe flower
    """
    return _run_role(session.config(), "flower", ())


def _run_role(config: Config, role: Role, serve: Sequence[str]) -> int:
    if config.redis_url is None:
        remedy = "set it (an embedded ledger belongs to one host), or run everything here with `orderpipe up`"
        raise ConfigError([f"redis.url: missing, and {role} needs it: {remedy}"])
    from pipeline.supervisor import run_role

    try:
        return run_role(config, role, serve)
    except KeyboardInterrupt:
        return DONE


@click.command(cls=Verb)
@json_option
@pass_session
def init(session: Session, as_json: bool) -> int:
    """Give an empty Redis its ledger identity. The second time it changes nothing.

    Exit code 2 names each of appendonly, appendfsync always and noeviction that is missing.

    \b
    Example:  orderpipe init
    """
    with session.desk(checked=False) as desk:
        _print_identity(desk.init(), as_json)
    say("the ledger is ready: start `orderpipe worker` and `orderpipe beat`, or `orderpipe up`")
    return DONE


@click.command(cls=Verb)
@who_option
@json_option
@pass_session
def adopt(session: Session, who: str, as_json: bool) -> int:
    """Take on an empty or restored Redis so that nothing already sent is sent again.

    \b
    Example:  orderpipe adopt        (after a backup was restored)
    """
    with session.desk(checked=False) as desk:
        _print_identity(desk.adopt(who=who), as_json)
    return DONE


def _print_identity(identity: Any, as_json: bool) -> None:
    if as_json:
        print_json(identity)
    else:
        print_section("ledger", identity)


@click.command(cls=Verb)
@click.option(
    "--write-config", type=click.Path(path_type=Path), metavar="FILE", help="Write a config that points here."
)
@click.option("--port", default=8790, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
@click.option("--faults", default="none", show_default=True, type=click.Choice(FAULTS), help="A named set of faults.")
@partner_options
def sandbox(
    write_config: Path | None,
    port: int,
    faults: str,
    oms: tuple[str, ...],
    marketplace: tuple[str, ...],
    route: tuple[str, ...],
) -> int:
    """The simulated partners alone, in the foreground.

    \b
    Example:  orderpipe sandbox --write-config sandbox.toml
              orderpipe up --config sandbox.toml              (in another terminal)
    """
    from pipeline.cli.simulators import run_sandbox
    from pipeline.supervisor.partners import Cast

    try:
        return run_sandbox(port=port, faults=faults, cast=Cast(marketplace, oms, route), write_config=write_config)
    except KeyboardInterrupt:
        return DONE


VERBS: Final = (demo, up, worker, beat, flower, init, adopt, sandbox)
