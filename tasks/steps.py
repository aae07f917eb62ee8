"""The five steps as tasks: each walks one lane, and its row in Flower ends with counts and causes."""

import logging
from typing import Any

from pipeline.domain.lifecycle import Step
from tasks import opened, queues
from tasks.app import app
from tasks.hints import publish
from tasks.rows import show_failures

log = logging.getLogger(__name__)


class BatchFailed(Exception):
    """A document of the batch died; the text is the report. The rest of the batch went its own way."""


def _walk(task: Any, step: Step, lane: object) -> str:
    known = queues.known_lane(lane, opened.config(), step)
    if known is None:
        log.warning("ignored a %s hint for %.80r: no lane of this config", step, lane)
        return "ignored: no lane of this config"
    report = opened.pipeline().walk(known, publish)
    show_failures(task, step, report.causes)
    if report.died:
        raise BatchFailed(report.text)
    return report.text


@app.task(name=Step.FETCH, bind=True, throws=(BatchFailed,))  # type: ignore[untyped-decorator] # Celery has no types
def fetch(self: Any, lane: str) -> str:
    """The lane's documents that must still be asked for at a partner."""
    return _walk(self, Step.FETCH, lane)


@app.task(name=Step.NORMALIZE, bind=True, throws=(BatchFailed,))  # type: ignore[untyped-decorator] # Celery has no types
def normalize(self: Any, lane: str) -> str:
    """Partner's words to ours."""
    return _walk(self, Step.NORMALIZE, lane)


@app.task(name=Step.VALIDATE, bind=True, throws=(BatchFailed,))  # type: ignore[untyped-decorator] # Celery has no types
def validate(self: Any, lane: str) -> str:
    """Every rule; accept where the marketplace wants it."""
    return _walk(self, Step.VALIDATE, lane)


@app.task(name=Step.PUSH, bind=True, throws=(BatchFailed,))  # type: ignore[untyped-decorator] # Celery has no types
def push(self: Any, lane: str) -> str:
    """To the target."""
    return _walk(self, Step.PUSH, lane)


@app.task(name=Step.ACKNOWLEDGE, bind=True, throws=(BatchFailed,))  # type: ignore[untyped-decorator] # Celery has no types
def acknowledge(self: Any, lane: str) -> str:
    """Back to where it came from."""
    return _walk(self, Step.ACKNOWLEDGE, lane)
