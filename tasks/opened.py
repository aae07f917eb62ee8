"""What this process has open: the config, read once, and one `Pipeline`, opened after the fork."""

import gc
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from pipeline.config.model import Config
from pipeline.domain.lifecycle import Flow
from pipeline.supervisor.whereabouts import CannotStart

Hint = Callable[[str], None]


class Report(Protocol):
    """What a walk or a poll says of itself; no personal data in it."""

    @property
    def text(self) -> str:
        """`97 advanced, 2 parked: 429, 1 dead: phone missing`."""
        ...

    @property
    def causes(self) -> Sequence[tuple[str, str, str]]:
        """Reference, ending, cause of each document that failed."""
        ...

    @property
    def died(self) -> bool:
        """Whether any document died."""
        ...


class Pipeline(Protocol):
    """All that the tasks ask of the pipeline."""

    def walk(self, lane: str, hint: Hint) -> Report:
        """One step over what is due in the lane."""
        ...

    def poll(self, account: str, flow: Flow, hint: Hint) -> Report | None:
        """Fetch what is new."""
        ...

    def dispatch(self) -> Sequence[str]:
        """Lanes that have work and no hint outstanding."""
        ...

    def upkeep(self, name: str, hint: Hint) -> None:
        """One habit by name."""
        ...

    def canary(self, queue: str) -> None:
        """A message came through this queue."""
        ...

    def close(self) -> None:
        """Give connections back."""
        ...


def read_own_config() -> Config:
    """As `load_own_config`, which brings all connectors along: imported at first use."""
    from pipeline.supervisor.loading import load_own_config

    return load_own_config()


def open_pipeline(config: Config) -> Pipeline:
    """The real one. Raises CannotStart. Imported here: beat and the command line never need it."""
    from pipeline import bootstrap

    try:
        return bootstrap.open_pipeline(config)
    except bootstrap.LedgerUnavailable as obstacle:
        raise CannotStart(str(obstacle)) from None


def try_pipeline() -> str | None:
    """Why it can't be opened; None when it can. Also loads, before the fork, all that the children will need."""
    try:
        pipeline()
    except CannotStart as obstacle:
        return str(obstacle)
    close_pipeline()
    return None


_ways: dict[str, Callable[..., Any]] = {"read": read_own_config, "open": open_pipeline}
_kept: dict[str, Any] = {}


def config() -> Config:
    """This process's config, read at first use."""
    if "config" not in _kept:
        _kept["config"] = _ways["read"]()
    found: Config = _kept["config"]
    return found


def pipeline() -> Pipeline:
    """This process's pipeline, opened at first use, hence after the fork."""
    if "pipeline" not in _kept:
        _kept["pipeline"] = _ways["open"](config())
    found: Pipeline = _kept["pipeline"]
    return found


def forget_pipeline(**_: object) -> None:
    """In a new child: what the parent had open is not ours, and must not be closed by us either.

    What the fork brought along is no garbage, and a batch makes many small objects that live as long as it: looking
    through them all at Python's own pace cost 5 % of a worker's CPU (docs/performance.md).
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    _kept.pop("pipeline", None)


def close_pipeline(**_: object) -> None:
    """At the end of a child."""
    if "pipeline" in _kept:
        _kept.pop("pipeline").close()


def use(**ways: Callable[..., Any]) -> Mapping[str, Callable[..., Any]]:
    """Other ways to `read` the config and `open` the pipeline, for tests; gives those before."""
    before = dict(_ways)
    _ways.update(ways)
    _kept.clear()
    return before
