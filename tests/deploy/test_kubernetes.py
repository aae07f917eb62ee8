"""Kubernetes: the overlays as kustomize builds them, against the schemas of the oldest and the newest version."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from kubernetes_validate.utils import schema_contents
from referencing import Registry, Resource

from pipeline.config.model import Limits
from tests.deploy.folder import BIN, DEPLOY, complaints
from tests.deploy.misspelling import misspelt

HERE = DEPLOY / "kubernetes"
OVERLAYS = ("small", "ha")
VERSIONS = ("1.31", "1.37")
FREE = ("labels", "annotations", "matchLabels", "nodeSelector", "data", "requests", "limits")
every_overlay = pytest.mark.parametrize("overlay", OVERLAYS)


def build(folder: Path) -> str:
    done = subprocess.run(
        [BIN / "kubectl", "kustomize", folder], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


@cache
def built(overlay: str) -> tuple[dict[str, Any], ...]:
    return tuple(yaml.safe_load_all(build(HERE / "overlays" / overlay)))


@cache
def validator(kind: str, api: str, version: str) -> jsonschema.Draft202012Validator:
    """As kubernetes-validate makes it, but once: reading its schemas takes longer than using them."""
    folder = f"kubernetes-json-schema/v{version}.0-local-strict"
    name = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", api)
    schema = schema_contents(f"{folder}/{kind.lower()}-{name}.json", version)
    registry: Registry[Any] = Resource.from_contents(schema) @ Registry()
    return jsonschema.Draft202012Validator(
        schema, registry=Resource.from_contents(schema_contents(f"{folder}/_definitions.json", version)) @ registry
    )


def invalid(document: Any, version: str) -> str:
    try:
        found = validator(document["kind"], document["apiVersion"], version)
    except (KeyError, FileNotFoundError) as error:
        return f"no such kind: {error}"
    return next((error.message for error in found.iter_errors(document)), "")


@every_overlay
@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_fits_its_schema(overlay: str, version: str) -> None:
    assert [
        (one["kind"], one["metadata"]["name"], said) for one in built(overlay) if (said := invalid(one, version))
    ] == []


def test_no_key_of_an_object_can_be_misspelt() -> None:
    let_through, seen = [], set()
    for one in (*built("small"), *built("ha")):
        for key, wrong in misspelt(one, FREE):
            parts = [part for part in key.split(".") if not part.isdigit()]
            place = (*parts[-2:], one["kind"] if len(parts) < 3 else "")
            if one["kind"] == "Service" and parts[:2] == ["spec", "selector"] and len(parts) > 2:
                continue  # labels: test_every_selector_finds_its_pods
            if place not in seen:
                seen.add(place)
                let_through += [place] if not invalid(wrong, VERSIONS[-1]) else []
    assert len(seen) > 120
    assert let_through == []


@pytest.mark.parametrize("path", ["base", "overlays/small", "overlays/ha"])
def test_no_key_of_a_kustomization_can_be_misspelt(path: str, tmp_path: Path) -> None:
    shutil.copytree(HERE, tmp_path / "k")
    file = tmp_path / "k" / path / "kustomization.yaml"
    document = yaml.safe_load(file.read_text())
    assert complaints("kubectl", "kustomize", file.parent) == "" or path
    let_through = []
    for key, wrong in misspelt(document, ("pairs",)):
        file.write_text(yaml.safe_dump(wrong))
        if not failed(file.parent):
            let_through.append(key)
    assert let_through == []


def failed(folder: Path) -> bool:
    return (
        subprocess.run([BIN / "kubectl", "kustomize", folder], capture_output=True, timeout=60, check=False).returncode
        != 0
    )


# ---------------------------------------------------------------- what the schemas can't know


def pods(overlay: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for one in built(overlay):
        if one["kind"] in ("Deployment", "StatefulSet", "Job"):
            yield one["metadata"]["name"], one["spec"]["template"]


@every_overlay
def test_a_pod_has_no_more_rights_than_it_needs(overlay: str) -> None:
    for name, template in pods(overlay):
        spec = template["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        (container,) = spec["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
        }, name  # fmt: skip
        assert container["resources"]["limits"]["memory"], name
        assert not container["image"].endswith(":latest"), name


@every_overlay
def test_secrets_are_references(overlay: str) -> None:
    assert [one for one in built(overlay) if one["kind"] == "Secret"] == []
    for name, template in pods(overlay):
        for variable in template["spec"]["containers"][0].get("env", ()):
            assert "secretKeyRef" in variable["valueFrom"], name


@every_overlay
def test_each_role_comes_with_its_own_user_and_with_time_to_stop(overlay: str) -> None:
    users = {}
    for name, template in pods(overlay):
        (container,) = template["spec"]["containers"]
        for variable in container.get("env", ()):
            users[name] = variable["valueFrom"]["secretKeyRef"]["name"].removeprefix("orderpipe-redis-")
        if container["args"][0] == "worker":
            grace = template["spec"]["terminationGracePeriodSeconds"]
            assert grace > Limits().call_deadline.total_seconds() + 10
    roles = {"worker": "worker", "worker-egenta": "worker", "beat": "beat", "flower": "flower", "init": "operator"}
    assert users == roles


@every_overlay
def test_every_selector_finds_its_pods(overlay: str) -> None:
    """A label misspelt fits every schema, and selects nobody."""
    labels = [template["metadata"]["labels"] for _, template in pods(overlay)]
    for one in built(overlay):
        spec = one.get("spec", {})
        selector = spec.get("podSelector") or spec.get("selector") or {}
        wanted = selector.get("matchLabels", selector if one["kind"] == "Service" else {})
        if wanted:
            assert any(wanted.items() <= each.items() for each in labels), (
                one["kind"],
                one["metadata"]["name"],
                wanted,
            )
        for rule in selector.get("matchExpressions", ()):
            assert set(rule["values"]) <= {each.get(rule["key"]) for each in labels}, rule


@every_overlay
def test_every_role_is_under_a_network_policy(overlay: str) -> None:
    policies = [one["spec"]["podSelector"] for one in built(overlay) if one["kind"] == "NetworkPolicy"]
    for name, template in pods(overlay):
        labels = template["metadata"]["labels"]
        assert any(policy.get("matchLabels", {"": 0}).items() <= labels.items() for policy in policies), name


def test_the_autoscaler_asks_for_the_metric_that_the_adapter_gives() -> None:
    (scaler,) = [one for one in built("ha") if one["kind"] == "HorizontalPodAutoscaler"]
    adapter = yaml.safe_load((HERE / "prometheus-adapter.yaml").read_text())
    given = {rule["name"]["as"] for rule in adapter["rules"]["external"]}
    assert {one["external"]["metric"]["name"] for one in scaler["spec"]["metrics"]} == given
    (worker,) = [one for one in built("ha") if one["metadata"]["name"] == "worker" and one["kind"] == "Deployment"]
    assert "replicas" not in worker["spec"]
