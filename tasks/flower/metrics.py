"""The ledger's metrics for Prometheus, behind the same authentication as the Orders tab."""

from typing import Any

from tornado.web import authenticated

from pipeline.observability.metrics import CONTENT_TYPE, write_metrics
from tasks.flower.page import Page


class Metrics(Page):
    """`/orders/metrics`; Flower's own `/metrics` tells of tasks and workers."""

    @authenticated
    async def get(self) -> None:
        """The same numbers as `orderpipe status`."""
        text = await self.ask(_write)
        self.set_header("Content-Type", CONTENT_TYPE)
        self.finish(text)


def _write(desk: Any) -> bytes:
    return write_metrics(desk.status(), desk.steps(), desk.present())
