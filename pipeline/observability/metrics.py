"""Metrics for Prometheus, from the ledger: the same numbers as `orderpipe status`, for all hosts at once."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


def write_metrics(
    status: Mapping[str, Any], steps: Mapping[str, Mapping[str, int]], present: Mapping[str, int]
) -> bytes:
    """`status`, `steps` and `present` as the desk gives them; in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Ledger(status, steps, present))
    return generate_latest(registry)


class _Ledger:
    def __init__(
        self, status: Mapping[str, Any], steps: Mapping[str, Mapping[str, int]], present: Mapping[str, int]
    ) -> None:
        self._status = status
        self._steps = steps
        self._present = present

    def collect(self) -> Iterator[Metric]:
        """One family after the other."""
        yield self._documents()
        yield from self._lanes()
        yield self._gates()
        yield from self._batches()
        yield from self._reconciled()
        yield self._processes()

    def _documents(self) -> Metric:
        labels = ("flow", "account", "stage", "condition")
        family = GaugeMetricFamily("orderpipe_documents", "Documents by where they stand.", labels=labels)
        for row in self._status["counts"]:
            family.add_metric([row[name] for name in labels], row["count"])
        return family

    def _lanes(self) -> Iterator[Metric]:
        due = GaugeMetricFamily("orderpipe_lane_due", "Documents that are due now.", labels=("step", "account"))
        later = GaugeMetricFamily("orderpipe_lane_due_later", "Documents due later.", labels=("step", "account"))
        hand = GaugeMetricFamily("orderpipe_lane_in_hand", "Documents in a worker's hand.", labels=("step", "account"))
        oldest = GaugeMetricFamily(
            "orderpipe_lane_oldest_due_seconds", "How long the oldest due document waits.", labels=("step", "account")
        )
        for lane in self._status["lanes"]:
            place = list(_place(lane["lane"]))
            due.add_metric(place, lane["due"])
            later.add_metric(place, lane["due_later"])
            hand.add_metric(place, lane["in_hand"])
            oldest.add_metric(place, lane["oldest_due_seconds"] or 0)
        yield from (due, later, hand, oldest)

    def _gates(self) -> Metric:
        family = GaugeMetricFamily(
            "orderpipe_gate_shut", "1 while a partner's gate is shut.", labels=("account", "kind")
        )
        for account, gate in sorted(self._status["gates"].items()):
            family.add_metric([account, gate.get("kind") or ""], 0 if gate["state"] == "open" else 1)
        return family

    def _batches(self) -> Iterator[Metric]:
        seconds = HistogramMetricFamily(
            "orderpipe_step_seconds", "How long a batch of one step took.", labels=("step", "account")
        )
        documents = CounterMetricFamily(
            "orderpipe_step_documents", "Documents that went through a step.", labels=("step", "account")
        )
        for lane, told in sorted(self._steps.items()):
            place = list(_place(lane))
            total, buckets = 0, []
            for bound in sorted(int(name) for name in told if name.isdecimal()):
                total += told[str(bound)]
                buckets.append((str(bound / 1000), total))
            buckets.append(("+Inf", total + told.get("more", 0)))
            seconds.add_metric(place, buckets, sum_value=told.get("ms", 0) / 1000)
            documents.add_metric(place, told.get("documents", 0))
        yield from (seconds, documents)

    def _reconciled(self) -> Iterator[Metric]:
        last = self._status.get("reconciled")
        if last is None:
            return
        family = GaugeMetricFamily(
            "orderpipe_reconcile_differences", "What the last reconciliation found.", labels=("account", "kind")
        )
        for account, sums in last["accounts"].items():
            for kind in ("missing", "extra", "different"):
                family.add_metric([account, kind], sums[kind])
        yield family
        yield GaugeMetricFamily(
            "orderpipe_reconcile_residual", "Documents that are in no place at all.", value=last["residual"]
        )

    def _processes(self) -> Metric:
        """A role that nobody plays is told as 0, so that an alert can ask for it."""
        family = GaugeMetricFamily("orderpipe_processes", "Workers and beats that are there.", labels=("role",))
        for role, count in sorted(self._present.items()):
            family.add_metric([role], count)
        return family


def _place(lane: str) -> tuple[str, str]:
    step, _, account = lane.partition(".")
    return step, account
