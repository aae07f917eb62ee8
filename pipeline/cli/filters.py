"""The options that choose documents, the same for every command that has them."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from pipeline.cli.session import read_time
from pipeline.domain.lifecycle import Condition, Flow

F = TypeVar("F", bound=Callable[..., Any])


def filters(*, cause: bool = True, conditions: Sequence[str] = tuple(Condition)) -> Callable[[F], F]:
    """`--condition --flow --account --cause --since`."""

    def decorate(function: F) -> F:
        words = [str(condition) for condition in conditions]
        options = [
            click.option("--condition", type=click.Choice(words), help="How they stand."),
            click.option("--flow", type=click.Choice([str(flow) for flow in Flow]), help="What travels."),
            click.option("--account", metavar="A", help="The account they come from or go to."),
            click.option("--cause", metavar="X", help="A fingerprint or words of `orderpipe causes`."),
            click.option("--since", type=read_time, metavar="T", help="Received since: a time, or 2h."),
        ]
        for option in reversed(options if cause else [*options[:3], options[4]]):
            function = option(function)
        return function

    return decorate
