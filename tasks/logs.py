"""Celery's own chatter, turned down: a transition's line is ours, Celery's two lines a task say nothing more."""

import logging


def quiet_celery(**_: object) -> None:
    """Received, succeeded, sending due task: below WARNING none of it is written."""
    for name in ("celery.worker.strategy", "celery.app.trace", "celery.beat"):
        logging.getLogger(name).setLevel(logging.WARNING)
