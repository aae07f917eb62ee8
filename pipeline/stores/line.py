"""The packed line of a finished document: what makes "seen before" true for 30 or 90 days in under 64 bytes."""

import struct
from datetime import UTC, datetime

from pipeline.ports import Finished

_HEAD = struct.Struct(">6s6sIIB")
_NONE = b"\0" * 6
DISCARDED = 1
PUSHED = 2
HISTORY = 4
RECEIPT_BYTES = 24


def pack_line(finished: Finished) -> bytes:
    """A receipt that does not fit in 24 bytes is left out (it stays in the timeline while that is kept)."""
    receipt = (finished.receipt or "").encode()
    flags = DISCARDED * finished.discarded | PUSHED * finished.pushed | HISTORY * finished.history
    head = _HEAD.pack(
        bytes.fromhex(finished.fingerprint),
        bytes.fromhex(finished.sent) if finished.sent else _NONE,
        _seconds(finished.version),
        _seconds(finished.finished_at),
        flags,
    )
    return head + (receipt if len(receipt) <= RECEIPT_BYTES else b"")


def unpack_line(line: bytes) -> Finished:
    """The line's facts again."""
    fingerprint, sent, version, finished, flags = _HEAD.unpack_from(line)
    return Finished(
        fingerprint=fingerprint.hex(),
        sent="" if sent == _NONE else sent.hex(),
        version=datetime.fromtimestamp(version, UTC) if version else None,
        finished_at=datetime.fromtimestamp(finished, UTC),
        discarded=bool(flags & DISCARDED),
        pushed=bool(flags & PUSHED),
        history=bool(flags & HISTORY),
        receipt=line[_HEAD.size :].decode() or None,
    )


def _seconds(moment: datetime | None) -> int:
    return max(0, min(int(moment.timestamp()), 2**32 - 1)) if moment else 0
