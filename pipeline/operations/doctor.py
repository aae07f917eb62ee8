"""Doctor: whether Redis, beat, workers and indexes are as they must be; each line with its fix."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from pipeline.config.model import Config
from pipeline.domain.lifecycle import Step
from pipeline.stores.audit import Findings
from pipeline.stores.presence import Present

SKEW: Final = 5.0  # seconds: a clock that is further off makes logs and deadlines lie
SILENT: Final = timedelta(minutes=3)  # a canary a minute: two of them lost
FULL: Final = 0.8  # of maxmemory
SHOWN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What is looked at. `missing`: settings that Redis lacks; `server`: its INFO; `here`: who is there."""

    config: Config
    missing: Sequence[str]
    server: Mapping[str, Any]
    here: Sequence[Present]
    canaries: Mapping[str, float]
    skew: float  # seconds that this host's clock is ahead of Redis'
    audit: Callable[[bool], Findings]


def examine(patient: Patient, *, rebuild: bool) -> Iterator[Mapping[str, Any]]:
    """`{check, ok, message, fix}`, one a thing; with `rebuild` indexes and counts are made to say what records say."""
    yield from _redis(patient)
    yield from _beats(patient)
    yield from _workers(patient)
    yield from _queues(patient)
    yield from _clocks(patient)
    yield _indexes(patient, rebuild=rebuild)


def _line(check: str, *, ok: bool, message: str, fix: str = "") -> dict[str, Any]:
    return {"check": check, "ok": ok, "message": message, "fix": "" if ok else fix}


def _redis(patient: Patient) -> Iterator[Mapping[str, Any]]:
    server = patient.server
    if patient.config.redis_durability == "promised":
        words = 'its configuration is not looked at: redis.durability = "promised" vouches for it'
        yield _line("redis durability", ok=True, message=words)
    else:
        lacks = ", ".join(patient.missing)
        fixes = "; ".join(f"CONFIG SET {setting}" for setting in patient.missing)
        words = f"it lacks: {lacks}" if lacks else "appendonly yes, appendfsync always, maxmemory-policy noeviction"
        yield _line("redis durability", ok=not lacks, message=words, fix=f"{fixes}, and in redis.conf")
    writes = str(server.get("aof_last_write_status", "ok"))
    words = "the append-only file is written" if writes == "ok" else f"the append-only file: {writes}"
    yield _line(
        "redis persistence", ok=writes == "ok", message=words, fix="look at the disk of Redis: full, or failing"
    )
    most, used = int(server.get("maxmemory") or 0), int(server.get("used_memory") or 0)
    share = f"{used / 1e6:.0f} MB" + (f" of {most / 1e6:.0f} MB" if most else ", without a limit (maxmemory 0)")
    yield _line(
        "redis memory",
        ok=not most or used < FULL * most,
        message=share,
        fix="raise maxmemory: when it is reached, nothing can be stored or marked any more",
    )
    gone = int(server.get("evicted_keys") or 0)
    words = "no key was ever evicted" if not gone else f"{gone} keys were evicted since it started"
    fix = "set maxmemory-policy noeviction, then `orderpipe doctor --rebuild` and `orderpipe reconcile`"
    yield _line("redis eviction", ok=not gone, message=words, fix=fix)
    cluster = bool(int(server.get("cluster_enabled") or 0))
    words = "a cluster: the keys of one script lie in many slots" if cluster else "one primary"
    yield _line("redis topology", ok=not cluster, message=words, fix="use one primary, with Sentinel for a standby")


def _beats(patient: Patient) -> Iterator[Mapping[str, Any]]:
    beats = [one.name for one in patient.here if one.role == "beat"]
    words = {0: "no beat runs: nothing is polled", 1: f"one ({beats[0]})" if beats else ""}.get(
        len(beats), f"{len(beats)} ({', '.join(beats)}): safe, and one is enough"
    )
    yield _line("beat", ok=bool(beats), message=words, fix="start `orderpipe beat` (or `orderpipe up`) on one host")


def _workers(patient: Patient) -> Iterator[Mapping[str, Any]]:
    workers = [one for one in patient.here if one.role == "worker"]
    hosts = sorted({one.host for one in workers})
    words = f"{len(workers)} on {len(hosts)} host{'s' * (len(hosts) != 1)}: {', '.join(hosts)}" if workers else "none"
    yield _line("workers", ok=bool(workers), message=words, fix="start `orderpipe worker` (or `orderpipe up`)")
    versions = sorted({f"{one.version} (schema {one.schema})" for one in patient.here})
    words = " and ".join(versions) or "nobody is there"
    fix = "side by side is safe; finish the upgrade so that all run one version"
    yield _line("versions", ok=len(versions) < 2, message=words, fix=fix)


def _queues(patient: Patient) -> Iterator[Mapping[str, Any]]:
    """A canary comes through each queue once a minute. Who serves a silent one is connected, and deaf."""
    beats = [one for one in patient.here if one.role == "beat"]
    young = not beats or max(one.since for one in beats) < SILENT.total_seconds()
    for queue in queues_of(patient.config):
        age = patient.canaries.get(queue)
        serving = [one.name for one in patient.here if one.role == "worker" and queue in one.queues]
        heard = age is not None and age < SILENT.total_seconds()
        last = "never" if age is None else f"{age:.0f} s ago"
        if not serving:
            owner = queue.partition(".")[2]
            start = f"orderpipe worker --serve {owner}" if owner else "orderpipe worker"
            yield _line(f"queue {queue}", ok=False, message="no worker serves it", fix=f"start `{start}` on a host")
        elif heard or young:
            words = f"a canary came through {last}" if age is not None else "its first canary is due within a minute"
            yield _line(f"queue {queue}", ok=True, message=words)
        else:
            names = ", ".join(serving)
            words = f"served by {names}, but the last canary came through {last}: connected, and deaf"
            yield _line(f"queue {queue}", ok=False, message=words, fix=f"restart {names}; is its broker the same?")


def _clocks(patient: Patient) -> Iterator[Mapping[str, Any]]:
    """The ledger goes by Redis' clock alone: a skewed host loses nothing, but its logs and its beat are off."""
    skews = {"this host": patient.skew} | {one.host: one.skew for one in patient.here}
    for host, skew in skews.items():
        way = "ahead of" if skew > 0 else "behind"
        words = f"{host}: {abs(skew):.1f} s {way} Redis'" if abs(skew) >= 0.1 else f"{host}: as Redis'"
        yield _line("clock", ok=abs(skew) < SKEW, message=words, fix="set the clock by NTP (chrony, systemd-timesyncd)")


def _indexes(patient: Patient, *, rebuild: bool) -> Mapping[str, Any]:
    found = patient.audit(rebuild)
    wrong = [*found.missing, *(f"{place} (without its record)" for place in found.strays)]
    wrong += [f"count {name}: {was}, there are {is_}" for name, (was, is_) in (found.counts or {}).items()]
    words = f"{found.records} records looked at"
    if found.counts is None:
        words += "; counts could not be compared, documents moved all the while"
    if not wrong:
        return _line("indexes", ok=True, message=f"{words}: as the records say")
    some = "; ".join(wrong[:SHOWN]) + (f"; and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else "")
    if rebuild:
        return _line("indexes", ok=True, message=f"{words}; mended: {some}")
    return _line("indexes", ok=False, message=f"{words}; {some}", fix="`orderpipe doctor --rebuild`")


def queues_of(config: Config) -> list[str]:
    """Every queue that somebody must serve (design, section 5)."""
    own = [account.name for account in config.accounts.values() if account.own_queue]
    return [*Step, "upkeep", *(f"{step}.{name}" for name in own for step in Step)]
