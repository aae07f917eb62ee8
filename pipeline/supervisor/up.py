"""`orderpipe up` (everything on one host, in the foreground) and the single roles for several hosts."""

import contextlib
import socket
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline import bootstrap
from pipeline.config.model import Config
from pipeline.config.setting import Secret
from pipeline.supervisor.processes import Supervisor, say
from pipeline.supervisor.programs import EVERYTHING, Role, program
from pipeline.supervisor.server import hold_data_dir, prepare_data_dir, start_server
from pipeline.supervisor.whereabouts import CannotStart, answers


def run_up(config: Config) -> int:
    """Until Ctrl-C (0). 2 with words when something is in the way."""
    supervisor = Supervisor()
    supervisor.heed_signals()
    try:
        with running(config, supervisor):
            say(f"orderpipe up: {config.path}")
            say(f"flower: {flower_url(config)}")
            say("Ctrl-C stops")
            supervisor.watch()
            say("stopping: beat and Flower, then the worker, then the server (Ctrl-C again kills)")
    except CannotStart as obstacle:
        say(f"orderpipe up: {obstacle}")
        return 2
    return 0


@contextlib.contextmanager
def running(
    config: Config, supervisor: Supervisor, *, logs: Path | None = None, grace: float | None = None
) -> Iterator[Config]:
    """The whole system, stopped in order at the end; gives the config with the ledger's URL in it."""
    prepare_data_dir(config.data_dir)
    with hold_data_dir(config.data_dir):
        check_port(config)
        try:
            whole = _with_server(config, supervisor)
            bootstrap.init_ledger(whole)
            for role in ("worker", "beat", "flower"):
                log = logs / f"{role}.log" if logs else None
                supervisor.add(program(config, role, serve=[EVERYTHING], name=role, log=log))
            yield whole
        finally:
            supervisor.stop(grace=grace)


def run_role(config: Config, role: Role, serve: Sequence[str] = ()) -> int:
    """One role until Ctrl-C (0), started again when it ends by itself. 2 without `redis.url`."""
    try:
        if config.redis_url is None:
            raise CannotStart(
                f"{config.path} has no redis.url, which `orderpipe {role}` needs: an embedded ledger is one host's "
                "(`orderpipe up` runs everything on it)"
            )
        for name in serve:
            if name not in config.accounts:
                raise CannotStart(f"--serve {name}: no such account; there are {', '.join(sorted(config.accounts))}")
        prepare_data_dir(config.data_dir)
        if role == "flower":
            check_port(config)
        _reach(config.redis_url.reveal(), config.redis_master)
        if role == "worker":
            _try_ledger(config)
    except CannotStart as obstacle:
        say(f"orderpipe {role}: {obstacle}")
        return 2
    supervisor = Supervisor()
    supervisor.heed_signals()
    if role == "flower":
        say(f"flower: {flower_url(config)}")
    supervisor.add(program(config, role, serve=serve, prefixed=False))
    supervisor.watch()
    supervisor.stop()
    return 0


def flower_url(config: Config) -> str:
    """Where to point a browser."""
    host, port = config.flower_listen
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def check_port(config: Config) -> None:
    """Raises CannotStart when Flower's address is taken or not ours."""
    host, port = config.flower_listen
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"port {port} on {host} is not free for Flower ({error.strerror}): "
                f'stop what uses it, or set another in {config.path}: [flower] listen = "127.0.0.1:{port + 1}"'
            ) from None


def _with_server(config: Config, supervisor: Supervisor) -> Config:
    if config.redis_url is not None:
        _reach(config.redis_url.reveal(), config.redis_master)
        return config
    return replace(config, redis_url=Secret(start_server(supervisor, config.data_dir)))


def _reach(url: str, master: str | None) -> None:
    if not answers(url, master):
        raise CannotStart("the Redis of redis.url does not answer, or refuses its password: check the URL and the host")


def _try_ledger(config: Config) -> None:
    try:
        bootstrap.open_pipeline(config).close()
    except bootstrap.LedgerUnavailable as obstacle:
        raise CannotStart(str(obstacle)) from None
