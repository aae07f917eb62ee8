"""`celery -A tasks.app flower`: Flower with the Orders tab, listening where `orderpipe.toml` says.

Celery knows its plugins by the command's own name, and Flower's is `flower` too: whichever is loaded last would win.
Flower's own entry point is read as `flower.command.flower`, so ours is put there, and both give the same command.
"""

import atexit
import signal
import sys
from typing import Any

import click
from celery.bin.base import CeleryCommand
from flower import command as original

from tasks.flower.entries import COLUMNS, format_entry

_plain = original.flower


@click.command("flower", cls=CeleryCommand, context_settings={"ignore_unknown_options": True})
@click.argument("tornado_argv", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def flower(ctx: click.Context, /, tornado_argv: tuple[str, ...]) -> Any:
    """Flower, and with orderpipe's app its Orders tab as well."""
    from tasks.app import Orderpipe

    app = ctx.obj.app
    if not isinstance(app, Orderpipe):
        return _plain.callback(tornado_argv=tornado_argv)
    app.conf.get("broker_url")  # reads the config, or exits 2 in words
    _serve(app, tornado_argv)
    return None


def _serve(app: Any, argv: tuple[str, ...]) -> None:
    """Until a signal. Celery's command line has loaded Flower by now; ours is only loaded where it is used."""
    from pipeline.bootstrap import open_desk
    from tasks import opened
    from tasks.flower.application import OrdersFlower
    from tasks.hints import publish

    config = opened.config()
    options = original.options
    original.apply_env_options()
    original.apply_options(sys.argv[0], argv)
    choose(options, config.flower_listen, config.flower_basic_auth.reveal() if config.flower_basic_auth else None)
    original.extract_settings()
    original.setup_logging()
    served = OrdersFlower(
        open_desk=lambda: open_desk(config, hint=publish), accounts=sorted(config.accounts), capp=app, options=options,
        **original.settings,
    )  # fmt: skip
    atexit.register(served.stop)
    signal.signal(signal.SIGTERM, original.sigterm_handler)
    try:
        served.start_http_server()
    except OSError as error:
        host, port = config.flower_listen
        click.echo(f"flower: can't listen on {host}:{port} ({error.strerror}): set flower.listen", err=True)
        raise SystemExit(2) from None
    try:
        served.start()
    except (KeyboardInterrupt, SystemExit):
        return


def choose(options: Any, listen: tuple[str, int], basic_auth: str | None) -> None:
    """The config says where Flower listens and who may in; the tasks' columns give way to Flower's own option."""
    options.address, options.port = listen
    if basic_auth is not None:
        options.basic_auth = [basic_auth]
    if options.tasks_columns == "name,uuid,state,received,runtime,worker":  # Flower's default: nobody asked for others
        options.tasks_columns = COLUMNS
    if options.format_task is None:
        options.format_task = format_entry


original.flower = flower
