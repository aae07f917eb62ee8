"""The ledger's keys (all below one prefix) and the numbers in them."""

from typing import Final
from zlib import crc32

PREFIX: Final = "op:"
SCHEMA: Final = 1
WEEK_MS: Final = 7 * 24 * 3600 * 1000
FINISHED_WEEKS: Final = 15  # how many weeks' buckets are probed: 97 days and a bit


def week_of(now_ms: int) -> int:
    """The number of the week that a moment lies in."""
    return now_ms // WEEK_MS


def bucket_of(id_: str, buckets: int) -> int:
    """The bucket of an id."""
    return crc32(id_.encode()) % buckets


def finished_key(prefix: str, week: int, number: int, id_: str, buckets: int) -> str:
    """The hash that holds the packed line of `id_`."""
    return f"{prefix}f:{week}:{number}:{bucket_of(id_, buckets)}"


def receipt_key(prefix: str, week: int, number: int, oms_id: str, buckets: int) -> str:
    """The hash that leads from an OMS's id to ours."""
    return f"{prefix}x:{week}:{number}:{bucket_of(oms_id, buckets)}"
