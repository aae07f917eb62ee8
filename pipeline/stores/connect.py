"""Clients of the ledger's Redis: one address, or the master that its Sentinels name."""

from typing import Any, Final
from urllib.parse import unquote, urlsplit

from redis import Redis
from redis.sentinel import Sentinel

SENTINEL_PORT: Final = 26379


def open_redis(url: str, *, master: str | None = None, **options: Any) -> "Redis":
    """`url` as `redis.url`: several `sentinel://` addresses stand behind each other, separated by `;`, as kombu wants
    them. User, password and database of the first are the master's. After a failover the next connection finds the
    new master.
    """
    if not url.startswith("sentinel://"):
        return Redis.from_url(url, **options)
    parts = [urlsplit(each) for each in url.split(";") if each]
    nodes = [(part.hostname or "127.0.0.1", part.port or SENTINEL_PORT) for part in parts]
    first = parts[0]
    timeouts = {name: value for name, value in options.items() if name.startswith("socket_")}
    sentinel = Sentinel(nodes, sentinel_kwargs=timeouts)  # type: ignore[no-untyped-call] # redis-py has no types here
    found: Redis = sentinel.master_for(  # type: ignore[no-untyped-call]  # nor here
        master or "mymaster",
        username=unquote(first.username) if first.username else None,
        password=unquote(first.password) if first.password else None,
        db=int(first.path.strip("/") or 0),
        **options,
    )
    return found
