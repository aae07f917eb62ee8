"""The named fault sets `none`, `some` and `worst`; docs/sandbox.md describes them."""

from dataclasses import replace

from sandbox.faults import Rule

_LISTS = ("octopia.orders", "egenta.shipped", "egenta.status_list")
_WRITES = ("egenta.import", "octopia.shipments", "octopia.approval", "egenta.shipped_ack", "egenta.status_answer")

_SOME = (
    Rule("status", "*", 0.01, status=503, retry_after=1),
    Rule("status", "*", 0.01, status=429, retry_after=1, count=10),
    Rule("slow", "*", 0.02, seconds=0.3),
    Rule("reset_after", "egenta.import", 0.005, count=3),
    Rule("expired_token", "octopia.orders", 0.02, count=2),
    Rule("late_order", "octopia.order_created", 0.02, seconds=2),
)

# Every rule is bounded in count: however unlucky the draw, the set ends. Nothing in it refuses a valid document for
# good (400, 403, 404, 409, 422, unknown_status): a client is right to stop there, and the run would not end.
_WORST = (
    *(Rule("status", name, 0.05, status=500, count=2) for name in _WRITES),
    *(Rule("status", name, 0.05, status=500, count=2, commit=True) for name in _WRITES),
    *(Rule("reset_after", name, 0.04, count=3) for name in _WRITES),
    *(Rule("reset_before", name, 0.04, count=2) for name in _WRITES),
    *(Rule("html", name, 0.03, count=1, commit=True) for name in _WRITES),
    *(Rule("truncated", name, 0.03, count=1) for name in _WRITES),
    Rule("hang", "egenta.import", 0.03, count=2, seconds=3),
    Rule("hang", "egenta.import", 0.02, count=1, seconds=7),
    Rule("hang", "octopia.shipments", 0.03, count=1, seconds=3),
    Rule("drip", "egenta.import", 0.02, count=1, seconds=7),
    Rule("huge", "egenta.import", 0.02, count=1),
    Rule("status", "egenta.import", 0.03, status=408, count=1),
    Rule("status", "egenta.import", 0.03, status=429, count=2),
    Rule("status", "egenta.import", 0.03, status=429, retry_after=1, count=3),
    Rule("status", "egenta.import", 0.03, status=504, count=1, commit=True),
    *(Rule("status", name, 0.05, status=502, count=2) for name in _LISTS),
    *(Rule("html", name, 0.05, count=2) for name in _LISTS),
    *(Rule("truncated", name, 0.05, count=2) for name in _LISTS),
    *(Rule("reset_after", name, 0.05, count=2) for name in _LISTS),
    Rule("huge", "octopia.orders", 0.05, count=1),
    Rule("drip", "octopia.orders", 0.05, count=1, seconds=7),
    Rule("repeated_page", "octopia.orders", 0.2, count=3),
    Rule("expired_token", "octopia.*", 0.02, count=4),
    Rule("late_order", "octopia.order_created", 0.05, count=25, seconds=3),
    Rule("status", "octopia.token", 0.3, status=503, count=1, retry_after=1),
    Rule("status", "octopia.*", 0.01, status=429, retry_after=1, count=4),
    Rule("slow", "*", 0.03, count=60, seconds=0.5),
)

# What a set has besides when the orders are for another OMS than Egenta: `import_` is where it takes them.
_BESIDES: dict[str, tuple[Rule, ...]] = {
    "some": (Rule("reset_after", "{import_}", 0.005, count=3), Rule("expired_token", "{import_}", 0.02, count=2)),
    "worst": (
        Rule("status", "{import_}", 0.05, status=500, count=2),
        Rule("status", "{import_}", 0.05, status=500, count=2, commit=True),
        Rule("reset_after", "{import_}", 0.04, count=3),
        Rule("reset_before", "{import_}", 0.04, count=2),
        Rule("html", "{import_}", 0.03, count=1, commit=True),
        Rule("truncated", "{import_}", 0.03, count=1),
        Rule("hang", "{import_}", 0.02, count=1, seconds=7),
        Rule("drip", "{import_}", 0.02, count=1, seconds=7),
        Rule("huge", "{import_}", 0.02, count=1),
        Rule("status", "{import_}", 0.03, status=429, retry_after=1, count=3),
        Rule("status", "{import_}", 0.03, status=504, count=1, commit=True),
        Rule("expired_token", "{import_}", 0.03, count=3),
        Rule("status", "{oms}.token", 0.3, status=503, count=1, retry_after=1),
        Rule("status", "{oms}.*", 0.02, status=503, count=4),
    ),
}

FAULT_SETS: dict[str, tuple[Rule, ...]] = {"none": (), "some": _SOME, "worst": _WORST}


def find_fault_set(name: str, import_endpoint: str = "egenta.import") -> tuple[Rule, ...]:
    """`import_endpoint`: where the OMS takes orders. ValueError names the known sets."""
    if name not in FAULT_SETS:
        raise ValueError(f"unknown fault set {name!r}; known: {', '.join(FAULT_SETS)}")
    oms = import_endpoint.partition(".")[0]
    if oms == "egenta":
        return FAULT_SETS[name]
    besides = _BESIDES.get(name, ())
    return FAULT_SETS[name] + tuple(
        replace(rule, endpoint=rule.endpoint.format(import_=import_endpoint, oms=oms)) for rule in besides
    )
