"""Reading a whole file: defaults, everything that is wrong at once, files that can't be read."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.config.read import ConfigError, read_config
from pipeline.config.setting import Secret
from tests.unit.config.declared import DECLARED, GOOD, problems, read


def test_a_good_file_is_complete_with_defaults(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD)
    assert config.path == (tmp_path / "orderpipe.toml").resolve()
    assert config.data_dir == (tmp_path / ".orderpipe").resolve()
    assert config.redis_url is None
    assert config.broker_url is None
    assert config.redis_durability == "checked"
    assert config.keep_finished == timedelta(hours=24)
    assert config.limits.lease == timedelta(seconds=60)
    assert config.limits.call_deadline == timedelta(seconds=20)
    assert config.limits.max_body == 10_000_000
    assert config.limits.attempts == 8
    assert config.limits.backoff == (timedelta(seconds=5), timedelta(minutes=15))
    assert config.concurrency == 4
    assert config.flower_listen == ("127.0.0.1", 5555)
    shop, central = config.marketplaces["shop-fr"], config.oms["central"]
    assert shop.start == datetime(2026, 11, 21, tzinfo=UTC)
    assert shop.poll == {"orders": timedelta(seconds=60)}
    assert central.poll == {"shipments": timedelta(minutes=5), "statuses": timedelta(minutes=15)}
    assert (shop.in_hand, shop.settle_delay, shop.overlap) == (2, timedelta(seconds=60), timedelta(minutes=5))
    assert shop.sweep == timedelta(hours=24)
    assert not central.own_queue
    assert config.routes[0].source == "shop-fr"
    assert config.routes[0].to == ("central",)
    assert config.routes[0].mode == "live"
    assert config.routes[0].flows is None


def test_everything_that_can_be_said_is_read(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        data_dir = "state"
        [redis]
        url = "env:DB"
        durability = "promised"
        [broker]
        url = "amqp://guest:guest@mq:5672//"
        [keep]
        finished = "2d"
        [limits]
        lease = "30s"
        call_deadline = "12s"
        max_body = "2MB"
        attempts = 3
        backoff = ["500ms", "1h"]
        [worker]
        concurrency = 2
        [flower]
        listen = "0.0.0.0:8080"
        basic_auth = "env:AUTH"
        [marketplaces.shop-fr]
        connector = "market"
        start = 2026-11-21T00:00:00+01:00
        poll.orders = "off"
        in_hand = 5
        settle_delay = "0s"
        overlap = "10m"
        sweep = "off"
        batch = 25
        own_queue = true
        [marketplaces.shop-fr.settings]
        client_id = "plain"
        client_secret = "env:AUTH"
        [oms.central]
        connector = "deaf"
        [[routes]]
        from = "shop-fr"
        to = ["central"]
        mode = "rehearse"
        flows = ["orders"]
        ack_when = ["central"]
        status_map = { "*" = "unshipped" }
        sku_map.A = "B"
        """,
        {"DB": "rediss://:hunter2@db:6380/1", "AUTH": "me:pw"},
    )
    assert config.data_dir == (tmp_path / "state").resolve()
    assert config.redis_url == Secret("rediss://:hunter2@db:6380/1")
    assert config.redis_durability == "promised"
    assert config.broker_url is not None
    assert config.keep_finished == timedelta(days=2)
    assert config.limits.max_body == 2_000_000
    assert config.limits.backoff == (timedelta(milliseconds=500), timedelta(hours=1))
    assert config.flower_listen == ("0.0.0.0", 8080)  # noqa: S104 - read, not bound
    assert config.flower_basic_auth == Secret("me:pw")
    shop = config.marketplaces["shop-fr"]
    assert shop.poll == {"orders": None}
    assert (shop.in_hand, shop.batch, shop.sweep, shop.own_queue) == (5, 25, None, True)
    assert shop.start == datetime(2026, 11, 20, 23, tzinfo=UTC)
    assert config.oms["central"].poll == {}  # it can't list anything
    assert config.routes[0].mode == "rehearse"
    assert config.routes[0].sku_map == {"A": "B"}
    assert config.routes[0].ack_when == ("central",)


def test_an_empty_file_is_a_config(tmp_path: Path) -> None:
    assert read(tmp_path, "").accounts == {}


def test_all_problems_are_named_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """
        [worker]
        concurency = 2
        [marketplaces.shop-fr]
        connector = "market"
        settings = { client_secret = "in clear", acept = "auto" }
        [oms.central]
        connector = "oms-on"
        [[routes]]
        from = "shop-fx"
        to = ["centrale"]
        """,
    )
    places = [line.partition(": ")[0] for line in found]
    assert places == [
        "marketplaces.shop-fr.start",
        "marketplaces.shop-fr.settings.client_id",
        "marketplaces.shop-fr.settings.client_secret",
        "marketplaces.shop-fr.settings.acept",
        "oms.central.connector",
        "worker.concurency",
        "routes.0.from",
        "routes.0.to",
    ]
    told = dict(zip(places, found, strict=True))
    assert "'concurrency'" in told["worker.concurency"]
    assert "'accept'" in told["marketplaces.shop-fr.settings.acept"]
    assert "'oms-one'" in told["oms.central.connector"]
    assert "'shop-fr'" in told["routes.0.from"]
    assert "'central'" in told["routes.0.to"]
    assert "the application's id" in told["marketplaces.shop-fr.settings.client_id"]
    assert "in clear" not in "\n".join(found)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("redi.url = 1", "redi", "'redis'"),
        ("[redis]\nurls = 'x'", "redis.urls", "'url'"),
        ("[broker]\nurl = 'http://x'", "broker.url", "amqp"),
        ("[redis]\nurl = 'sentinel://h1:26379;sentinel://h2'", "redis.master", "mymaster"),
        ("[redis]\nurl = 'redis://h1;redis://h2'", "redis.url", "is no URL known here"),
        ("[redis]\nurl = 'redis://h1'\nmaster = 'm'", "redis.master", "remove it"),
        ("[redis]\nreplicas = -1", "redis.replicas", "0 to"),
        ("[redis]\nurl = 'amqp://x'", "redis.url", "redis://"),
        ("[redis]\nurl = 'redis:'", "redis.url", "redis://"),
        ("[redis]\nurl = 5", "redis.url", "text"),
        ("[redis]\nurl = 'env:NOPE'", "redis.url", "NOPE"),
        ("[redis]\ndurability = 'yes'", "redis.durability", "checked, promised"),
        ("[keep]\nfinished = 24", "keep.finished", "24h".replace("24h", "ms, s, m, h or d")),
        ("[keep]\nfinished = '0s'", "keep.finished", "zero"),
        ("[limits]\nattempts = 0", "limits.attempts", "1 to"),
        ("[limits]\nattempts = true", "limits.attempts", "whole number"),
        ("[limits]\nmax_body = '10 megs'", "limits.max_body", "10MB"),
        ("[limits]\nmax_body = 3", "limits.max_body", "too few"),
        ("[limits]\nbackoff = '5s'", "limits.backoff", '["5s", "15m"]'),
        ("[limits]\nbackoff = ['15m', '5s']", "limits.backoff", "first"),
        ("[limits]\nlease = '30s'\ncall_deadline = '30s'", "limits.lease", "call_deadline"),
        ("[worker]\nconcurrency = '4'", "worker.concurrency", "not text"),
        ("[worker]\nconcurrency = 0", "worker.concurrency", "1 to"),
        ("[flower]\nlisten = '5555'", "flower.listen", "127.0.0.1:5555"),
        ("[flower]\nlisten = 'x:99999'", "flower.listen", "127.0.0.1:5555"),
        ("[flower]\nlisten = '0.0.0.0:5555'", "flower.basic_auth", "required"),
        ("[flower]\nbasic_auth = 'me:pw'", "flower.basic_auth", "env:NAME"),
        ("[flower]\nbasic_auth = 'env:MARKET_ID'", "flower.basic_auth", "user:password"),
        ("worker = 4", "worker", "must be a table"),
        ("marketplaces = []", "marketplaces", "must be a table"),
        ("routes = {}", "routes", "[[routes]]"),
        ("data_dir = 4", "data_dir", "text in quotes"),
        ("data_dir = 2026-11-21", "data_dir", "a date or time"),
    ],
)
def test_one_fault_is_one_line_at_its_place_with_its_remedy(tmp_path: Path, text: str, place: str, words: str) -> None:
    (line,) = problems(tmp_path, text)
    assert line.startswith(f"{place}: ")
    assert words in line


def test_a_password_in_a_url_never_shows(tmp_path: Path) -> None:
    found = problems(tmp_path, "[redis]\nurl = 'http://:hunter2@db'\n[broker]\nurl = 'mq://:hunter2@db'")
    assert len(found) == 2
    assert "hunter2" not in str(found)
    assert "hunter2" not in repr(read(tmp_path, "[redis]\nurl = 'redis://:hunter2@db:6379'"))


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "localhost:5555", "[::1]:5555", "127.8.8.8:1"])
def test_loopback_needs_no_password(tmp_path: Path, listen: str) -> None:
    host, port = read(tmp_path, f"[flower]\nlisten = '{listen}'").flower_listen
    assert f"{host}:{port}" == listen.replace("[", "").replace("]", "")


def test_a_short_lease_halves_the_call_deadline_unless_it_is_given(tmp_path: Path) -> None:
    assert read(tmp_path, "[limits]\nlease = '10s'").limits.call_deadline == timedelta(seconds=5)
    assert read(tmp_path, "[limits]\nlease = '21s'").limits.call_deadline == timedelta(seconds=20)
    assert "10s must be longer" in problems(tmp_path, "[limits]\nlease = '10s'\ncall_deadline = '20s'")[0]


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config(tmp_path / "none.toml", declared=DECLARED, env={})
    assert "orderpipe sandbox --write-config none.toml" in str(caught.value)
    assert "ORDERPIPE_CONFIG" in str(caught.value)


def test_a_syntax_error_names_the_line(tmp_path: Path) -> None:
    assert "line 2" in problems(tmp_path, "data_dir = 'x'\nredis = = 2")[0]
    assert "line" in problems(tmp_path, "[oms]\n[oms]\n")[0]


def test_what_is_no_text_or_no_file_is_said(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes(b"data_dir = '\xe9'")
    with pytest.raises(ConfigError, match="UTF-8"):
        read_config(path, declared=DECLARED, env={})
    with pytest.raises(ConfigError, match="can't be read"):
        read_config(tmp_path, declared=DECLARED, env={})


def test_seal_keys_come_from_the_environment(tmp_path: Path) -> None:
    key = "A" * 43 + "="
    assert read(tmp_path, "", {"ORDERPIPE_SEAL_KEY": key}).seal_key == Secret(key)
    assert read(tmp_path, "", {}).seal_key is None
    (line,) = problems(tmp_path, "", {"ORDERPIPE_SEAL_KEY_OLD": "tooshort"})
    assert line.startswith("$ORDERPIPE_SEAL_KEY_OLD: ")
    assert "tooshort" not in line
