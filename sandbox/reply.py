"""What a room answers."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, body, headers; the length is added on the way out."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


def reply_json(
    status: int, content: Any, kind: str = "application/json", headers: tuple[tuple[str, str], ...] = ()
) -> Reply:
    """JSON in UTF-8."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status, body, (("content-type", kind), *headers))
