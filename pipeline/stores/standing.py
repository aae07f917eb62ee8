"""Where everything stands: counts, lanes, cursors, deadlines, causes."""

import json
from collections.abc import Sequence
from typing import Any

from redis import Redis

from pipeline.domain.lifecycle import DONE, Flow, Step
from pipeline.stores.gates import RedisGates
from pipeline.stores.keys import PREFIX
from pipeline.stores.presence import RedisPresence
from pipeline.stores.stamps import stamp

NEAREST = 10  # deadlines
SAMPLES = 5  # items of a cause


class RedisStanding:
    """`accounts`: every configured one, for gates and cursors."""

    def __init__(self, redis: "Redis", gates: RedisGates, accounts: Sequence[str], *, prefix: str = PREFIX) -> None:
        self._redis: Any = redis
        self._gates = gates
        self._accounts = tuple(accounts)
        self._prefix = prefix

    def status(self) -> dict[str, Any]:
        """As `status --json` prints it; `account` of a count is the document's source."""
        counts = self._counts()
        settled = sum(entry["count"] for entry in counts if entry["stage"] == DONE)
        lanes = self._lanes()
        oldest = [lane["oldest_due_seconds"] for lane in lanes if lane["oldest_due_seconds"] is not None]
        return {
            "counts": counts,
            "lanes": lanes,
            "oldest_due_seconds": max(oldest, default=None),
            "gates": self._gates.state(self._accounts),
            "cursors": self._cursors(),
            "settled": settled,
            "unsettled": sum(entry["count"] for entry in counts) - settled,
            "deadlines": self._deadlines(),
            "reconciled": self._reconciled(),
        }

    def steps(self) -> dict[str, dict[str, int]]:
        """Lane -> `ms`, `documents`, and how many batches took at most so many ms (`more`: longer), since ever."""
        found: dict[str, dict[str, int]] = {}
        for name, count in self._redis.hgetall(self._key("steps")).items():
            lane, _, word = name.decode().rpartition("|")
            found.setdefault(lane, {})[word] = int(count)
        return found

    def present(self) -> dict[str, int]:
        """How many workers and beats are there."""
        roles = [one.role for one in RedisPresence(self._redis, prefix=self._prefix).everybody()]
        return {role: roles.count(role) for role in ("worker", "beat")}

    def causes(self) -> list[dict[str, Any]]:
        """`{fingerprint, step, kind, cause, count, oldest, refs}`, the most frequent first."""
        texts = {name.decode(): json.loads(text) for name, text in self._redis.hgetall(self._key("causes")).items()}
        pipe = self._redis.pipeline(transaction=False)
        for name in texts:
            pipe.zcard(self._key(f"cause:{name}"))
            pipe.zrange(self._key(f"cause:{name}"), 0, SAMPLES - 1, withscores=True)
        answers = pipe.execute()
        found = []
        for number, (name, told) in enumerate(texts.items()):
            count, items = answers[2 * number : 2 * number + 2]
            if count:
                found.append(
                    {
                        "fingerprint": name, "step": told.get("step"), "kind": told.get("kind"),
                        "cause": told.get("cause"), "count": count, "oldest": stamp(items[0][1]),
                        "refs": [item.decode() for item, _ in items],
                    }
                )  # fmt: skip
        return sorted(found, key=lambda entry: (-entry["count"], entry["fingerprint"]))

    def _counts(self) -> list[dict[str, Any]]:
        found = []
        for field, count in sorted(self._redis.hgetall(self._key("counts")).items()):
            flow, source, stage, condition = field.decode().split("|")
            if int(count):
                found.append(
                    {"flow": flow, "account": source, "stage": stage, "condition": condition, "count": int(count)}
                )
        return found

    def _lanes(self) -> list[dict[str, Any]]:
        order = {step.value: number for number, step in enumerate(Step)}
        names = [lane.decode() for lane in self._redis.smembers(self._key("lanes"))]
        names.sort(key=lambda name: (order.get(name.partition(".")[0], 9), name))
        seconds, micros = self._redis.time()
        now = int(seconds) * 1000 + int(micros) // 1000
        pipe = self._redis.pipeline(transaction=False)
        for name in names:
            pipe.zcount(self._key(f"due:{name}"), "-inf", now)
            pipe.zcard(self._key(f"due:{name}"))
            pipe.zcard(self._key(f"hand:{name}"))
            pipe.zrange(self._key(f"due:{name}"), 0, 0, withscores=True)
            pipe.exists(self._key(f"hinted:{name}"))
        answers = pipe.execute()
        found = []
        for number, name in enumerate(names):
            due, all_due, in_hand, first, hinted = answers[5 * number : 5 * number + 5]
            age = round((now - first[0][1]) / 1000, 3) if first and first[0][1] <= now else None
            found.append(
                {
                    "lane": name, "due": due, "due_later": max(0, all_due - due), "in_hand": in_hand,
                    "oldest_due_seconds": age, "hinted": bool(hinted),
                }
            )  # fmt: skip
        return found

    def _cursors(self) -> list[dict[str, Any]]:
        names = [(account, flow.value) for account in self._accounts for flow in Flow]
        pipe = self._redis.pipeline(transaction=False)
        for account, flow in names:
            pipe.hgetall(self._key(f"cur:{account}:{flow}"))
        found = []
        for (account, flow), stored in zip(names, pipe.execute(), strict=True):
            if stored:
                held = {name.decode(): value.decode() for name, value in stored.items()}
                found.append({"account": account, "flow": flow, **_cursor(held)})
        return found

    def _deadlines(self) -> list[dict[str, Any]]:
        nearest = self._redis.zrange(self._key("deadlines"), 0, NEAREST - 1, withscores=True)
        return [{"ref": item.decode(), "deadline": stamp(score)} for item, score in nearest]

    def _reconciled(self) -> Any:
        """The sums of the last daily reconciliation, None before the first."""
        stored = self._redis.get(self._key("reconciled"))
        return json.loads(stored) if stored else None

    def _key(self, name: str) -> str:
        return f"{self._prefix}{name}"


def _cursor(held: dict[str, str]) -> dict[str, Any]:
    began, finished = int(held.get("began") or 0), int(held.get("finished") or 0)
    return {
        "cursor": held.get("cursor") or None,
        "page": held.get("page") or None,
        "began": stamp(began or None),
        "finished": stamp(finished or None),
        "error": held.get("error") or None,
    }
