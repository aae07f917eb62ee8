import threading
import time
from datetime import timedelta

import pytest

from pipeline.domain.errors import Unauthorized, Unavailable
from pipeline.ports import Token
from pipeline.stores.bodies import Bodies
from pipeline.stores.tokens import RedisTokens
from tests.unit.stores.driver import Drive


class Partner:
    """A token endpoint: numbers its tokens, remembers what it was asked with."""

    def __init__(self, life: float = 3600, *, rotates: bool = False, slow: float = 0) -> None:
        self.life, self.rotates, self.slow = life, rotates, slow
        self.asked: list[str | None] = []

    def refresh(self, rotating: str | None) -> Token:
        self.asked.append(rotating)
        number = len(self.asked)
        time.sleep(self.slow)
        return Token(f"access-{number}", self.life, f"next-{number}" if self.rotates else None)


@pytest.fixture
def tokens(drive: Drive) -> RedisTokens:
    return RedisTokens(drive.redis)


def test_one_token_for_all_until_it_ages(drive: Drive, tokens: RedisTokens) -> None:
    partner = Partner()
    assert tokens.get("m1", partner.refresh) == "access-1"
    assert RedisTokens(drive.redis).get("m1", partner.refresh) == "access-1"
    assert len(partner.asked) == 1
    drive.redis.pexpire("op:token:m1", 59_000)  # less than a minute left
    assert tokens.get("m1", partner.refresh) == "access-2"


def test_a_short_life_is_renewed_in_its_last_tenth(drive: Drive, tokens: RedisTokens) -> None:
    partner = Partner(life=30)
    tokens.get("m1", partner.refresh)
    drive.redis.pexpire("op:token:m1", 5_000)
    assert tokens.get("m1", partner.refresh) == "access-1"
    drive.redis.pexpire("op:token:m1", 2_900)
    assert tokens.get("m1", partner.refresh) == "access-2"


def test_rotating_refresh_tokens_are_kept(drive: Drive, tokens: RedisTokens) -> None:
    partner = Partner(rotates=True)
    tokens.get("m1", partner.refresh)
    drive.redis.delete("op:token:m1")
    tokens.get("m1", partner.refresh)
    partner.rotates = False  # an endpoint that does not always send a new one
    drive.redis.delete("op:token:m1")
    tokens.get("m1", partner.refresh)
    drive.redis.delete("op:token:m1")
    tokens.get("m1", partner.refresh)
    assert partner.asked == [None, "next-1", "next-2", "next-2"]


def test_many_workers_ask_the_partner_once(drive: Drive) -> None:
    partner = Partner(slow=0.2)
    got: list[str] = []
    threads = [
        threading.Thread(target=lambda: got.append(RedisTokens(drive.redis).get("m1", partner.refresh)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == ["access-1"] * 4
    assert len(partner.asked) == 1


def test_a_token_stored_between_look_and_lock_is_taken(
    drive: Drive, tokens: RedisTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Partner()
    run = drive.ledger.scripts.run

    def overtaken(name: str, *arguments: str | bytes | int) -> object:
        if "lock" in arguments and not late.asked:
            RedisTokens(drive.redis).get("m1", late.refresh)
        return run(name, *arguments)

    monkeypatch.setattr(tokens, "_scripts", drive.ledger.scripts)
    monkeypatch.setattr(drive.ledger.scripts, "run", overtaken)
    never = Partner()
    assert tokens.get("m1", never.refresh) == "access-1"
    assert (len(late.asked), never.asked) == (1, [])


def test_while_another_renews_the_old_one_serves(drive: Drive, tokens: RedisTokens) -> None:
    partner = Partner()
    tokens.get("m1", partner.refresh)
    drive.redis.pexpire("op:token:m1", 30_000)
    drive.ledger.scripts.run("token", "m1", "lock", "another", 30_000)
    assert tokens.get("m1", partner.refresh) == "access-1"


def test_waiting_ends_in_words(drive: Drive) -> None:
    drive.ledger.scripts.run("token", "m1", "lock", "another", 30_000)
    tokens = RedisTokens(drive.redis, patience=timedelta(milliseconds=120))
    with pytest.raises(Unavailable, match="m1"):
        tokens.get("m1", Partner().refresh)


def test_a_dead_refresher_is_succeeded(drive: Drive, tokens: RedisTokens) -> None:
    drive.ledger.scripts.run("token", "m1", "lock", "killed", 80)
    assert tokens.get("m1", Partner().refresh) == "access-1"


def test_who_lost_its_lock_neither_stores_over_nor_unlocks_its_successor(drive: Drive) -> None:
    short = RedisTokens(drive.redis, lock=timedelta(milliseconds=30))

    def stalls(_: str | None) -> Token:
        time.sleep(0.05)  # its lock is over: another one refreshes meanwhile
        assert RedisTokens(drive.redis).get("m1", lambda __: Token("later", 3600)) == "later"
        drive.ledger.scripts.run("token", "m1", "lock", "third", 30_000)
        return Token("earlier", 3600)

    short.get("m1", stalls)
    never = Partner().refresh
    assert RedisTokens(drive.redis).get("m1", never) == "later"
    assert drive.redis.hget("op:token-lock:m1", "nonce") == b"third"


def test_a_failed_refresh_frees_the_lock_and_tells(drive: Drive, tokens: RedisTokens) -> None:
    def refused(_: str | None) -> Token:
        raise Unauthorized("credentials refused")

    with pytest.raises(Unauthorized):
        tokens.get("m1", refused)
    assert tokens.get("m1", Partner().refresh) == "access-1"


def test_only_the_refused_token_is_dropped(drive: Drive, tokens: RedisTokens) -> None:
    partner = Partner()
    tokens.get("m1", partner.refresh)
    tokens.drop("m1", "an older one")
    assert tokens.get("m1", partner.refresh) == "access-1"
    tokens.drop("m1", "access-1")
    assert tokens.get("m1", partner.refresh) == "access-2"


def test_nothing_of_it_lies_open_when_a_key_is_set(drive: Drive) -> None:
    tokens = RedisTokens(drive.redis, Bodies(b"k" * 32))
    partner = Partner(rotates=True)
    tokens.get("m1", partner.refresh)
    everything = b"".join(drive.redis.get(key) for key in (b"op:token:m1", b"op:token-next:m1"))
    assert b"access" not in everything
    assert b"next" not in everything
    assert tokens.get("m1", partner.refresh) == "access-1"
    # a key that is no longer configured: fetched anew, as at the first time
    assert RedisTokens(drive.redis, Bodies(b"x" * 32)).get("m1", partner.refresh) == "access-2"
    assert partner.asked == [None, None]
