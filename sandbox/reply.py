"""What a room answers."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


def reply_json(
    status: int, content: Any, kind: str = "application/json", headers: tuple[tuple[str, str], ...] = ()
) -> Reply:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status, body, (("content-type", kind), *headers))
