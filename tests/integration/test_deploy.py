"""`deploy/` on a real server: the whole system through its redis.conf, its ACL users and TLS, with nothing refused."""

import base64
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline.supervisor.server import free_port
from tests.chaos.partners import Partners, start_partners
from tests.integration.ledger_host import DEPLOY, LedgerHost
from tests.integration.live import wait_until

pytestmark = pytest.mark.timeout(300)

ORDERPIPE = Path(sys.executable).with_name("orderpipe")
AUTH = "ops:only-for-tests"
BASE = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PYTHONUNBUFFERED": "1"}


class Hosts:
    """Three roles as docs/deploy.md starts them: each with its own folder, env files and ACL user."""

    def __init__(self, ledger: LedgerHost, partners: Partners, folder: Path, stack: ExitStack) -> None:
        self.ledger, self.partners, self.folder, self._stack = ledger, partners, folder, stack
        self.flower = f"http://127.0.0.1:{free_port()}"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def environment(self, role: str) -> Mapping[str, str]:
        """worker.env, partners.env and so on, as systemd would read them."""
        home = self.folder / role
        home.mkdir(exist_ok=True)
        text = (DEPLOY / "hosts" / "orderpipe.toml").read_text()
        for change in (
            ("/var/lib/orderpipe", str(home)),
            ("0.0.0.0:5555", self.flower.removeprefix("http://")),
            ('mode = "rehearse"', 'mode = "live"'),
            ("start = 2026-11-21T00:00:00Z", 'start = 2020-01-01T00:00:00Z\nsettle_delay = "1s"'),
            ('poll.orders = "60s"', 'poll.orders = "1s"'),
            ('poll.shipments = "5m"', 'poll.shipments = "1s"\nsettle_delay = "1s"'),
            ('poll.statuses = "15m"', 'poll.statuses = "1s"'),
            ("https://oms.egenta.eu/api/", f"{self.partners.url}/egenta/api/"),
            ('client_id = "env', f'{self._octopia()}\nclient_id = "env'),
        ):
            assert change[0] in text, f"deploy/hosts/orderpipe.toml has no {change[0]} any more"
            text = text.replace(*change)
        text += '\n[limits]\nlease = "10s"\ncall_deadline = "5s"\nbackoff = ["500ms", "2s"]\n'
        (home / "orderpipe.toml").write_text(text)
        return {
            **BASE, **self._credentials(), "ORDERPIPE_CONFIG": str(home / "orderpipe.toml"),
            "ORDERPIPE_REDIS_URL": self.ledger.url(role.partition("-")[0]), "ORDERPIPE_FLOWER_AUTH": AUTH,
        }  # fmt: skip

    def _octopia(self) -> str:
        at = f"{self.partners.url}/octopia"
        return f'base_url = "{at}/seller/v2"\ntoken_url = "{at}/token"'

    def _credentials(self) -> Mapping[str, str]:
        from sandbox.write_config import example_config

        secrets = example_config(self.partners.url).secrets
        names = {"OCTOPIA_ID": "octopia-client-id", "OCTOPIA_SECRET": "octopia-client-secret"}
        names |= {"EGENTA_ID": "egenta-secret-id", "EGENTA_KEY": "egenta-secret-key"}
        return {name: secrets[file] for name, file in names.items()} | {"OCTOPIA_SELLER": "98979"}

    def start(self, role: str, *words: str) -> None:
        """`orderpipe ROLE`, as its unit's ExecStart does."""
        log = (self.folder / f"{role}.log").open("wb")
        argv = [ORDERPIPE, role.partition("-")[0], *words]
        cwd = DEPLOY / "flower" if role == "flower" else self.folder
        process = subprocess.Popen(argv, env=self.environment(role), cwd=cwd, stdout=log, stderr=log)
        log.close()
        self.processes[role] = process
        self._stack.callback(end, process)

    def run(self, *words: str, most: int = 0) -> str:
        """A command as the operator. `most` 1: where the faults decide what is found."""
        done = subprocess.run(
            [ORDERPIPE, *words], env=self.environment("operator"), capture_output=True, text=True, timeout=90
        )
        assert done.returncode <= most, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def read(self, *words: str, most: int = 0) -> list[Any]:
        """Its JSON, a value a line or one alone."""
        text = self.run(*words, "--json", most=most)
        try:
            return [json.loads(text)]
        except ValueError:
            return [json.loads(line) for line in text.splitlines()]

    def page(self, path: str) -> str:
        """Of Flower, with its user and password."""
        head = {"Authorization": "Basic " + base64.b64encode(AUTH.encode()).decode()}
        answer = httpx.get(f"{self.flower}{path}", headers=head, timeout=30, trust_env=False)
        return answer.raise_for_status().text

    def ready(self, *roles: str) -> bool:
        """Whether they are; fails at once when something is refused to somebody."""
        assert self.ledger.denials() == []
        return all(" ready." in self.log(role) for role in roles)

    def log(self, role: str) -> str:
        return (self.folder / f"{role}.log").read_text(errors="replace")


def end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.kill()
    process.wait(10)


@contextmanager
def hosts(tmp_path: Path, *words: str) -> Iterator[Hosts]:
    with LedgerHost(tmp_path) as ledger, ExitStack() as stack:
        partners = start_partners(tmp_path, "--ship-after", "1.0", *words)
        stack.callback(lambda: partners.child.end(at=0.0, cut_short=lambda: True))
        yield Hosts(ledger, partners, tmp_path, stack)


def test_three_roles_and_the_command_line_need_nothing_that_their_users_may_not(tmp_path: Path) -> None:
    with hosts(tmp_path, "--faults", "some") as found:
        found.run("init")
        found.run("check")
        found.start("worker-1")
        found.start("worker-2", "--serve", "egenta-cdiscount")
        found.start("beat")
        found.start("flower")
        ids = found.partners.place(40, plant=2)
        wait_until(lambda: found.ready("worker-1", "worker-2"), 90, "both workers are ready")
        look_at_flower(found)
        dead = wait_for_dead(found, 2)
        act(found, dead)
        try:
            wait_until(lambda: settled(found, len(ids)), 90, "all is settled")
        except AssertionError as late:
            raise AssertionError(f"{late}\n{found.run('status')}\n{found.ledger.denials()}") from None
        assert len(found.partners.at_egenta()) >= len(ids) - 6
        found.run("doctor", "--rebuild", most=1)  # a canary may be late on a busy machine
        found.run("reconcile", "--since", "1d", most=1)
        metrics = found.page("/orders/metrics")
        assert 'orderpipe_processes{role="beat"} 1.0' in metrics
        assert 'orderpipe_processes{role="worker"} 2.0' in metrics
        look_with_the_healthcheck(found, tmp_path)
        for role in ("worker-1", "worker-2", "beat", "flower"):  # a soft stop, within the unit's TimeoutStopSec
            found.processes[role].send_signal(signal.SIGTERM)
        for role, process in found.processes.items():
            assert process.wait(40) == 0, f"{role}: {found.log(role)}"
        assert found.ledger.denials() == []
        whole, (before,) = found.ledger.records(), found.read("status")
        found.ledger.kill()
        (after,) = found.read("status")
        assert after["counts"] == before["counts"]
        assert found.ledger.records() == whole


def look_with_the_healthcheck(found: Hosts, tmp_path: Path) -> None:
    """In a container /proc has one role; here each is shown alone."""
    for role in ("worker", "beat", "flower"):
        proc = tmp_path / f"proc-{role}" / "7"
        proc.mkdir(parents=True)
        (proc / "cmdline").write_text("\0".join(["python", "-m", "celery", "-A", "tasks.app", role]))
        env = {**found.environment(role), "ORDERPIPE_ALIVE_URL": f"{found.flower}/healthcheck"}
        words = [sys.executable, DEPLOY / "docker" / "alive.py", "--proc", proc.parent]
        done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=30, check=False)
        assert (done.returncode, done.stdout) == (0, f"{role} is there\n")


def look_at_flower(found: Hosts) -> None:
    wait_until(lambda: answers(found), 60, "Flower answers")
    for path in ("/", "/orders", "/orders/list?condition=due", "/tasks", "/broker", "/workers?refresh=1"):
        assert found.page(path)
    worker = re.findall(r"worker-\d+@[\w.-]+", found.page("/workers?refresh=1"))[0]
    assert found.page(f"/worker/{worker}")


def answers(found: Hosts) -> bool:
    try:
        return bool(found.page("/healthcheck"))
    except httpx.TransportError:
        return False


def wait_for_dead(found: Hosts, count: int) -> list[str]:
    def dead() -> list[str]:
        done = subprocess.run(
            [ORDERPIPE, "orders", "--condition", "dead", "--json"],
            env=found.environment("operator"), capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        return [json.loads(line)["ref"] for line in done.stdout.splitlines()]

    wait_until(lambda: len(dead()) >= count, 90, f"{count} planted ones are dead")
    return dead()


def act(found: Hosts, dead: list[str]) -> None:
    """Every command that touches the ledger, at least once."""
    one, other = dead[0], dead[1]
    found.read("show", one)
    found.run("edit", one, "--set", "shipping_address.postal_code=75001", "--reason", "seen at the marketplace")
    found.run("replay", one, "--dry-run")
    found.run("replay", one)
    found.run("hold", other, "--reason", "asks the seller")
    found.run("release", other, "--reason", "answered")
    found.run("discard", other, "--reason", "cancelled by phone")
    found.run("causes", most=1)
    found.run("pause", "cdiscount-fr", "--reason", "a look")
    found.run("resume", "cdiscount-fr")
    found.run("poll", "cdiscount-fr", "--flow", "orders", most=1)
    found.run("pull", "cdiscount-fr", one.split(":", 2)[2], most=1)
    found.run("backfill", "cdiscount-fr", "--since", "1h", most=1)
    found.run("forget", other)
    found.run("status")


def settled(found: Hosts, count: int) -> bool:
    (status,) = found.read("status")
    orders = [row for row in status["counts"] if row["flow"] == "orders"]
    going = [row for row in orders if row["condition"] not in ("done", "discarded", "dead", "waiting", "held")]
    ours = count - len(found.partners.books()["octopia"]["not_ours"])
    return not going and sum(row["count"] for row in orders) >= ours - 1  # one was forgotten
