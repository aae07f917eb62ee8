"""One run of the command line: which file, who asks, when it is, and how the desk is opened."""

import getpass
import os
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from pipeline.cli.desk import Desk
from pipeline.cli.errors import INTERRUPTED, explain
from pipeline.config.durations import read_duration
from pipeline.config.model import Config
from pipeline.config.problems import nearest

DEFAULT_CONFIG: Final = "orderpipe.toml"
F = TypeVar("F", bound=Callable[..., Any])


def _open_desk(config: Config, checked: bool) -> Desk:
    from pipeline.bootstrap import open_desk
    from pipeline.supervisor.whereabouts import with_ledger

    return open_desk(with_ledger(config), checked=checked)


def _check(config: Config) -> Sequence[Mapping[str, Any]]:
    from pipeline.bootstrap import check_accounts
    from pipeline.supervisor.whereabouts import CannotStart, with_ledger

    with suppress(CannotStart):  # no server runs yet: tokens are this process's own then
        config = with_ledger(config)
    return check_accounts(config)


def _connectors() -> Mapping[str, Any]:
    from pipeline.connectors.registry import CONNECTORS

    return CONNECTORS


def _source() -> Path:
    import pipeline

    return Path(pipeline.__file__).parent.parent


@dataclass
class Session:
    """Tests give their own desk, connectors, and source checkout."""

    path: Path | None = None
    open_desk: Callable[[Config, bool], Desk] = _open_desk
    check: Callable[[Config], Sequence[Mapping[str, Any]]] = _check
    connectors: Callable[[], Mapping[str, Any]] = _connectors
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    source: Callable[[], Path] = _source

    def config(self) -> Config:
        """The configuration. Raises ConfigError."""
        from pipeline.config.read import read_config

        path = self.path or Path(os.environ.get("ORDERPIPE_CONFIG") or DEFAULT_CONFIG)
        return read_config(path, declared=self.connectors())

    @contextmanager
    def desk(self, config: Config | None = None, *, checked: bool = True) -> Iterator[Desk]:
        """An open desk, closed afterwards; `checked`: only at a Redis that has a ledger's identity."""
        desk = self.open_desk(config or self.config(), checked)
        try:
            yield desk
        finally:
            desk.close()


pass_session = click.make_pass_decorator(Session)


def _keep_path(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.ensure_object(Session).path = value


def config_option() -> click.Option:
    """`--config`, which stands before and after the subcommand alike."""
    return click.Option(
        ["--config"],
        type=click.Path(path_type=Path),
        metavar="FILE",
        expose_value=False,
        callback=_keep_path,
        is_eager=True,
        help=f"The configuration; default $ORDERPIPE_CONFIG, else {DEFAULT_CONFIG}.",
    )


class Verb(click.Command):
    """A subcommand. Its function gives its exit code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(config_option())

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first sentence, whole: click would cut it at 45 letters."""
        return super().get_short_help_str(max(limit, 120))


class Verbs(click.Group):
    """The subcommands, and the one place that turns errors into words and exit codes."""

    command_class = Verb

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the subcommand; its function's number is the exit code."""
        try:
            code = super().invoke(ctx)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            explained = explain(error)
            if explained is None:
                raise
            ctx.exit(explained)
        if isinstance(code, int) and code:
            ctx.exit(code)
        return code

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Names the nearest command when there is none of this name."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            close = nearest(args[0], self.list_commands(ctx))
            ctx.fail(f"there is no command {args[0]!r}; the nearest is {close!r}")
        return super().resolve_command(ctx, args)


def read_time(text: str) -> datetime:
    """RFC 3339, a date, or how long ago: `2026-11-21T08:00:00Z`, `2026-11-21`, `2h`. Without an offset: UTC."""
    context = click.get_current_context(silent=True)
    session = context.find_object(Session) if context else None
    now = session.now() if session else datetime.now(UTC)
    with suppress(ValueError):
        return now - read_duration(text)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        remedy = "write 2026-11-21T08:00:00Z, 2026-11-21, or 2h for two hours ago"
        raise click.BadParameter(f"{text!r} is no time: {remedy}") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def who_option(function: F) -> F:
    """`--who`, for the timeline and the audit."""
    return click.option("--who", default=default_who, metavar="NAME", help="Who does it; default $USER@host.")(function)


def json_option(function: F) -> F:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="JSON on stdout.")(function)


def default_who() -> str:
    """`$USER@host`."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"


def check_account(config: Config, name: str) -> str:
    """The name, if it is configured; else a usage error that names the nearest."""
    if name not in config.accounts:
        close = nearest(name, config.accounts)
        hint = f"; the nearest is {close!r}" if close else "; none is configured"
        raise click.UsageError(f"there is no account {name!r} in {config.path.name}{hint}")
    return name


def ask(question: str, yes: bool) -> None:
    """Goes on only if `--yes` was given or somebody answers yes."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(f"{question} Nobody can be asked here: add --yes")
    click.confirm(question, abort=True, err=True)
