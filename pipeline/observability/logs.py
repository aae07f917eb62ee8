"""Logs as data: one JSON line per transition, and whatever else is said, on stderr.

What a line may hold is decided by type: references, words of the closed lists, causes. Bodies and secrets have no
way in, because nobody passes them; an exception's text is cut to its class where it is not one of ours.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, Final

from pipeline.domain.errors import Trouble

FIELDS: Final = "fields"  # the attribute of a record that holds a line's own fields


class JsonLines(logging.Formatter):
    """`{"at": ..., "level": ..., "logger": ..., "message": ..., ...fields}`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line: dict[str, Any] = {
            "at": at,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line["error"] = f"{type(error).__name__}: {error}" if isinstance(error, Trouble) else type(error).__name__
            line["where"] = _where(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(level: int = logging.INFO) -> None:
    """For a process of ours: every logger writes JSON lines on stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


def _where(trace: Any) -> str:
    """The innermost place: file and line, no values."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else ""
