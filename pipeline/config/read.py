"""`orderpipe.toml` to `Config`: everything that is wrong is named at once."""

import base64
import binascii
import ipaddress
import os
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from pipeline.config.accounts import Declared, read_accounts
from pipeline.config.durations import read_duration, read_size, say_duration
from pipeline.config.model import Config, Limits
from pipeline.config.problems import ConfigError, Problems
from pipeline.config.routes import read_routes
from pipeline.config.secrets import Sources
from pipeline.config.setting import Secret
from pipeline.config.table import Table

__all__ = ["ConfigError", "Declared", "read_config"]

LEDGERS: Final = ("redis", "rediss", "unix", "sentinel")
BROKERS: Final = (*LEDGERS, "amqp", "amqps")
SHORT_LEASE: Final = timedelta(seconds=20)  # up to here an unset call_deadline is half the lease


def read_config(path: Path, *, declared: Mapping[str, Declared], env: Mapping[str, str] | None = None) -> Config:
    """Raises ConfigError with every problem. `declared`: the connectors by name; `env`: instead of the process's."""
    path = path.expanduser().resolve()
    problems = Problems()
    sources = Sources(os.environ if env is None else env, path.parent)
    top = Table(_parse(path), "", problems, sources)

    marketplaces = read_accounts(top.table("marketplaces"), "marketplace", declared)
    oms = read_accounts(top.table("oms"), "oms", declared)
    for name in marketplaces.keys() & oms.keys():
        problems.add(f"oms.{name}", f"marketplaces.{name} has the same name: rename one of them")
    routes = top.get("routes")
    listen, basic_auth = _read_flower(top.table("flower"))
    redis = top.table("redis")
    broker = top.table("broker")
    redis_url, broker_url = _read_url(redis, LEDGERS), _read_url(broker, BROKERS)
    config = Config(
        path=path,
        data_dir=(path.parent / Path(top.text("data_dir", ".orderpipe")).expanduser()).resolve(),
        redis_url=redis_url,
        redis_master=_read_master(redis, redis_url),
        redis_replicas=redis.whole("replicas", 0, least=0, most=10),
        redis_durability="promised" if _promised(redis) else "checked",
        broker_url=broker_url,
        broker_master=_read_master(broker, broker_url),
        keep_finished=_read_keep(top.table("keep")),
        limits=_read_limits(top.table("limits")),
        concurrency=_read_concurrency(top.table("worker")),
        flower_listen=listen,
        flower_basic_auth=basic_auth,
        marketplaces=marketplaces,
        oms=oms,
        routes=read_routes([] if routes is None else routes, problems, sources, {**marketplaces, **oms}, declared),
        seal_key=_read_key("ORDERPIPE_SEAL_KEY", problems, sources),
        seal_key_old=_read_key("ORDERPIPE_SEAL_KEY_OLD", problems, sources),
    )
    redis.finish()
    broker.finish()
    top.finish()
    problems.settle()
    return config


def _parse(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            return tomllib.load(stream, parse_float=Decimal)
    except FileNotFoundError:
        words = "there is no such file; name one with --config or $ORDERPIPE_CONFIG, or make one that works"
        raise ConfigError(
            [f"{path}: {words} with the simulators: orderpipe sandbox --write-config {path.name}"]
        ) from None
    except OSError as error:
        raise ConfigError([f"{path}: can't be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise ConfigError([f"{path}: is not UTF-8 text: save it as UTF-8"]) from None
    except (tomllib.TOMLDecodeError, ArithmeticError, RecursionError) as error:
        raise ConfigError([f"{path}: is not TOML: {error}"]) from None


def _read_url(table: Table, schemes: tuple[str, ...]) -> Secret | None:
    url = table.secret("url", clear=True)
    if url is not None and not _is_usable(url.reveal(), schemes):  # never the URL itself: it may hold a password
        table.wrong("url", f"is no URL known here ({', '.join(schemes)}): write redis://host:6379/0")
        return None
    return url


def _is_usable(url: str, schemes: tuple[str, ...]) -> bool:
    """Several addresses, separated by `;`, only of Sentinels."""
    each = [one for one in url.split(";") if one]
    try:
        parts = [urlsplit(one) for one in each]
        fit = all(part.scheme in schemes and part.port != 0 and (part.netloc or part.path) for part in parts)
    except ValueError:
        return False
    return bool(parts) and fit and (len(parts) == 1 or {part.scheme for part in parts} == {"sentinel"})


def _read_master(table: Table, url: Secret | None) -> str | None:
    master = table.text("master") if table.get("master") is not None else None
    sentinel = url is not None and url.reveal().startswith("sentinel:")
    if sentinel and not master:
        table.wrong("master", 'missing: the name by which the Sentinels know the master, such as "mymaster"')
    if master and not sentinel:
        table.wrong("master", "belongs to a sentinel:// url: remove it")
    return master


def _promised(redis: Table) -> bool:
    return redis.choice("durability", ("checked", "promised"), "checked") == "promised"


def _read_keep(table: Table) -> timedelta:
    finished = table.duration("finished", timedelta(hours=24))
    table.finish()
    return finished


def _read_concurrency(table: Table) -> int:
    concurrency = table.whole("concurrency", 4, least=1, most=1000)
    table.finish()
    return concurrency


def _read_limits(table: Table) -> Limits:
    standard = Limits()
    lease = table.duration("lease", standard.lease)
    deadline = lease / 2 if lease <= SHORT_LEASE else standard.call_deadline
    limits = Limits(
        lease=lease,
        call_deadline=table.duration("call_deadline", deadline),
        max_body=table.read("max_body", _read_body, standard.max_body),
        attempts=table.whole("attempts", standard.attempts, least=1, most=1000),
        backoff=table.read("backoff", _read_backoff, standard.backoff),
    )
    if limits.lease <= limits.call_deadline:
        lengths = (
            f"{say_duration(limits.lease)} must be longer than call_deadline, {say_duration(limits.call_deadline)}"
        )
        table.wrong("lease", f"{lengths}, or two workers hold one document: raise lease or lower call_deadline")
    table.finish()
    return limits


def _read_body(value: Any) -> int:
    size = read_size(value)
    if size < 1024:
        raise ValueError(f"{size} bytes are too few for any answer: at least 1KB")
    return size


def _read_backoff(value: Any) -> tuple[timedelta, timedelta]:
    remedy = 'write the first and the longest wait, as in ["5s", "15m"]'
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError(f"must be two durations: {remedy}")
    first, longest = read_duration(value[0]), read_duration(value[1])
    if not timedelta(0) < first <= longest:
        raise ValueError(f"the first wait must be above zero and not above the longest: {remedy}")
    return first, longest


def _read_flower(table: Table) -> tuple[tuple[str, int], Secret | None]:
    listen = table.read("listen", _read_address, ("127.0.0.1", 5555))
    auth = table.secret("basic_auth")
    if auth is not None and not all(auth.reveal().partition(":")):
        table.wrong("basic_auth", 'must stand for "user:password"')
    if table.get("basic_auth") is None and not _is_loopback(listen[0]):
        table.wrong("basic_auth", f'required because listen ({listen[0]}) is not loopback: write "env:NAME"')
    table.finish()
    return listen, auth


def _read_address(value: Any) -> tuple[str, int]:
    remedy = 'write "127.0.0.1:5555"'
    if not isinstance(value, str):
        raise ValueError(f"must be host and port: {remedy}")
    host, colon, port = value.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"{value!r} is not host and port: {remedy}")
    return host.removeprefix("[").removesuffix("]"), int(port)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _read_key(name: str, problems: Problems, sources: Sources) -> Secret | None:
    text = sources.env.get(name, "").strip()
    if not text:
        return None
    try:
        if len(base64.b64decode(text, validate=True)) == 32:
            return Secret(text)
    except (binascii.Error, ValueError):
        pass
    problems.add(f"${name}", "must be 32 random bytes in base64: make one with `openssl rand -base64 32`")
    return None
