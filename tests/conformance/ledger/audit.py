"""The audit: whether a ledger's counts and indexes say what its records say, and nothing else."""

from collections import Counter, defaultdict
from typing import Any

from pipeline.domain.lifecycle import Ref
from pipeline.stores.line import unpack_line

DUE = {"due", "parked", "pending", "unknown"}
ALWAYS_DUE = {"due", "parked", "pending"}
IN_HAND = {"in_hand", "sending"}
LISTED = {"waiting", "held", "unknown", "dead"}
BUSY = {"in_hand", "sending", "unknown", "pending"}
ENDS = {"done", "discarded"}
Index = dict[str, dict[str, int]]
Records = dict[str, dict[str, str]]


def records(redis: Any) -> Records:
    """Every record's fields, by reference; bodies as latin-1."""
    found = {key.decode()[len("op:d:") :]: redis.hgetall(key) for key in redis.keys("op:d:*")}
    return {
        ref: {name.decode(): value.decode("latin-1") for name, value in fields.items()} for ref, fields in found.items()
    }


def positions(fields: dict[str, str]) -> list[str]:
    """The suffixes of a record: the document and each delivery it ever had."""
    return ["", *(name[2:] for name in fields if name.startswith("co@"))]


def audit(redis: Any) -> Records:
    """The records; raises AssertionError with the difference."""
    expected: Index = defaultdict(dict)
    counts: Counter[str] = Counter()
    live = records(redis)
    for ref, fields in live.items():
        _check_record(redis, ref, fields)
        for sfx in positions(fields):
            _check_position(ref, sfx, fields)
            _expect(expected, counts, ref, sfx, fields)
    for ref, condition in _finished_lines(redis).items():
        if ref not in live:
            counts[f"{ref.split(':')[0]}|{ref.split(':')[1]}|done|{condition}"] += 1
    actual: Index = {}
    for pattern in ("due:*", "hand:*", "c:*", "cause:*", "deadlines"):
        for key in redis.keys("op:" + pattern):
            name = key.decode()[3:]
            actual[name] = {item.decode(): int(score) for item, score in redis.zrange(key, 0, -1, withscores=True)}
    for name in expected.keys() & actual.keys():
        if name.startswith(("hand:", "deadlines")):  # the lease is only in the index; a deadline may have moved
            expected[name] = {item: actual[name].get(item, 0) for item in expected[name]}
    assert actual == dict(expected), "indexes differ from the records"
    told = {name.decode(): int(value) for name, value in redis.hgetall("op:counts").items()}
    assert told == {name: value for name, value in counts.items() if value}, "counts differ from the records"
    _check_days(redis, live)
    causes = {key.decode()[len("op:cause:") :] for key in redis.keys("op:cause:*")}
    assert {name.decode() for name in redis.hkeys("op:causes")} == causes, "causes differ from their indexes"
    lanes = {key.decode().split(":", 2)[2] for key in redis.keys("op:due:*")}
    assert lanes <= {name.decode() for name in redis.smembers("op:lanes")}, "a lane nobody looks at"
    return live


def _check_days(redis: Any, live: Records) -> None:
    """What came on a day is finished or under way."""
    open_: Counter[str] = Counter()
    for ref, fields in live.items():
        if fields["st"] != "done":
            open_[f"{ref.split(':')[0]}:{ref.split(':')[1]} {int(fields['rat']) // 86_400_000}"] += 1
    booked: Counter[str] = Counter()
    for key in redis.keys("op:days:*"):
        for field, count in redis.hgetall(key).items():
            day, _, word = field.decode().partition("|")
            booked[f"{key.decode()[len('op:days:') :]} {day}"] += int(count) if word == "came" else -int(count)
    assert {place: count for place, count in booked.items() if count} == dict(open_), "the day book differs"


def _check_record(redis: Any, ref: str, fields: dict[str, str]) -> None:
    over = fields["st"] == "done"
    for key in (f"op:d:{ref}", f"op:t:{ref}"):
        assert (redis.pttl(key) > 0) == over, f"{key}: its life does not fit stage {fields['st']}"
    assert redis.llen(f"op:t:{ref}") <= 220
    assert over == (fields["co"] in ENDS and fields["st"] != "acknowledge"), ref
    states = {fields["co" + sfx] for sfx in positions(fields)}
    if over:
        assert states <= {"", *ENDS}, f"{ref} is over with {states}"
    if "nraw" in fields:
        assert states & BUSY, f"{ref}: a version kept beside a record that is not busy"
    targets = set(filter(None, fields["tg"].split(",")))
    assert set(filter(None, fields.get("rq", "").split(","))) <= targets
    if fields["st"] == "push":
        assert fields["co"] == "", f"{ref}: pushed by its deliveries only"
        required = {fields["co@" + name] for name in filter(None, fields["rq"].split(","))}
        assert required - ENDS or "done" not in states, f"{ref}: not acknowledged"
        assert states - ENDS - {""}, f"{ref}: nobody will ever end it"


def _check_position(ref: str, sfx: str, fields: dict[str, str]) -> None:
    condition, item = fields["co" + sfx], ref + sfx
    assert bool(fields.get("to" + sfx)) == (condition in IN_HAND), f"{item}: token and {condition}"
    if condition == "sending":
        assert fields["mb" + sfx] == "1", f"{item} is being sent without a mark"
    if fields.get("lr" + sfx):
        assert condition in IN_HAND, f"{item}: a late receipt is not used"
    assert bool(fields.get("lr" + sfx)) == ("le" + sfx in fields), item


def _expect(expected: Index, counts: Counter[str], ref: str, sfx: str, fields: dict[str, str]) -> None:
    stage, condition, lane = fields["st" + sfx], fields["co" + sfx], fields.get("ln" + sfx, "")
    flow, source, _ = ref.split(":", 2)
    item = ref + sfx
    if condition in IN_HAND:
        expected[f"hand:{lane}"][item] = 0
    due = fields.get("du" + sfx, "")
    assert due or condition not in ALWAYS_DUE, f"{item} is {condition} without a time"
    if condition in DUE and due:
        expected[f"due:{lane}"][item] = int(due)
    if condition in LISTED:
        expected[f"c:{condition}:{flow}:{source}"][item] = int(fields["si" + sfx])
        if fields.get("dl"):
            expected["deadlines"][item] = int(fields["dl"])
    if fields.get("cf" + sfx):
        expected["cause:" + fields["cf" + sfx]][item] = int(fields["si" + sfx])
    over = condition in ENDS and (sfx or stage != "done")
    if condition and not over:
        counts[f"{flow}|{source}|{stage}|{condition}"] += 1


def _finished_lines(redis: Any) -> dict[str, str]:
    meta = redis.hgetall("op:meta")
    names = {value.decode(): key.decode()[2:] for key, value in meta.items() if key.startswith(b"n:")}
    found: dict[str, str] = {}
    for key in sorted(redis.keys("op:f:*")):
        assert redis.ttl(key) > 0, f"{key} lives for ever"
        number = key.decode().split(":")[3]
        for id_, line in redis.hgetall(key).items():
            assert len(line) <= 64, "a line that breaks the listpack"
            condition = "discarded" if unpack_line(line).discarded else "done"
            found[str(Ref.parse(f"{names[number]}:{id_.decode()}"))] = condition
    return found
