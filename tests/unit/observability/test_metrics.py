"""Metrics: the numbers of `status`, in Prometheus' words."""

from prometheus_client.parser import text_string_to_metric_families

from pipeline.observability.metrics import write_metrics

STATUS = {
    "counts": [{"flow": "orders", "account": "m1", "stage": "push", "condition": "dead", "count": 3}],
    "lanes": [
        {"lane": "push.o1", "due": 4, "due_later": 2, "in_hand": 1, "oldest_due_seconds": 7.5, "hinted": True},
        {"lane": "fetch.m1", "due": 0, "due_later": 0, "in_hand": 0, "oldest_due_seconds": None, "hinted": False},
    ],
    "gates": {"o1": {"state": "shut", "kind": "paused"}, "m1": {"state": "open", "kind": None}},
    "reconciled": {"residual": 2, "accounts": {"m1": {"missing": 1, "extra": 0, "different": 0, "note": ""}}},
}
PRESENT = {"worker": 3, "beat": 0}
STEPS = {"push.o1": {"ms": 1500, "documents": 30, "100": 2, "1000": 1, "more": 1}}


Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def told(status: dict[str, object] = STATUS) -> Samples:
    families = text_string_to_metric_families(write_metrics(status, STEPS, PRESENT).decode())
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def value(name: str, **labels: str) -> float:
    return told()[f"orderpipe_{name}", frozenset(labels.items())]


def test_every_number_of_the_status_is_there() -> None:
    assert value("documents", flow="orders", account="m1", stage="push", condition="dead") == 3
    assert value("lane_due", step="push", account="o1") == 4
    assert value("lane_oldest_due_seconds", step="push", account="o1") == 7.5
    assert value("lane_oldest_due_seconds", step="fetch", account="m1") == 0
    assert value("gate_shut", account="o1", kind="paused") == 1
    assert value("gate_shut", account="m1", kind="") == 0
    assert value("reconcile_differences", account="m1", kind="missing") == 1
    assert value("reconcile_residual") == 2
    assert value("processes", role="worker") == 3
    assert value("processes", role="beat") == 0


def test_step_seconds_are_a_histogram() -> None:
    place = {"step": "push", "account": "o1"}
    buckets = {bound: value("step_seconds_bucket", le=bound, **place) for bound in ("0.1", "1.0", "+Inf")}
    assert buckets == {"0.1": 2, "1.0": 3, "+Inf": 4}
    assert value("step_seconds_count", **place) == 4
    assert value("step_seconds_sum", **place) == 1.5
    assert value("step_documents_total", **place) == 30


def test_before_the_first_reconciliation_there_is_none() -> None:
    assert not any(name.startswith("orderpipe_reconcile") for name, _ in told({**STATUS, "reconciled": None}))
