"""The whole system as real processes on simulated partners; each role is started and killed on its own.

The roles are the programs that `orderpipe up` runs, with its environment and its embedded server.
"""

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from pipeline.bootstrap import Pipeline, init_ledger, open_desk, open_pipeline
from pipeline.config.model import Config
from pipeline.supervisor.loading import load_config
from pipeline.supervisor.processes import Child, Supervisor
from pipeline.supervisor.programs import EVERYTHING, Role, program
from pipeline.supervisor.server import prepare_data_dir, start_server
from pipeline.supervisor.whereabouts import ask, with_ledger
from sandbox.oms import OMS as OTHERS
from sandbox.write_config import example_config
from tasks.queues import PLAIN
from tests.chaos.partners import PATIENCE, Partners, start_partners

LEASE = 5.0  # seconds
GRACE = 5.0  # after the lease, within which every document of a dead worker must stand somewhere else
MARKET, OMS = "cdiscount-fr", "egenta-cdiscount"
HELD = ("in_hand", "sending")
CONFIG = """
data_dir = "."
[limits]
lease = "{lease}"
call_deadline = "2s"
backoff = ["500ms", "2s"]
[worker]
concurrency = 3
[marketplaces.cdiscount-fr]
connector = "octopia"
start = 2020-01-01T00:00:00Z
poll.orders = "{polls}"
settle_delay = "1s"
overlap = "{overlap}"
[marketplaces.cdiscount-fr.settings]
base_url = "{partners}/octopia/seller/v2"
token_url = "{partners}/octopia/token"
client_id = "file:octopia-client-id"
client_secret = "file:octopia-client-secret"
seller_id = "98979"
accept = "after_validation"
[oms.egenta-cdiscount]
connector = "egenta"
poll.shipments = "{polls}"
poll.statuses = "{polls}"
settle_delay = "1s"
[oms.egenta-cdiscount.settings]
base_url = "{egenta}/egenta/api/"
secret_id = "file:egenta-secret-id"
secret_key = "file:egenta-secret-key"
import_batch_size = {batch}
reput_is_safe = {safe}
"""
ROUTE = """
[[routes]]
from = "cdiscount-fr"
to = {to}
mode = "live"
{terms}
[routes.defaults]
"customs.departure_country" = "FR"
"""
GOING = frozenset({"due", "in_hand", "sending", "parked", "pending", "waiting"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """`mode`: an Egenta that replaces or doubles a repeated order; our `reput_is_safe` follows it. `app`: the module
    with the Celery app of workers and beats, and `env` for it. `egenta`: where our config looks for Egenta instead.
    `beside`: more OMS that every order goes to; `forget` leaves a line of their settings out; `terms`: more of the
    route."""

    mode: str = "upsert"
    batch: int = 4
    ship_after: float = 1.0
    status_share: float = 0.2
    app: str = "tasks.app"
    env: Mapping[str, str] = field(default_factory=dict)
    egenta: Callable[[str], str] = lambda url: url
    polls: str = "500ms"
    overlap: str = "5m"
    beside: tuple[str, ...] = ()
    forget: str = "no such line"
    terms: str = ""


class System:
    """Use as a context manager: at its end nothing it started is left."""

    def __init__(self, folder: Path, setup: Setup | None = None) -> None:
        self.setup = setup or Setup()
        self.folder = folder
        self._supervisor = Supervisor()
        self._roles: dict[str, Child] = {}
        self._down: set[str] = set()
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> "System":
        with contextlib.ExitStack() as undo:
            undo.callback(self._stop)
            prepare_data_dir(self.folder)
            self.partners: Partners = self._start_partners()
            self._roles["sandbox"] = self.partners.child
            self.url = start_server(self._supervisor, self.folder)
            self._roles["server"] = self._supervisor.children[0]
            self.config: Config = with_ledger(load_config(self._write_config()))
            init_ledger(self.config)
            self.pipeline: Pipeline = open_pipeline(self.config)
            self._stack.callback(self.pipeline.close)
            self.desk = open_desk(self.config)
            self._stack.callback(self.desk.close)
            undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        self._stack.close()
        for child in self._roles.values():
            child.end(at=0.0, cut_short=lambda: True)
        self._supervisor.stop(grace=0.0)

    def _start_partners(self) -> Partners:
        setup = self.setup
        words = ["--egenta-mode", setup.mode, "--ship-after", str(setup.ship_after)]
        words += ["--oms", ",".join(("egenta", *setup.beside))]
        return start_partners(self.folder / "logs", *words, "--status-share", str(setup.status_share))

    def _write_config(self) -> Path:
        setup = self.setup
        accounts = [f"{name}-cdiscount" for name in ("egenta", *setup.beside)]
        more = [
            OTHERS[name].account.format(base=self.partners.url, account=f"{name}-cdiscount") for name in setup.beside
        ]
        kept = [line for text in more for line in text.splitlines() if not line.startswith(setup.forget)]
        for name, secret in example_config(self.partners.url, oms=("egenta", *setup.beside)).secrets.items():
            (self.folder / name).write_text(secret)
        path = self.folder / "orderpipe.toml"
        path.write_text(
            CONFIG.format(
                partners=self.partners.url, egenta=setup.egenta(self.partners.url), lease=f"{LEASE:g}s",
                polls=setup.polls, overlap=setup.overlap, batch=setup.batch,
                safe="true" if setup.mode == "upsert" else "false",
            )
            + "\n".join([*kept, ROUTE.format(to=json.dumps(accounts), terms=setup.terms)])
        )  # fmt: skip
        return path

    # -- roles

    def start(self, *names: str) -> None:
        """`worker`, `beat`, `beat-2`, `server`; until each of them is ready. One that was killed starts again."""
        before = {name: self._said(name) for name in names}
        for name in names:
            if name not in self._roles:
                self._roles[name] = self._make(name)
            self._down.discard(name)
            self._roles[name].start()
            if name == "server":
                self._wait_for_server()
        for name in names:
            if name.startswith("worker"):
                self.wait(lambda name=name: self._said(name) > before[name], PATIENCE, f"{name} ready")

    def _make(self, name: str) -> Child:
        role: Role = "beat" if name.startswith("beat") else "worker"
        log = self.folder / "logs" / f"{name}.log"
        found = program(self.config, role, serve=[EVERYTHING], name=name, log=log)
        argv = [self.setup.app if word == "tasks.app" else word for word in found.argv]
        if role == "beat":  # two beats have a file each
            argv += ["--schedule", str(self.folder / "beat" / name)]
        return Child(replace(found, argv=argv, env={**(found.env or {}), **self.setup.env}))

    def _said(self, name: str) -> int:
        log = self.folder / "logs" / f"{name}.log"
        return log.read_text(errors="replace").count(" ready.") if log.exists() else 0

    def _wait_for_server(self) -> None:
        process = self._roles["server"].process
        assert process is not None
        self.wait(lambda: ask(self.url) == process.pid, PATIENCE, "the server answers")

    def kill(self, *names: str) -> None:
        """SIGKILL to the whole group of each at the same moment; returns when they are gone."""
        self._down.update(names)
        processes = [process for name in names if (process := self._roles[name].process) is not None]
        for process in processes:
            os.killpg(process.pid, signal.SIGKILL)
        for process in processes:
            process.wait()
        self.wait(lambda: not any(map(_group_lives, [process.pid for process in processes])), 10, "the killed are gone")

    def log(self, name: str) -> str:
        """All that a role has said."""
        return (self.folder / "logs" / f"{name}.log").read_text(errors="replace")

    def wait(self, so: Callable[[], object], seconds: float, what: str) -> None:
        """Fails when it does not come to be. What ended unasked starts again meanwhile, as under `orderpipe up`."""
        end = time.monotonic() + seconds
        while not so():
            assert time.monotonic() < end, f"not within {seconds:g} s: {what}\n{self.look()}"
            for name, child in self._roles.items():
                if name not in self._down and name not in ("server", "sandbox"):
                    child.keep_up()
            time.sleep(0.05)

    # -- what the ledger says

    def counts(self, flow: str | None = None) -> dict[str, int]:
        """How many stand in each condition."""
        found: dict[str, int] = {}
        for row in self.desk.status()["counts"]:
            if flow in (None, row["flow"]):
                found[row["condition"]] = found.get(row["condition"], 0) + row["count"]
        return found

    def orders(self, *ids: str, condition: str | None = None) -> list[dict[str, Any]]:
        """Rows of the orders flow."""
        return list(self.desk.orders(ids=ids, condition=condition, flow="orders"))

    def sending(self) -> int:
        """Orders in a write that is under way at this moment."""
        return int(self.pipeline.redis.hget("op:counts", f"orders|{MARKET}|push|sending") or 0)

    def at(self, stage: str) -> int:
        """Orders in one stage."""
        return sum(
            row["count"] for row in self.desk.status()["counts"] if (row["flow"], row["stage"]) == ("orders", stage)
        )

    def waiting_messages(self) -> int:
        """Hints in all queues."""
        return sum(int(self.pipeline.redis.llen(name)) for name in PLAIN)

    def in_hand(self) -> dict[tuple[str, str], str]:
        """Every position that some worker holds: (record, suffix) and its token."""
        redis, found = self.pipeline.redis, {}
        for lane in redis.smembers("op:lanes"):
            step, _, account = lane.decode().partition(".")
            for item in redis.zrange(b"op:hand:" + lane, 0, -1):
                ref, suffix = item.decode(), f"@{account}" if step == "push" else ""
                ref = ref.removesuffix(suffix)
                found[ref, suffix] = self._token(ref, suffix)
        return {spot: token for spot, token in found.items() if token}

    def _token(self, ref: str, suffix: str) -> str:
        condition, token = self.pipeline.redis.hmget(f"op:d:{ref}", f"co{suffix}", f"to{suffix}")
        return token.decode() if condition and condition.decode() in HELD and token else ""

    def still_held(self, left: Mapping[tuple[str, str], str]) -> list[str]:
        """Of what dead workers left behind: what is still theirs."""
        return [ref + suffix for (ref, suffix), token in left.items() if self._token(ref, suffix) == token]

    def lose_hints(self) -> int:
        """Every message that waits in a queue is gone; how many lists that were."""
        return int(self.pipeline.redis.delete(*PLAIN))

    def look(self) -> str:
        """Both sides in a few lines, for a failure's message."""
        try:
            books, status = self.partners.books(), self.desk.status()
        except Exception as error:  # noqa: BLE001 - the test fails for another reason already
            return f"(nothing to be seen: {type(error).__name__}: {error})"
        rows = [f"{row['flow']} {row['stage']} {row['condition']}: {row['count']}" for row in status["counts"]]
        lanes = [lane for lane in status["lanes"] if lane["due"] or lane["in_hand"] or lane["due_later"]]
        gates = {name: gate for name, gate in status["gates"].items() if gate["state"] != "open"}
        rest = {key: len(books["audit"][key]) for key in ("missing", "doubled", "shipped_not_acked")}
        queues = {name: self.pipeline.redis.llen(name) for name in PLAIN}
        roles = {name: child.alive for name, child in self._roles.items()}
        return f"{rows}\n{lanes}\n{gates}\n{rest}\n{queues} {roles}\n{self._last_words()}"

    def _last_words(self) -> str:
        """Of the logs, what is no transition."""
        names = [name for name in self._roles if name.startswith(("worker", "beat"))]
        said = [line for name in names for line in self.log(name).splitlines() if '"pipeline.hand"' not in line]
        return "\n".join(line[:300] for line in said[-12:])

    def going(self) -> int:
        """Documents that go on by themselves, or wait for something that should come."""
        return sum(count for condition, count in self.counts().items() if condition in GOING)


def _group_lives(group: int) -> bool:
    """Whether any process of the group runs still (those that are nobody's child any more take a moment to go)."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = status.read_text().rsplit(")", 1)[1].split()
        except (OSError, IndexError):
            continue
        if int(words[2]) == group and words[0] != "Z":
            return True
    return False
