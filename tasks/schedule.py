"""Beat's entries, from the config, and a scheduler that does not pile up messages nobody takes."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry
from kombu.exceptions import OperationalError

from pipeline.config.model import Account, Config
from pipeline.domain.lifecycle import Step
from tasks import presence, queues

DISPATCH = timedelta(seconds=1)
CANARY = timedelta(minutes=1)
HABITS: Mapping[str, timedelta] = {
    "sweep": timedelta(hours=1),
    "reconcile": timedelta(hours=1),
}  # how often it is asked; the ledger knows when it is due
BACKLOG = 200  # messages waiting in a queue above which beat adds none: no worker is there

_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)  # so that what beat never ran is due at once, not a whole period later


def entries(config: Config) -> Mapping[str, Mapping[str, Any]]:
    """One poll per account and flow that a route wants, the dispatch, the habits. No `expires`: clocks differ."""
    polls = {
        f"poll {account.name} {flow}": {
            "task": "poll",
            "schedule": period,
            "args": (account.name, flow),
            "options": {"queue": queues.queue_for(Step.FETCH, account.name, config)},
            "last_run_at": _LONG_AGO,
        }
        for account in config.accounts.values()
        for flow, period in account.poll.items()
        if period is not None and _wanted(account, flow, config)
    }
    habits = {
        f"upkeep {name}": {
            "task": "upkeep",
            "schedule": period,
            "args": (name,),
            "options": {"queue": queues.UPKEEP},
        }
        for name, period in HABITS.items()
    }
    dispatch = {"task": "dispatch_due", "schedule": DISPATCH, "options": {"queue": queues.UPKEEP}}
    canaries = {
        f"canary {queue}": {"task": "canary", "schedule": CANARY, "args": (queue,), "options": {"queue": queue},
                            "last_run_at": _LONG_AGO}
        for queue in queues.served(config, ["*"])
    }  # fmt: skip
    return {**polls, **habits, **canaries, "dispatch_due": dispatch}


def _wanted(account: Account, flow: str, config: Config) -> bool:
    return any(
        account.name in (route.source, *route.to) and (route.flows is None or flow in route.flows)
        for route in config.routes
    )


class Scheduler(PersistentScheduler):  # type: ignore[misc] # Celery has no types
    """Celery's own, but a queue that nobody empties gets no more from us: the ledger knows what is due anyway."""

    def setup_schedule(self) -> None:
        """The file is a pickle: its directory and itself are its owner's only."""
        os.umask(0o077)
        Path(self.schedule_filename).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().setup_schedule()
        presence.announce("beat")

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Send it, unless its queue is full."""
        if not self._piles_up(entry.options.get("queue")):
            super().apply_entry(entry, producer=producer)

    def _piles_up(self, queue: str | None) -> bool:
        try:
            with self.app.connection_or_acquire() as connection:
                answer = connection.default_channel.queue_declare(queue, passive=True)
                return bool(answer.message_count > BACKLOG)
        except (OperationalError, OSError, *self.connection.connection_errors, *self.connection.channel_errors):
            return False  # no such queue yet, or no broker: sending says so
