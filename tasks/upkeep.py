"""Upkeep as tasks: the net under the hints, and the slow habits."""

import logging

from tasks import opened, queues
from tasks.app import app
from tasks.hints import publish
from tasks.schedule import HABITS

log = logging.getLogger(__name__)


@app.task(name="dispatch_due", send_events=False)  # type: ignore[untyped-decorator] # Celery has no types
def dispatch_due() -> str:
    """Hint every lane that has due work and no hint outstanding. Looks at lanes, not at documents."""
    lanes = opened.pipeline().dispatch()
    for lane in lanes:
        publish(lane)
    return f"{len(lanes)} hinted"


@app.task(name="upkeep")  # type: ignore[untyped-decorator] # Celery has no types
def upkeep(name: str) -> str:
    """One habit by its name."""
    if name not in HABITS:
        log.warning("ignored upkeep %.80r: no such habit", name)
        return "ignored: no such habit"
    opened.pipeline().upkeep(name, publish)
    return name


@app.task(name="canary", send_events=False)  # type: ignore[untyped-decorator] # Celery has no types
def canary(queue: str) -> str:
    """A message came through this queue: `orderpipe doctor` looks when the last one did."""
    if queue not in queues.served(opened.config(), ["*"]):
        log.warning("ignored a canary of %.80r: no such queue", queue)
        return "ignored: no such queue"
    opened.pipeline().canary(queue)
    return queue
