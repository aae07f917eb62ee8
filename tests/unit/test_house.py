"""The house's rules that no linter knows: sizes, names, pins, links, and documents that must agree with the code."""

import ast
import dataclasses
import re
import statistics
import tomllib
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import pipeline.cli
from pipeline.domain.order import Order
from pipeline.domain.reports import Cancellation, Shipment, StatusReport

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("pipeline", "tasks", "sandbox")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
SCRIPTS = sorted((ROOT / "pipeline" / "stores" / "lua").glob("*.lua"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

BANNED = {"manager", "handler", "helper", "util", "utils", "common", "base", "core", "misc", "processor", "service"}
BANNED |= {"data", "info", "abstract", "impl"}
FIXED = re.compile("data_dir|base_url|service_point|get_extra_info")  # others' words: settings, canonical, httpcore's


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


# ---------------------------------------------------------------- sizes and names


@pytest.mark.parametrize("path", [*SOURCES, *SCRIPTS], ids=name_of)
def test_no_file_is_over_400_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


def test_median_file_is_under_120_lines() -> None:
    sizes = [len(path.read_text().splitlines()) for path in SOURCES]
    assert statistics.median(size for size in sizes if size > 3) < 120


def words(name: str) -> set[str]:
    """`PageHandler` and `page_handler` are both page, handler."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", FIXED.sub("", name))}


def names_in(path: Path) -> Iterator[str]:
    yield path.parent.name if path.stem in {"__init__", "__main__"} else path.stem
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def test_words_are_split_in_both_styles() -> None:
    assert words("PageHandler") == words("page_handler") == {"page", "handler"}
    assert words("HTTPBase") == {"http", "base"}
    assert not words("handle_error") & BANNED
    assert not words("data_dir")
    assert words("from_base64") == {"from", "base64"}


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_banned_names(path: Path) -> None:
    assert [name for name in names_in(path) if words(name) & BANNED] == []


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_suppressions_say_why(path: Path) -> None:
    """`# type: ignore[code]  # why` and `# noqa: CODE  # why` (or `- why`)."""
    mark = re.compile(r"#\s*(type:\s*ignore|noqa)")
    reasoned = re.compile(r"#\s*(type:\s*ignore\[[\w, -]+\]|noqa:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*)\s*[#:(-]+\s*\w+")
    lines = path.read_text().splitlines()
    assert [
        f"{n}: {line.strip()}" for n, line in enumerate(lines, 1) if mark.search(line) and not reasoned.search(line)
    ] == []


# ---------------------------------------------------------------- pins


def pinned() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    return {canonicalize_name(m[1]): m[2] for line in lines if (m := re.match(r"([A-Za-z0-9._-]+)==([^ ;\\]+)", line))}


def test_lock_has_no_addresses_and_a_hash_for_each() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert not re.search(r"://| @ |--index|--extra-index|--find-links|--trusted", text)
    entries = re.split(r"\n(?=\S)", text.strip())
    assert [
        entry.split()[0] for entry in entries if "==" not in entry.split("\n")[0] or "--hash=sha256:" not in entry
    ] == []


def test_lock_holds_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [Requirement(line) for line in (*project["project"]["dependencies"], *project["dependency-groups"]["dev"])]
    pins = pinned()
    assert [str(r) for r in asked if canonicalize_name(r.name) not in pins] == []
    assert [str(r) for r in asked if not r.specifier.contains(pins[canonicalize_name(r.name)], prereleases=True)] == []


# ---------------------------------------------------------------- habits


def test_make_help_lists_every_habit() -> None:
    text = (ROOT / "Makefile").read_text()
    phony = set(re.findall(r"^\.PHONY: (help.*)$", text, re.M)[0].split())
    told = set(re.findall(r"^([a-z]+):.*## \S", text, re.M))
    habits = {"help", "install", "demo", "test", "lint", "format", "bench", "chaos", "partners", "screenshots"}
    assert phony == told == habits


def test_ci_runs_lint_and_test() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert {"make lint", "make test", "set -euo pipefail"} <= set(script.read_text().splitlines())


# ---------------------------------------------------------------- documents


def anchors(path: Path) -> set[str]:
    """As GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", path.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_relative_links_resolve(page: Path) -> None:
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        target, _, anchor = link.partition("#")
        if "://" in link or link.startswith("mailto:"):
            continue
        file = (page.parent / target) if target else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(link)
    assert broken == []


def test_every_document_is_reached_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [page.name for page in (ROOT / "docs").glob("*.md") if f"docs/{page.name}" not in readme] == []


def test_every_room_is_on_the_readme_map() -> None:
    readme = (ROOT / "README.md").read_text()
    rooms = [f"{p}/{r.name}" for p in PACKAGES for r in (ROOT / p).iterdir() if (r / "__init__.py").exists()]
    assert [room for room in rooms if room.startswith("pipeline/") and f"`{room}" not in readme] == []


# ---------------------------------------------------------------- canonical names


def fields_of(kind: type, prefix: str = "") -> Iterator[str]:
    """Every leaf of a document class, as docs/canonical.md writes paths."""
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        yield from paths_of(hints[field.name], prefix + field.name)


def paths_of(hint: object, path: str) -> Iterator[str]:
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        (hint,) = [part for part in typing.get_args(hint) if part is not type(None)]
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        yield from fields_of(hint, f"{path}.")
    elif typing.get_origin(hint) is tuple:
        yield from paths_of(typing.get_args(hint)[0], f"{path}[]")
    elif typing.get_origin(hint) is Mapping:
        yield f"{path}.<connector>.*"
    else:
        yield path


def expand(text: str) -> list[str]:
    """`a.{b,c[].{d,e}}` is a.b, a.c[].d, a.c[].e."""
    start = text.find("{")
    if start < 0:
        return [text]
    depth, parts, last = 0, [], start + 1
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if (text[at] == "," and depth == 1) or depth == 0:
            parts.append(text[last:at])
            last = at + 1
        if depth == 0:
            return [path for part in parts for path in expand(text[:start] + part + text[at + 1 :])]
    raise ValueError(f"unbalanced: {text}")


def documented(title: str) -> list[str]:
    page = (ROOT / "docs" / "canonical.md").read_text()
    section = re.split(r"^## ", page.split(f"\n## {title}\n", 1)[1], maxsplit=1, flags=re.M)[0]
    cells = re.findall(r"^\| (`.+?) \|", section, re.M)
    return [path for cell in cells for text in re.findall(r"`([^`]+)`", cell) for path in expand(text)]


def test_braces_expand() -> None:
    assert expand("a.{b,c[].{d,e}}") == ["a.b", "a.c[].d", "a.c[].e"]
    assert expand("{a,b}.{c,d}") == ["a.c", "a.d", "b.c", "b.d"]


@pytest.mark.parametrize("kind", [Order, Shipment, StatusReport, Cancellation], ids=lambda kind: kind.__name__)
def test_canonical_page_names_exactly_the_fields(kind: type) -> None:
    told = documented(kind.__name__)
    assert sorted(told) == sorted(fields_of(kind))


# ---------------------------------------------------------------- commands


def commands_in(page: Path) -> set[str]:
    """The subcommands that code spans and code blocks name."""
    text = page.read_text()
    code = re.findall(r"```.*?\n(.*?)```", text, re.S) + re.findall(r"`([^`\n]+)`", text)
    return {m for span in code for m in re.findall(r"(?:^|\s|/)orderpipe ([a-z]+)\b", span, re.M)}


def commands_of_the_program() -> set[str]:
    program = next(value for value in vars(pipeline.cli).values() if isinstance(value, click.Group))
    return set(program.list_commands(click.Context(program)))


def test_documents_name_only_commands_that_exist() -> None:
    exist = commands_of_the_program()
    assert {page.name: sorted(commands_in(page) - exist) for page in PAGES if commands_in(page) - exist} == {}
