"""The Celery app. Importing it declares; the config is read when a command first needs a setting."""

import sys
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NoReturn

from celery import Celery, signals

from pipeline.config.problems import ConfigError
from pipeline.supervisor.whereabouts import CannotStart
from tasks import logs, opened, settings


class Orderpipe(Celery):  # type: ignore[misc] # Celery has no types
    """Celery with a worker that keeps to itself and stops promptly."""

    @cached_property
    def Worker(self) -> Any:  # noqa: N802 - Celery's name
        """For `celery worker`, also when it is typed by hand."""
        return self.subclass_with_self("tasks.worker:Worker")


app = Orderpipe("orderpipe", set_as_current=True)
app.conf.update(settings.FIXED)


def _settings() -> Mapping[str, Any]:
    try:
        return settings.from_config(opened.config())
    except (ConfigError, CannotStart) as obstacle:
        _leave(str(obstacle))


def _leave(words: str) -> NoReturn:
    sys.stderr.write(f"{words}\n")
    raise SystemExit(2)


app.add_defaults(_settings)
signals.worker_process_init.connect(opened.forget_pipeline)
signals.worker_process_shutdown.connect(opened.close_pipeline)
signals.setup_logging.connect(logs.set_up)
