"""Polls as a task: one per account and flow. Overlap and pace are the ledger's matter."""

import logging

from pipeline.domain.lifecycle import Flow
from tasks import opened
from tasks.app import app
from tasks.hints import publish

log = logging.getLogger(__name__)


@app.task(name="poll")  # type: ignore[untyped-decorator] # Celery has no types
def poll(account: str, flow: str) -> str:
    """Fetch what is new in one flow of one account."""
    if account not in opened.config().accounts or flow not in set(Flow):
        log.warning("ignored a poll of %.80r %.80r: not in this config", account, flow)
        return "ignored: not in this config"
    report = opened.pipeline().poll(account, Flow(flow), publish)
    return report.text if report else "nothing to do"
