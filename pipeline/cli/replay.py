"""`orderpipe replay`: send again what is dead, held, parked or unknown, or rehearse it."""

from itertools import islice
from typing import Any, Final

import click

from pipeline.cli.act import print_acts
from pipeline.cli.desk import Desk, Replayed
from pipeline.cli.errors import DONE, FAILED
from pipeline.cli.filters import filters
from pipeline.cli.printing import plain, print_json, say
from pipeline.cli.session import Session, Verb, ask, json_option, pass_session, who_option
from pipeline.domain.lifecycle import Condition, Step

REPLAYABLE: Final = (Condition.DEAD, Condition.HELD, Condition.PARKED, Condition.UNKNOWN)
MANY: Final = 100
COUNTED: Final = 10_000


@click.command(cls=Verb)
@click.argument("refs", nargs=-1, metavar="[REF...]")
@filters(conditions=REPLAYABLE)
@click.option("--from", "from_step", type=click.Choice([str(step) for step in Step]), help="Begin again at this step.")
@click.option("--dry-run", is_flag=True, help="Only rehearse with today's mapping and rules: how many would pass.")
@click.option("--yes", is_flag=True, help=f"Don't ask when more than {MANY} match.")
@who_option
@json_option
@pass_session
def replay(
    session: Session,
    /,
    refs: tuple[str, ...],
    from_step: str | None,
    dry_run: bool,
    yes: bool,
    who: str,
    as_json: bool,
    **wanted: Any,
) -> int:
    """Re-queue documents: by reference, or all that --condition and the other filters match.

    Never behind a delivery that is pushed; an unknown one is looked up first.

    \b
    Example:  orderpipe replay orders:cdiscount-fr:A1
              orderpipe replay --condition dead --cause FINGERPRINT --dry-run
    """
    chosen = any(value is not None for value in wanted.values())
    if bool(refs) == chosen:
        raise click.UsageError("name documents, or filters such as --condition dead, and not both")
    if chosen and wanted["condition"] is None:
        raise click.UsageError(f"filters need --condition, one of {', '.join(REPLAYABLE)}")
    with session.desk() as desk:
        if chosen and not dry_run:
            _ask_for_many(desk, wanted, yes)
        replayed = desk.replay(refs, **wanted, from_step=from_step, dry_run=dry_run, who=who)
    return _print_rehearsal(replayed, as_json) if dry_run else print_acts(replayed, "re-queued", as_json)


def _ask_for_many(desk: Desk, wanted: dict[str, Any], yes: bool) -> None:
    if not yes:
        count = sum(1 for _ in islice(desk.orders(**wanted), COUNTED + 1))
        if count > MANY:
            ask(f"{'over ' if count > COUNTED else ''}{min(count, COUNTED)} deliveries match. Replay them?", yes)


def _print_rehearsal(replayed: Replayed, as_json: bool) -> int:
    passing = replayed.would_pass or 0
    if as_json:
        refused = [{"ref": ref, "why": why} for ref, why in replayed.refused]
        print_json({"would_pass": passing, "refused": refused})
    else:
        click.echo(f"{passing} would pass, {len(replayed.refused)} would not")
        for ref, why in replayed.refused:
            say(f"{plain(ref)}: {why}")
    return DONE if passing and not replayed.refused else FAILED


VERBS: Final = (replay,)
