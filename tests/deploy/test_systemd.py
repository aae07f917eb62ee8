"""The systemd units: verified by systemd where it is, and by a table of the keys that we use everywhere."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.config.model import Limits
from tests.deploy.folder import DEPLOY, in_folder
from tests.deploy.misspelling import misspelt_lines

UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
KEY = re.compile(r"^([A-Z]\w+)=", re.M)
KNOWN = {  # systemd.unit(5), systemd.service(5), systemd.exec(5), systemd.kill(5), systemd.resource-control(5)
    "Unit": "Description Documentation After Wants StartLimitIntervalSec",
    "Service": """Type User Group WorkingDirectory Environment EnvironmentFile ExecStart Restart RestartSec KillMode
        KillSignal TimeoutStopSec OOMScoreAdjust LimitNOFILE TasksMax StateDirectory StateDirectoryMode UMask
        NoNewPrivileges CapabilityBoundingSet AmbientCapabilities ProtectSystem ProtectHome ProtectProc ProtectClock
        ProtectHostname ProtectKernelLogs ProtectKernelModules ProtectKernelTunables ProtectControlGroups PrivateTmp
        PrivateDevices RemoveIPC RestrictAddressFamilies RestrictNamespaces RestrictRealtime RestrictSUIDSGID
        LockPersonality SystemCallArchitectures SystemCallFilter SystemCallErrorNumber""",
    "Install": "WantedBy",
}
every_unit = pytest.mark.parametrize("path", UNITS, ids=in_folder)


def unknown(text: str) -> list[str]:
    """Keys and sections that systemd would ignore."""
    found, section = [], ""
    for line in text.replace("\\\n", "").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#") and line.split("=")[0] not in KNOWN.get(section, "").split():
            found.append(f"[{section}] {line}")
    return found


def settings(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if re.match(r"[A-Z]\w+=", line))


@every_unit
def test_no_key_can_be_misspelt(path: Path) -> None:
    text = path.read_text()
    assert unknown(text) == []
    assert [key for key, wrong in misspelt_lines(text, KEY) if not unknown(wrong)] == []
    assert unknown(text.replace("[Service]", "[Servicee]"))


def verify(text: str, name: str, folder: Path) -> str:
    """What systemd says; it exits with 0 also where it ignores a key, so anything it says counts."""
    path = folder / name
    path.write_text(text.replace("/opt/orderpipe/bin/orderpipe", shutil.which("true") or "/bin/true"))
    words = ["systemd-analyze", "verify", "--man=no", path]
    env = {**os.environ, "SYSTEMD_LOG_LEVEL": "warning"}
    done = subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here; the table above is checked anyway")
@every_unit
def test_systemd_finds_nothing_to_say(path: Path, tmp_path: Path) -> None:
    assert verify(path.read_text(), path.name, tmp_path) == ""
    assert "ignoring" in verify(path.read_text().replace("KillMode=", "KillModee="), path.name, tmp_path)


@every_unit
def test_a_stop_is_soft_and_has_time(path: Path) -> None:
    """SIGTERM reaches orderpipe alone; it gives Celery call_deadline + 10 s, and beat and Flower 5 s."""
    found = settings(path)
    assert (found["KillMode"], found["KillSignal"]) == ("mixed", "SIGTERM")
    grace = Limits().call_deadline.total_seconds() + 10 if "worker" in path.name else 5
    assert int(found["TimeoutStopSec"]) > grace


@every_unit
def test_a_role_is_hardened_and_comes_back_for_ever(path: Path) -> None:
    found = settings(path)
    assert found["User"] == "orderpipe"
    assert found["NoNewPrivileges"] == found["PrivateTmp"] == "yes"
    assert found["ProtectSystem"] == "strict"
    assert found["CapabilityBoundingSet"] == ""
    assert (found["Restart"], found["StartLimitIntervalSec"]) == ("always", "0")


def test_there_is_one_unit_per_role() -> None:
    starts = {path.name: settings(path)["ExecStart"].split()[1] for path in UNITS}
    assert starts == {
        "orderpipe-worker@.service": "worker", "orderpipe-beat.service": "beat", "orderpipe-flower.service": "flower",
    }  # fmt: skip


def test_the_user_is_made_by_sysusers() -> None:
    lines = [
        line for line in (DEPLOY / "systemd" / "orderpipe.sysusers.conf").read_text().splitlines() if line[0] != "#"
    ]
    assert all(re.fullmatch(r'u orderpipe - "orderpipe" /var/lib/orderpipe /usr/sbin/nologin', line) for line in lines)
