"""Compose, without an engine: every profile is put together, and no key can be misspelt."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.config.model import Limits
from tests.deploy.folder import DEPLOY, complaints
from tests.deploy.misspelling import misspelt

COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
FREE = ("services", "volumes", "networks", "depends_on")  # below them are names of ours
SECRETS = tuple(f"secrets/{name}.env" for name in ("partners", "worker", "beat", "flower", "operator"))


def content(document: Any, folder: Path) -> str:
    for name in SECRETS:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    (folder / "compose.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    return complaints("docker-compose", "-f", "compose.yaml", "--profile", "*", "config", "-q", cwd=folder)


def test_every_profile_is_put_together_and_no_key_can_be_misspelt(tmp_path: Path) -> None:
    assert content(COMPOSE, tmp_path) == ""
    plain = {key: value for key, value in COMPOSE.items() if not key.startswith("x-")}  # merged into services by now
    tried = [key for key, wrong in misspelt(plain, FREE) if not content(wrong, tmp_path)]
    assert tried == []


def test_there_are_the_three_profiles() -> None:
    profiles = {name: tuple(service["profiles"]) for name, service in COMPOSE["services"].items()}
    assert set(profiles.values()) == {("demo",), ("one-host",), ("split",)}


@pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
def test_a_service_has_no_more_rights_than_it_needs(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["user"] == "10001:10001"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert [port for port in service.get("ports", ()) if not port.startswith("127.0.0.1:")] == []
    assert re.fullmatch(r"orderpipe:\d+\.\d+\.\d+|valkey/valkey:\d+\.\d+\.\d+-alpine", service["image"])
    assert "environment" not in service  # secrets come from files that stay outside


def test_a_stop_leaves_time_for_what_is_in_hand() -> None:
    grace = int(COMPOSE["services"]["worker"]["stop_grace_period"].removesuffix("s"))
    assert grace > Limits().call_deadline.total_seconds() + 10


def test_files_that_are_mounted_are_there_or_made_by_the_documents_steps() -> None:
    made = {
        "secrets/orderpipe.toml",
        "data",
        *SECRETS,
        *(f"secrets/{name}" for name in ("users.acl", "ca.crt", "server.crt", "server.key")),
    }
    volumes = [each for service in COMPOSE["services"].values() for each in service.get("volumes", ())]
    sources = {each.split(":")[0].removeprefix("./") for each in volumes if each.startswith("./")}
    assert {source for source in sources if not (DEPLOY / source).exists()} <= made
