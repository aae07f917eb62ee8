"""Publishing a hint: "there is work in this lane". Called inside a task, so that Celery's root and parent ids chain."""

import logging

from kombu.exceptions import OperationalError

from pipeline.domain.lifecycle import split_lane
from tasks import opened, queues
from tasks.app import app

log = logging.getLogger(__name__)


def publish(lane: str) -> None:
    """To the lane's queue. A hint that can't be sent is dropped: `dispatch_due` sends it again."""
    step, account = split_lane(lane)
    try:
        app.send_task(step.value, args=(lane,), queue=queues.queue_for(step, account, opened.config()))
    except OperationalError:
        log.warning("hint for %s not sent: the broker does not answer; the next dispatch sends it", lane)
