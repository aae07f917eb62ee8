"""The queues: one per step and `upkeep`, plus `<step>.<account>` for accounts that only some hosts may call."""

from collections.abc import Collection, Sequence

from pipeline.config.model import Config
from pipeline.domain.lifecycle import Step, split_lane

UPKEEP = "upkeep"
PLAIN = (*(step.value for step in Step), UPKEEP)


def queue_for(step: Step, account: str, config: Config) -> str:
    """Where a hint for this step of this account goes."""
    found = config.accounts.get(account)
    return f"{step}.{account}" if found and found.own_queue else step.value


def known_lane(name: object, config: Config, step: Step | None = None) -> str | None:
    """The lane if it is one of ours (and of `step`); messages can be forged, so anything may come."""
    try:
        found, account = split_lane(name) if isinstance(name, str) else (None, "")
    except ValueError:
        return None
    if found is None or (step is not None and found != step) or account not in config.accounts:
        return None
    return f"{found}.{account}"


def served(config: Config, serve: Collection[str]) -> Sequence[str]:
    """The queues of a worker: every plain one, and the own queues of `serve` (`*`: of every account)."""
    own = [
        f"{step}.{account.name}"
        for account in config.accounts.values()
        if account.own_queue and ("*" in serve or account.name in serve)
        for step in Step
    ]
    return [*PLAIN, *own]
