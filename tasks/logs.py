"""Logging of workers and beat: our JSON lines, Celery's own chatter turned down."""

import logging

from pipeline.observability.logs import configure


def set_up(loglevel: int | str | None = None, **_: object) -> None:
    """Instead of Celery's: a transition's line is ours; received, succeeded and sending say nothing more."""
    configure(loglevel if isinstance(loglevel, int) and loglevel < logging.INFO and loglevel > 0 else logging.INFO)
    for name in ("celery.worker.strategy", "celery.app.trace", "celery.beat"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("httpx", "httpcore"):  # httpx logs whole URLs at INFO
        logging.getLogger(name).setLevel(logging.WARNING)
