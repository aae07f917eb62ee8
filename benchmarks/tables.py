"""A run as Markdown tables, as JSON, and as the middle of docs/performance.md."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.plan import BARE, BARE_QUICK, CHAIN, OURS, OURS_QUIET, OURS_TWO, Measured
from benchmarks.verdicts import judge

DOCS: Final = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- figures: `python -m benchmarks --write-docs` -->", "<!-- /figures -->"
NAMES: Final = {
    BARE: "bare loop (httpx + marshmallow)",
    BARE_QUICK: "bare loop without marshmallow",
    CHAIN: "textbook chain",
    OURS: "orderpipe, one worker process",
    OURS_QUIET: "orderpipe, events off",
    OURS_TWO: "orderpipe, two worker processes",
}


def place() -> str:
    """The machine and how busy it is, for whoever compares absolute times."""
    cpuinfo = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = next((line.partition(":")[2].strip() for line in cpuinfo.splitlines() if "model name" in line), "?")
    load = os.getloadavg()[0]
    return f"{model}, {os.cpu_count()} cores, load average {load:.1f}, Python {platform.python_version()}"


def tables(run: Measured, where: str) -> str:
    """All of it, as Markdown."""
    plan = run.plan
    size = f"{plan.rounds} rounds of {plan.orders:,} orders ({plan.chain_orders} for the chain), batches of 100"
    lines = [
        f"Run of {datetime.now(UTC):%Y-%m-%d} on {where}. {size}; medians, ratios within each round.",
        "",
        "| | orders/s | worker CPU ms/order | Redis CPU ms/order | Redis commands/order | Redis round trips/order |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, title in NAMES.items():
        served = name not in (BARE, BARE_QUICK)
        redis = [
            f"{run.of(name, lambda one: one.server_ms):.2f}",
            f"{run.of(name, lambda one: one.commands):.1f}",
            f"{run.of(name, lambda one: one.trips):.2f}",
        ]
        row = [f"{run.of(name, lambda one: one.rate):,.0f}", f"{run.of(name, lambda one: one.cpu_ms):.2f}"]
        lines.append(f"| {title} | {' | '.join([*row, *(redis if served else ['-'] * 3)])} |")
    lines += ["", "| # | target | measured | |", "|---|---|---|---|"]
    lines += [f"| {one.number} | {one.target} | {one.measured} | {one.word} |" for one in judge(run)]
    lines += ["", "| ms per 100 orders | empty ledger | crowded | |", "|---|---:|---:|---:|"]
    lines += [
        f"| {name} | {empty:.1f} | {run.full[name]:.1f} | {run.full[name] / empty - 1:+.0%} |"
        for name, empty in run.empty.items()
        if name in run.full
    ]
    return "\n".join(lines) + "\n"


def as_json(run: Measured, where: str) -> dict[str, Any]:
    """Every round's figures and every verdict."""
    return {
        "where": where,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "orders": run.plan.orders,
        "rounds": {
            name: [
                {
                    "orders_per_second": round(one.rate, 1),
                    "worker_cpu_ms": round(one.cpu_ms, 4),
                    "redis_cpu_ms": round(one.server_ms, 4),
                    "redis_commands": round(one.commands, 3),
                    "redis_round_trips": round(one.trips, 3),
                }
                for one in rounds
            ]
            for name, rounds in run.rounds.items()
        },
        "single_order_ms": {"median": run.latency[0], "worst": run.latency[1]},
        "bytes_per_finished": {"by_id": run.kept[False], "by_both_ids": run.kept[True]},
        "ms_per_100": {"empty": dict(run.empty), "crowded": dict(run.full)},
        "targets": [
            {"number": one.number, "target": one.target, "measured": one.measured, "holds": one.holds}
            for one in judge(run)
        ],
    }


def write_docs(text: str, path: Path = DOCS) -> None:
    """Between the markers. Raises ValueError where they are missing."""
    before, found, rest = path.read_text().partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not found or not closed:
        raise ValueError(f"{path} has no place for figures: {BEGIN} ... {END}")
    path.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")
