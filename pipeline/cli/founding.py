"""Makes the room of a new connector in a source checkout: its files from templates, its line in the registry."""

import ast
import keyword
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

TEMPLATES: Final = Path(__file__).parent / "templates"
REGISTRY: Final = Path("pipeline/connectors/registry.py")
SUITE: Final = Path("tests/conformance/connectors")
PARENTS: Final = {"marketplace": "marketplaces", "oms": "oms"}
FIRST: Final = {"marketplace": 'get("A1")', "oms": "read_shipment({})"}
WIDTH: Final = 120
NAME: Final = re.compile("[a-z][a-z0-9]{1,29}")
REMEDY: Final = "get the source (git clone), run `make install` there, and call its .venv/bin/orderpipe"


class CannotFound(ValueError):
    """In words: why no room is made. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Founding:
    """What is to be written: new files and changed ones, by path below the checkout."""

    new: Mapping[Path, str]
    changed: Mapping[Path, str]

    def write(self, root: Path) -> None:
        """All of it; OSError where the disk says no."""
        for path, text in {**self.new, **self.changed}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")


def plan(name: str, kind: str, known: Collection[str], root: Path) -> Founding:
    """Everything that a new room needs. Raises CannotFound."""
    _check_checkout(root)
    _check_name(name, known, root)
    parent = PARENTS[kind]
    room = Path("pipeline/connectors") / parent / name
    words = {"name": name, "cls": name.capitalize(), "title": name.capitalize(), "kind": kind, "room": str(room)}
    words["first"] = FIRST[kind]
    sources = {
        room / "__init__.py": f"{kind}/init",
        room / "client.py": f"{kind}/client",
        room / "schema.py": "both/schema",
        room / "mapping.py": f"{kind}/mapping",
        Path(f"tests/unit/connectors/test_{name}.py"): "both/test",
        SUITE / "cards" / f"{name}.py": "both/card",
        Path(f"tests/golden/{name}/README.md"): "both/golden",
        Path(f"docs/checklists/{name}.md"): "both/checklist",
    }
    if taken := [str(path) for path in sources if (root / path).exists()]:
        raise CannotFound(f"{', '.join(taken)} exists already: choose another name, or take it away first")
    new = {path: _fill(source, words) for path, source in sources.items()}
    registry = enter((root / REGISTRY).read_text(encoding="utf-8"), parent, name)
    return Founding(new, {REGISTRY: registry})


def enter(text: str, parent: str, name: str) -> str:
    """The registry with one room more: imported with its neighbours, and last in the table. Raises CannotFound."""
    lines = text.splitlines()
    module = f"pipeline.connectors.{parent}"
    imports = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom) and node.module == module]
    end = next((at for at, line in enumerate(lines) if line == "    )"), None)
    if len(imports) != 1 or end is None or not lines[end - 1].strip().endswith(".CONNECTOR,"):
        raise CannotFound(f"{REGISTRY} is not the plain table that it was: enter {name} by hand, then begin again")
    lines.insert(end, f"        {name}.CONNECTOR,")
    names = sorted({alias.name for alias in imports[0].names} | {name})
    line = f"from {module} import {', '.join(names)}"
    if len(line) > WIDTH:
        line = "\n".join([f"from {module} import (", *(f"    {one}," for one in names), ")"])
    lines[imports[0].lineno - 1 : imports[0].end_lineno] = [line]
    return "\n".join(lines) + "\n"


def _check_checkout(root: Path) -> None:
    if not all((root / path).exists() for path in (REGISTRY, SUITE, Path("pyproject.toml"))):
        raise CannotFound(f"{root} is no source checkout of orderpipe, and a room is source code: {REMEDY}")


def _check_name(name: str, known: Collection[str], root: Path) -> None:
    if not NAME.fullmatch(name) or keyword.iskeyword(name) or name == "new":
        words = "2 to 30 small letters and digits, a letter first, and no word of Python or of this command"
        raise CannotFound(f"{name!r} can't be a connector's name: {words}")
    if name in known:
        raise CannotFound(f"there is a connector {name} already: `orderpipe connectors {name}` shows it")
    if (root / "sandbox" / f"{name}.py").exists():
        raise CannotFound(
            f"sandbox/{name}.py is there, so that no simulator could have the name {name}: choose another"
        )


def _fill(source: str, words: Mapping[str, str]) -> str:
    return Template((TEMPLATES / f"{source}.txt").read_text(encoding="utf-8")).substitute(words)
