"""How answers look: tables on a terminal, tab-separated lines in a pipe, JSON when asked."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click

from pipeline.config.setting import Secret


def say(words: str) -> None:
    """Talk, on stderr."""
    click.echo(plain(words, lines=True), err=True)


def print_json(value: Any, *, indent: int | None = 2) -> None:
    """One JSON document on stdout."""
    unicode = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"
    click.echo(json.dumps(value, default=_jsonable, ensure_ascii=not unicode, indent=indent))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str | None = None) -> None:
    """Rows under a heading."""
    if not sys.stdout.isatty():
        click.echo("\t".join(columns))
        for row in rows:
            click.echo("\t".join(plain(cell) for cell in row))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in table.columns:
        column.overflow = "fold"  # a reference that is cut can't be copied
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    Console(file=sys.stdout).print(table)


def print_section(title: str, value: Any) -> None:
    """A heading and whatever stands below it; nothing at all when that is nothing."""
    if value in (None, "", [], {}, ()):
        return
    click.echo(f"\n{title}")
    if isinstance(value, Mapping) and all(isinstance(entry, Mapping) for entry in value.values()):
        value = [{"name": name, **entry} for name, entry in value.items()]
    if isinstance(value, Mapping):
        for name, entry in value.items():
            click.echo(f"  {name}: {plain(entry)}")
    elif isinstance(value, (list, tuple)) and all(isinstance(entry, Mapping) for entry in value):
        columns = list(dict.fromkeys(key for entry in value for key in entry))
        print_table(columns, [[entry.get(column) for column in columns] for entry in value])
    else:
        for entry in value if isinstance(value, (list, tuple)) else [value]:
            click.echo(f"  {plain(entry)}")


def plain(value: Any, *, lines: bool = False) -> str:
    """Text that can't steer a terminal: partners choose ids and words, also such with escapes in them."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        text = _jsonable(value)
    elif isinstance(value, (Mapping, list, tuple)):
        text = json.dumps(value, default=_jsonable, ensure_ascii=False)
    else:
        text = str(value)
    keep = "\n" if lines else ""
    return "".join(letter if letter.isprintable() or letter in keep else repr(letter)[1:-1] for letter in text)


def age(since: Any, now: datetime) -> str:
    """`3h` since a time, given as RFC 3339 or as a datetime."""
    if isinstance(since, str):
        since = datetime.fromisoformat(since)
    if not isinstance(since, datetime):
        return "-"
    seconds = max(0, int((now - since).total_seconds()))
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def _jsonable(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, Secret):
        return repr(value)
    return str(value)
