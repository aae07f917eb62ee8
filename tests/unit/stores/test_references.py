from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pipeline.domain.errors import Unavailable
from pipeline.stores.bodies import Bodies
from pipeline.stores.references import RedisReferences
from tests.unit.stores.driver import Drive

DAY = timedelta(days=1)


class Table:
    def __init__(self, *contents: Any) -> None:
        self.contents, self.loaded = list(contents), 0

    def load(self) -> Any:
        self.loaded += 1
        return self.contents[min(self.loaded, len(self.contents)) - 1]


def test_loaded_once_for_all_hosts(drive: Drive) -> None:
    table = Table({"COLI": "Colissimo", "fee": Decimal("1.50")})
    first = RedisReferences(drive.redis).get("o1", "carriers", table.load, life=DAY)
    second = RedisReferences(drive.redis).get("o1", "carriers", table.load, life=DAY)
    assert first == second == {"COLI": "Colissimo", "fee": Decimal("1.50")}
    assert table.loaded == 1
    assert 0 < drive.redis.ttl("op:table:o1:carriers") <= DAY.total_seconds()


@pytest.mark.parametrize("empty", [None, [], {}])
def test_an_empty_table_is_a_table(drive: Drive, empty: Any) -> None:
    table, references = Table(empty), RedisReferences(drive.redis)
    for _ in range(2):
        assert references.get("o1", "agents", table.load, life=DAY) == empty
    assert table.loaded == 1


def test_fresh_at_most_once_a_minute(drive: Drive) -> None:
    table, references = Table([1], [2], [3]), RedisReferences(drive.redis)
    references.get("o1", "agents", table.load, life=DAY)
    assert references.get("o1", "agents", table.load, life=DAY, fresh=True) == [2]
    assert references.get("o1", "agents", table.load, life=DAY, fresh=True) == [2]
    assert references.get("o1", "branches", table.load, life=DAY, fresh=True) == [3]  # a table of its own
    drive.redis.delete("op:table-fresh:o1:agents")
    references.get("o1", "agents", table.load, life=DAY, fresh=True)
    assert table.loaded == 4


def test_a_load_that_fails_leaves_what_is_there(drive: Drive) -> None:
    references = RedisReferences(drive.redis)
    references.get("o1", "agents", Table([1]).load, life=DAY)

    def fails() -> Any:
        raise Unavailable("no connection")

    with pytest.raises(Unavailable):
        references.get("o1", "agents", fails, life=DAY, fresh=True)
    assert references.get("o1", "agents", fails, life=DAY) == [1]


def test_a_table_sealed_with_a_lost_key_is_loaded_anew(drive: Drive) -> None:
    RedisReferences(drive.redis, Bodies(b"k" * 32)).get("o1", "agents", Table([1]).load, life=DAY)
    assert RedisReferences(drive.redis, Bodies(b"x" * 32)).get("o1", "agents", Table([2]).load, life=DAY) == [2]
