"""A connector's own settings, checked against what it declares, defaults filled in."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import urlsplit

from pipeline.config.durations import read_duration
from pipeline.config.secrets import REMEDY, Sources, is_reference
from pipeline.config.setting import Secret, Setting
from pipeline.config.table import Table, read_flag, read_text, read_whole


def read_settings(table: Table, declared: Sequence[Setting]) -> dict[str, Any]:
    """Every declared setting by name: checked, or its default, or None (off). Adds problems to the table's."""
    found: dict[str, Any] = {}
    for setting in declared:
        value = table.get(setting.name)
        if value is None:
            if setting.required:
                table.wrong(setting.name, f"missing{_meaning(setting)}; {_example(setting)}")
            value = setting.default
            found[setting.name] = None if value is None else _default(value, setting, table)
            continue
        try:
            found[setting.name] = check_value(value, setting, table.sources)
        except ValueError as error:
            table.wrong(setting.name, str(error))
            found[setting.name] = None
    table.finish()
    return found


def check_value(value: Any, setting: Setting, sources: Sources) -> Any:
    """The value in its Python form. Raises ValueError in words, never with a secret in them."""
    if setting.form == "secret":
        if not isinstance(value, str) or not value:
            raise ValueError(f"must be text: {REMEDY}")
        if not is_reference(value):
            raise ValueError(f"a secret must not stand in this file: {REMEDY}")
        return Secret(sources.resolve(value))
    if isinstance(value, str) and is_reference(value):
        value = sources.resolve(value)
    if setting.required and value in ("", [], {}):
        raise ValueError(f"is empty{_meaning(setting)}; {_example(setting)}")
    if setting.choices and setting.form in ("text", "choice") and value not in setting.choices:
        shown = f"{value!r} is" if isinstance(value, str) else "is"
        raise ValueError(f"{shown} none of {', '.join(setting.choices)}")
    found = READERS[setting.form](value)
    if setting.form == "texts" and setting.choices and not set(found) <= set(setting.choices):
        raise ValueError(f"holds what is none of {', '.join(setting.choices)}")
    return found


def _default(value: Any, setting: Setting, table: Table) -> Any:
    if setting.form == "secret":
        return Secret(str(value))
    if isinstance(value, (timedelta, Decimal)):
        return value
    try:
        return check_value(list(value) if isinstance(value, tuple) else value, setting, table.sources)
    except ValueError as error:  # a fault of the declaration: a test reads every connector's
        table.wrong(setting.name, f"its declared default is wrong: {error}")
        return None


def _url(value: Any) -> str:
    text = read_text(value)
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise ValueError('is no URL: write "https://host/path"') from None
    if not usable or re.search(r"\s", text):
        raise ValueError('is no URL: write "https://host/path"')
    if parts.username or parts.password:
        raise ValueError("holds a user or password, which would be logged: use the settings meant for credentials")
    if parts.query or parts.fragment:
        raise ValueError("has a ? or # part: write the base path only")
    return text


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(entry, str) for entry in value):
        raise ValueError('must be a list of texts: write ["one", "two"]')
    return tuple(value)


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError('must be a table: write { "key" = "value" }')
    return dict(value)


def _amount(value: Any) -> Decimal:
    try:
        if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
            raise InvalidOperation
        amount = Decimal(value)
    except InvalidOperation:
        raise ValueError("must be an amount: write 4.90") from None
    if not amount.is_finite():
        raise ValueError("must be an amount: write 4.90")
    return amount


READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "text": read_text,
    "choice": read_text,
    "url": _url,
    "integer": read_whole,
    "flag": read_flag,
    "texts": _texts,
    "table": _table,
    "amount": _amount,
    "duration": read_duration,
}
EXAMPLES: Final[Mapping[str, str]] = {
    "text": '"..."',
    "secret": '"env:NAME"',
    "url": '"https://host/path"',
    "integer": "1",
    "flag": "true",
    "texts": '["..."]',
    "table": '{ "key" = "value" }',
    "amount": "4.90",
    "duration": '"30s"',
}


def _meaning(setting: Setting) -> str:
    return f" ({setting.meaning.rstrip('.')})" if setting.meaning else ""


def _example(setting: Setting) -> str:
    example = f'"{setting.choices[0]}"' if setting.choices else EXAMPLES[setting.form]
    return f"add {setting.name} = {example}"
