"""What a file gives, one order at a time; and JSON lines, one order a line."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NoReturn

from pipeline.operations.backfill.lines import LARGEST, Line, Place, Unfit

DEEPEST: Final = 32  # levels of an order
TOO_LARGE: Final = f"too large: more than {LARGEST // 1024} KiB, of which the first 64 are kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One order's `fields`, or the `fault` that keeps a piece of the file from being one. `text`: as it stood."""

    line: int  # where it begins
    end: Place
    text: bytes
    fields: Mapping[str, Any] | None = None
    fault: str = ""


def json_entries(lines: Iterable[Line], title: str) -> Iterator[Entry]:
    """Empty lines are nothing. Raises Unfit for one JSON list instead of lines."""
    for line in lines:
        if not line.text.strip():
            continue
        if line.number == 1 and line.text.lstrip().startswith(b"["):
            raise Unfit(f"{title} begins with a JSON list; JSON lines are one order per line: `jq -c '.[]'` makes them")
        found = _fields(line)
        if isinstance(found, str):
            text = line.text if not line.oversize else line.text + line.digest.encode()
            yield Entry(line=line.number, end=line.end, text=text, fault=found)
        else:
            yield Entry(line=line.number, end=line.end, text=line.text, fields=found)


def _fields(line: Line) -> dict[str, Any] | str:
    if line.oversize:
        return TOO_LARGE
    try:
        found = json.loads(line.text.decode(), parse_float=Decimal, parse_constant=_no_constant)
    except UnicodeDecodeError:
        return "not UTF-8"
    except json.JSONDecodeError as error:
        return f"no JSON: {error.msg} at column {error.colno}"
    except (ValueError, ArithmeticError):
        return "no JSON: a number that is none, or has too many digits"
    except RecursionError:
        return f"nested deeper than {DEEPEST} levels"
    if not isinstance(found, dict):
        return "no JSON object"
    if line.text.count(b"{") + line.text.count(b"[") > DEEPEST and _depth(found) > DEEPEST:
        return f"nested deeper than {DEEPEST} levels"
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _depth(value: Any) -> int:
    """Level by level: a deep one must not recurse."""
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return depth
