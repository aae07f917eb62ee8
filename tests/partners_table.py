"""docs/partners.md, made from the declarations and the tests' markers so that it can't lie: `make partners`."""

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from pipeline.config.problems import nearest
from pipeline.config.setting import Setting
from pipeline.connectors.contract import Connector, Endpoint, Rule
from pipeline.connectors.registry import CONNECTORS
from tests.covering import ROOT, Covering, Test, collect_covering

PAGE: Final = ROOT / "docs" / "partners.md"
SHOWN: Final = 3  # tests named per row
# All that these declare must be covered. Once every connector declares rules: tuple(CONNECTORS.values())
DEMANDED: Final = tuple(CONNECTORS.values())  # whose every endpoint and rule has a test
_HEAD: Final = (
    "# Partners, row by row\n\n"
    "Made by `make partners` from the connectors' declarations and the tests' `covers` markers; don't edit it. "
    "A test fails when this page is not what they say, when something declared has no test, "
    "or when a marker names nothing that is declared.\n\n"
    "Each endpoint and rule stands with its source (the partner's document, or our digest of it with its section), "
    "the code that keeps it, and the tests that prove it: real tests that are run, never skipped ones. "
    "`orderpipe connectors NAME` prints the same declarations. How to add to them: "
    "[add a connector](add-a-connector.md).\n"
)


# ---------------------------------------------------------------- what is wrong


def problems_of(connectors: Mapping[str, Connector], covering: Covering) -> list[str]:
    """In words: markers that name nothing, rules kept by no code of ours, names declared twice."""
    known = {key: None for connector in connectors.values() for key in keys_of(connector)}
    found = []
    for name, tests in covering.items():
        if name not in known:
            found.append(
                f"{_say(tests)}: covers {name!r}, which nothing declares; the nearest is {nearest(name, known)!r}"
            )
    for connector in connectors.values():
        keys = list(keys_of(connector))
        found += [f"{key} is declared twice" for key in sorted({key for key in keys if keys.count(key) > 1})]
        for rule in connector.rules:
            if code_of(rule.by) is None:
                found.append(
                    f"{connector.name}:{rule.name}: `by` must be a named function or class of the package pipeline, "
                    f"and {rule.by!r} is none"
                )
    return found


def uncovered(connectors: Iterable[Connector], covering: Covering) -> list[str]:
    """Declared endpoints and rules that no test is marked with."""
    return [
        f'{key}: no test is marked @pytest.mark.covers("{key}")'
        for connector in connectors
        for key in keys_of(connector)
        if key not in covering
    ]


def keys_of(connector: Connector) -> Iterator[str]:
    """The names that markers use, in the declared order."""
    for endpoint in connector.endpoints:
        yield key_of(connector, endpoint)
    for rule in connector.rules:
        yield key_of(connector, rule)


def key_of(connector: Connector, one: Endpoint | Rule) -> str:
    """`egenta:PUT order_import.php`, `egenta:OrderId`."""
    name = one.name if isinstance(one, Rule) else f"{one.method} {one.path}"
    return f"{connector.name}:{name}"


def code_of(by: Callable[..., Any]) -> tuple[str, str] | None:
    """The file (from the repository's top) and the name; None for what is no named code of the package pipeline."""
    while isinstance(by, partial):
        by = by.func
    by = inspect.unwrap(by)
    name = getattr(by, "__qualname__", "").split(".<locals>")[0]
    ours = (getattr(by, "__module__", None) or "").split(".")[0] == "pipeline"
    if not ours or not name or "<" in name or not (inspect.isclass(by) or inspect.isroutine(by)):
        return None
    return Path(inspect.getsourcefile(by) or "").resolve().relative_to(ROOT).as_posix(), name


# ---------------------------------------------------------------- the page


def write_page(connectors: Mapping[str, Connector], covering: Covering) -> str:
    """The whole page."""
    rows = [_summary(connector, covering) for connector in connectors.values()]
    parts = [_HEAD, _table(("partner", "kind", "endpoints", "rules", "tests"), rows)]
    parts += [_section(connector, covering) for connector in connectors.values()]
    return "\n".join(parts)


def _summary(connector: Connector, covering: Covering) -> Sequence[str]:
    tests = {test for key in keys_of(connector) for test in covering.get(key, ())}
    told = str(len(connector.rules)) if connector.rules else "none declared yet"
    name = f"[{connector.name}](#{connector.name})"
    return name, connector.kind, str(len(connector.endpoints)), told, str(len(tests))


def _section(connector: Connector, covering: Covering) -> str:
    able = ", ".join(f"`{name}`" for name in sorted(connector.capabilities))
    endpoints = [
        (
            f"`{one.method} {one.path}`",
            _plain(one.purpose),
            one.used_by,
            one.source,
            _tests(key_of(connector, one), covering),
        )
        for one in connector.endpoints
    ]
    rules = [
        (f"`{one.name}`", _plain(one.says), one.source, _code(one.by), _tests(key_of(connector, one), covering))
        for one in connector.rules
    ]
    parts = [
        f"## {connector.name}\n\n{connector.title} ({connector.kind}). Sources: {', '.join(connector.sources)}.\n",
        f"Capabilities: {able}.\n",
        "### Endpoints\n",
        _table(("endpoint", "purpose", "used by", "source", "tests"), endpoints),
        "### Rules\n",
        _table(("rule", "the document says", "source", "kept by", "tests"), rules)
        if rules
        else "This connector declares no rules yet: what its document says stands only in its code and its tests.\n",
        "### Settings\n",
        _table(
            ("setting", "default", "meaning", "source"),
            [(f"`{one.name}`", _default(one), _plain(one.meaning), one.source) for one in connector.settings],
        ),
        "### Limits\n",
        "".join(f"* {name}: {_plain(words)}\n" for name, words in connector.limits.items()) or "None is declared.\n",
        "### Off until configured\n",
        _off(connector),
    ]
    return "\n".join(parts)


def _off(connector: Connector) -> str:
    lacking = connector.lacks({setting.name: setting.default for setting in connector.settings})
    unset = [one for one in connector.settings if not one.required and one.default in (None, False, "", ())]
    lines = [f"* the capability `{name}`: {_plain(why)}\n" for name, why in lacking.items()]
    lines += [f"* `{one.name}`: {_plain(one.meaning)}\n" for one in unset]
    return "".join(lines) or "Nothing.\n"


def _default(setting: Setting) -> str:
    if setting.required:
        return "required"
    if isinstance(setting.default, bool):
        return "on" if setting.default else "off"
    if setting.default in (None, "", ()):
        return "-"
    if isinstance(setting.default, Mapping):
        return ", ".join(f"`{name}` = `{value}`" for name, value in setting.default.items()) or "-"
    return f"`{setting.default}`"


def _code(by: Callable[..., Any]) -> str:
    found = code_of(by)
    return f"[{found[0].rpartition('/')[2]}](../{found[0]}) `{found[1]}`" if found else "**no code of ours**"


def _tests(key: str, covering: Covering) -> str:
    tests = covering.get(key, ())
    if not tests:
        return "**none**"
    files: dict[str, list[str]] = {}
    for test in tests[:SHOWN]:
        words = test.name.removeprefix("test_").replace("_", " ")  # a name in one piece would make the table too wide
        files.setdefault(test.path, []).append(words)
    listed = [f"[{path.rpartition('/')[2]}](../{path}): {', '.join(names)}" for path, names in files.items()]
    more = f" and {len(tests) - SHOWN} more" if len(tests) > SHOWN else ""
    return "; ".join(listed) + more


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(_cell(cell) for cell in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _plain(text: str) -> str:
    """Words that can't be taken for Markdown or HTML; what stands in backticks stays as it is."""
    parts = text.split("`")
    return "`".join(part if n % 2 else part.replace("*", "\\*").replace("<", "&lt;") for n, part in enumerate(parts))


def _say(tests: Sequence[Test]) -> str:
    return ", ".join(f"{test.path}::{test.name}" for test in tests)


def main() -> int:
    """Writes the page, and says what a test would blame."""
    covering = collect_covering()
    PAGE.write_text(write_page(CONNECTORS, covering))
    blamed = [*problems_of(CONNECTORS, covering), *uncovered(DEMANDED, covering)]
    sys.stderr.write("".join(f"{line}\n" for line in blamed))
    sys.stdout.write(
        f"{PAGE.relative_to(ROOT)}: {sum(map(len, (list(keys_of(c)) for c in CONNECTORS.values())))} rows\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
