"""Which marketplace an order came from, by its id, and whether as history: live records first, then finished lines."""

import json
from collections.abc import Sequence
from typing import Any

from pipeline.domain.lifecycle import Flow, Mark, Ref, is_marked
from pipeline.stores.finished import RedisFinished
from pipeline.stores.keys import finished_key
from pipeline.stores.ledger import RedisLedger


class Owners:
    """Looks in the ledger only; one pipeline a question."""

    def __init__(self, redis: Any, ledger: RedisLedger) -> None:
        self._redis = redis
        self._prefix = ledger.prefix
        self._finished = RedisFinished(redis, prefix=ledger.prefix)

    def owner(self, markets: Sequence[str], order_id: str) -> str | None:
        """The first of `markets` whose orders hold this id; None when none does."""
        meta = {key.decode(): value.decode() for key, value in self._redis.hgetall(f"{self._prefix}meta").items()}
        with self._redis.pipeline(transaction=False) as pipe:
            asked: list[str] = []
            for market in markets:
                pipe.exists(f"{self._prefix}d:{Ref(Flow.ORDERS, market, order_id)}")
                asked.append(market)
                number = meta.get(f"n:{Flow.ORDERS}:{market}")
                for part in filter(None, meta.get(f"wk:{number}", "").split(",")):
                    week, buckets = map(int, part.split(":"))
                    pipe.hexists(finished_key(self._prefix, week, int(number or 0), order_id, buckets), order_id)
                    asked.append(market)
            answers = pipe.execute()
        found = {market for market, answer in zip(asked, answers, strict=True) if answer}
        return next((market for market in markets if market in found), None)

    def is_history(self, market: str, order_id: str) -> bool:
        """Whether the order's last version came as history."""
        ref = Ref(Flow.ORDERS, market, order_id)
        version, facts = self._redis.hmget(f"{self._prefix}d:{ref}", "fp", "fa")
        if version:
            return is_marked(json.loads(facts or "{}"), version.decode(), Mark.HISTORIC)
        found = self._finished.find([ref])
        return bool(found) and found[ref].history
