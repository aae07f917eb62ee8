"""`python -m benchmarks`: orderpipe beside the bare loop and the textbook chain, in one run."""

import json
from dataclasses import replace
from pathlib import Path

import click

from benchmarks.plan import FULL, QUICK, Plan, carry_out
from benchmarks.tables import as_json, place, tables, write_docs


@click.command()
@click.option("--quick", "size", flag_value="quick", help="one to two minutes, rough")
@click.option("--full", "size", flag_value="full", help="with a million finished and 100,000 waiting: half an hour")
@click.option("--orders", type=click.IntRange(100), help="orders a round")
@click.option("--rounds", type=click.IntRange(1))
@click.option("--json", "path", type=click.Path(dir_okay=False, path_type=Path), help="every figure into this file")
@click.option("--write-docs", "docs", is_flag=True, help="put the tables into docs/performance.md")
def main(size: str | None, orders: int | None, rounds: int | None, path: Path | None, docs: bool) -> None:
    """Measure, and print the tables."""
    plan = {"quick": QUICK, "full": FULL}.get(size or "", Plan())
    plan = replace(plan, orders=orders or plan.orders, rounds=rounds or plan.rounds)
    where = place()  # before we are the load ourselves
    run = carry_out(plan)
    text = tables(run, where)
    click.echo(text, nl=False)
    if path:
        path.write_text(json.dumps(as_json(run, where), indent=1) + "\n")
    if docs:
        write_docs(text)


if __name__ == "__main__":
    main()
