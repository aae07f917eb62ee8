"""The command line. Stdout is data, stderr is talk; exit codes are in `errors.py`."""

import click

from pipeline.cli import act, backfill, books, fetch, look, replay, run
from pipeline.cli.session import Session, Verbs, config_option


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="orderpipe")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Move orders between marketplaces and order-management systems, and never lose or double one.

    \b
    Begin with     orderpipe demo
    See what's up  orderpipe status, then orderpipe causes, then orderpipe show REF
    Send again     orderpipe replay REF
    """
    ctx.ensure_object(Session)


main.params.append(config_option())
for room in (run, look, act, replay, fetch, backfill, books):
    for verb in room.VERBS:
        main.add_command(verb)
