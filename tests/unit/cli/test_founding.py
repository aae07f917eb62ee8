"""`orderpipe connectors new`: what it makes, where, and what it refuses; nothing is half made."""

import ast
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.cli.founding import REGISTRY, SUITE, CannotFound, enter
from pipeline.cli.session import Session

SOURCE = Path(__file__).resolve().parents[3]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """As much of a source checkout as is looked at."""
    (tmp_path / REGISTRY).parent.mkdir(parents=True)
    (tmp_path / SUITE).mkdir(parents=True)
    (tmp_path / "sandbox").mkdir()
    (tmp_path / "sandbox" / "world.py").touch()
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / REGISTRY).write_text((SOURCE / REGISTRY).read_text())
    return tmp_path


def call(root: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["connectors", *words], obj=Session(source=lambda: root))


@pytest.mark.parametrize(("kind", "parent"), [("oms", "oms"), ("marketplace", "marketplaces")])
def test_a_room_and_its_places_are_made(checkout: Path, kind: str, parent: str) -> None:
    result = call(checkout, "new", "acme", "--kind", kind)
    assert result.exit_code == 0, result.output
    made = result.stdout.split()
    assert all((checkout / path).is_file() for path in made)
    room = f"pipeline/connectors/{parent}/acme"
    assert {f"{room}/{name}.py" for name in ("__init__", "client", "schema", "mapping")} < set(made)
    assert {"docs/checklists/acme.md", "tests/golden/acme/README.md", f"{SUITE}/cards/acme.py"} < set(made)
    for path in made:
        text = (checkout / path).read_text()
        assert "$" not in text
        if path.endswith(".py"):
            ast.parse(text)
    assert f"pytest {SUITE} -k acme" in result.stderr
    assert "acme.CONNECTOR," in (checkout / REGISTRY).read_text()


@pytest.mark.parametrize("name", ["Acme", "a", "acme-one", "../acme", "class", "new", "9lives", "x" * 31, ""])
def test_a_name_that_cannot_be_one_is_exit_2_and_says_what_can(checkout: Path, name: str) -> None:
    result = call(checkout, "new", name, "--kind", "oms")
    assert result.exit_code == 2
    assert "small letters and digits" in result.stderr
    assert "acme" not in (checkout / REGISTRY).read_text()


def test_what_exists_is_not_made_again(checkout: Path) -> None:
    result = call(checkout, "new", "egenta", "--kind", "oms")
    assert (result.exit_code, "orderpipe connectors egenta" in result.stderr) == (2, True)
    assert "sandbox/world.py" in call(checkout, "new", "world", "--kind", "oms").stderr
    (checkout / "tests/golden/acme").mkdir(parents=True)
    (checkout / "tests/golden/acme/README.md").write_text("mine")
    before = (checkout / REGISTRY).read_text()
    result = call(checkout, "new", "acme", "--kind", "oms")
    assert (result.exit_code, "tests/golden/acme/README.md" in result.stderr) == (2, True)
    assert (checkout / REGISTRY).read_text() == before
    assert not (checkout / "pipeline/connectors/oms/acme").exists()


def test_an_installed_package_is_no_source_checkout(tmp_path: Path) -> None:
    result = call(tmp_path, "new", "acme", "--kind", "oms")
    assert result.exit_code == 2
    assert "git clone" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [["new"], ["new", "acme"], ["new", "a1", "b1", "--kind", "oms"], ["--kind", "oms"]])
def test_what_is_left_out_is_said(checkout: Path, words: list[str]) -> None:
    result = call(checkout, *words)
    assert result.exit_code == 2
    assert "connectors new NAME --kind marketplace|oms" in result.stderr


def test_two_names_are_one_too_many(checkout: Path) -> None:
    assert call(checkout, "egenta", "kibo").exit_code == 2


def test_the_registry_stays_in_form_with_many_rooms() -> None:
    text = (SOURCE / REGISTRY).read_text()
    for number in range(12):
        text = enter(text, "oms", f"partnernumber{number:02d}")
    (imported,) = (
        node for node in ast.walk(ast.parse(text)) if getattr(node, "module", "") == "pipeline.connectors.oms"
    )
    names = [alias.name for alias in imported.names]
    assert names == sorted(names)
    assert "partnernumber11" in names
    assert max(len(line) for line in text.splitlines()) <= 120


def test_a_registry_of_another_form_is_left_to_a_person() -> None:
    with pytest.raises(CannotFound, match="by hand"):
        enter("CONNECTORS = {}\n", "oms", "acme")
