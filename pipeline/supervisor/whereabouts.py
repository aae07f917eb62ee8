"""Where the ledger listens: the configured URL, or that of an embedded server found through its `server.json`."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from pipeline.config.model import Config
from pipeline.config.setting import Secret
from pipeline.stores.connect import open_redis

NOTE = "server.json"


class CannotStart(Exception):
    """Something outside is in the way; the message says what, and what to do. Commands exit 2."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What `server.json` holds. `pid` is 0 until the server has answered once."""

    port: int
    password: Secret
    pid: int = 0

    @property
    def url(self) -> str:
        """With the password: never for a log."""
        return f"redis://:{self.password.reveal()}@127.0.0.1:{self.port}/0"


def note_whereabouts(data_dir: Path, whereabouts: Whereabouts) -> None:
    """Write `server.json`, whole or not at all, readable by its owner only."""
    fields = {"url": whereabouts.url, "pid": whereabouts.pid, "port": whereabouts.port}
    path = data_dir / f"{NOTE}.new"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps({**fields, "password": whereabouts.password.reveal()}))
    path.replace(data_dir / NOTE)


def read_whereabouts(data_dir: Path) -> Whereabouts | None:
    """None when there is no readable note."""
    try:
        note = json.loads((data_dir / NOTE).read_text())
        return Whereabouts(int(note["port"]), Secret(str(note["password"])), int(note["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def ask(url: str) -> int | None:
    """The process id of the server that answers at `url` with its password; None when none does."""
    client = Redis.from_url(url, socket_timeout=2, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0))
    try:
        client.ping()
        return int(client.info("server")["process_id"])
    except (RedisError, OSError, KeyError, ValueError):
        return None
    finally:
        client.close()


def answers(url: str, master: str | None = None) -> bool:
    """Whether a server answers there and takes the password (INFO may be refused to us on a managed one)."""
    client = open_redis(url, master=master, socket_timeout=2, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0))
    try:
        return bool(client.ping())
    except (RedisError, OSError):
        return False
    finally:
        client.close()


def embedded_url(data_dir: Path) -> str | None:
    """The URL of the embedded server of `data_dir`, if it lives and answers to its password."""
    whereabouts = read_whereabouts(data_dir)
    if whereabouts is None or ask(whereabouts.url) is None:
        return None
    return whereabouts.url


def effective_redis_url(config: Config) -> str:
    """The ledger's URL: `redis.url`, or the running embedded server's. Raises CannotStart when there is neither."""
    if config.redis_url is not None:
        return config.redis_url.reveal()
    url = embedded_url(config.data_dir)
    if url is None:
        raise CannotStart(
            f"{config.path} has no redis.url and no embedded server runs in {config.data_dir}: "
            "start `orderpipe up`, or set redis.url"
        )
    return url


def with_ledger(config: Config) -> Config:
    """The same config with `redis_url` filled in, so that nothing further down need know of embedded servers."""
    return replace(config, redis_url=Secret(effective_redis_url(config)))
