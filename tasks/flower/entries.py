"""Tasks as one reads them in Flower: the lane or document it was about, and how it ended, in words."""

import ast
import re
from typing import Any, Final

COLUMNS: Final = "name,args,state,result,received,runtime,worker,uuid"
_RAISED: Final = re.compile(r"[A-Za-z_.]+\((?P<text>['\"].*['\"]),?\)", re.DOTALL)
_LONGEST: Final = 4000  # of what is parsed; events come over the broker, where anything may be written


def format_entry(task: Any) -> Any:
    """Flower's `format_task`: it gets a copy. `push` of `push.egenta`: `97 advanced, 1 dead: phone missing`."""
    task.args = read_arguments(task.args)
    task.kwargs = "" if task.kwargs in ("{}", None) else task.kwargs
    failed = task.exception if task.state == "FAILURE" else None
    task.result = read_exception(failed) if failed else read_text(task.result)
    return task


def read_arguments(text: Any) -> Any:
    """`('push.egenta',)` is push.egenta; anything else stays as it came."""
    found = _parsed(text)
    if isinstance(found, tuple | list) and all(isinstance(item, str | int) for item in found):
        return " ".join(str(item) for item in found)
    return text


def read_text(text: Any) -> Any:
    """A result's repr without its quotes; None, the result of nothing, is nothing."""
    found = _parsed(text)
    if isinstance(found, str):
        return found
    return "" if text in (None, "None") else text


def read_exception(text: str) -> str:
    """`BatchFailed('1 dead: phone missing')` is what stands in it."""
    raised = _RAISED.fullmatch(text)
    inner = _parsed(raised["text"]) if raised else None
    return inner if isinstance(inner, str) else text


def _parsed(text: Any) -> Any:
    if not isinstance(text, str) or len(text) > _LONGEST:
        return None
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
