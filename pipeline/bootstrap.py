"""The one place that joins ports to rooms: config in, a working pipeline or an operator's desk out."""

import getpass
import json
import os
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any, Final

import httpx
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from pipeline.config.model import Account, Config
from pipeline.connectors.contract import Rig
from pipeline.connectors.http import Http, open_client
from pipeline.connectors.registry import CONNECTORS
from pipeline.domain.lifecycle import Flow, Step, split_lane
from pipeline.flows.network import Network, Party
from pipeline.hand import Report
from pipeline.operations.books import open_books
from pipeline.operations.calling import call
from pipeline.operations.checking import check
from pipeline.operations.desk import Desk
from pipeline.operations.doctor import Patient, examine
from pipeline.operations.errands import Errands
from pipeline.operations.errors import NotAllowed
from pipeline.operations.fetching import Fetching, sweep
from pipeline.operations.reconcile import Reconciling, reconcile_daily
from pipeline.operations.rehearse import Rehearsal
from pipeline.polling import Polling
from pipeline.ports import Budgets, References, Tokens, Write
from pipeline.steps.context import Context
from pipeline.stores import identity
from pipeline.stores.alone import AloneBudgets, AloneReferences, AloneTokens
from pipeline.stores.audit import Findings, RedisAudit
from pipeline.stores.bodies import Bodies
from pipeline.stores.budgets import RedisBudgets
from pipeline.stores.connect import open_redis
from pipeline.stores.durability import Durability
from pipeline.stores.gates import RedisGates
from pipeline.stores.keys import SCHEMA
from pipeline.stores.ledger import RedisLedger, Terms, Times
from pipeline.stores.owners import Owners
from pipeline.stores.presence import EVERY, RedisPresence
from pipeline.stores.references import RedisReferences
from pipeline.stores.tokens import RedisTokens
from pipeline.walk import Walk

WAY_BACK = timedelta(days=97)  # finished lines that shipments and statuses will need
SEEN = timedelta(days=37)


LedgerUnavailable = identity.LedgerUnavailable
UNREACHED: Final = (RedisError, OSError)  # what a ledger that does not answer raises


def join(config: Config, client: httpx.Client, tokens: Tokens, references: References, budgets: Budgets) -> Network:
    """Every account's client, and the routes between them."""
    limits = config.limits
    http = Http(client, deadline=limits.call_deadline.total_seconds(), max_body=limits.max_body)

    def party(account: Account) -> Party:
        connector = CONNECTORS[account.connector]
        rig = Rig(
            account=account.name,
            settings=account.settings,
            http=http,
            tokens=tokens,
            references=references,
            budgets=budgets,
            now=lambda: datetime.now(UTC),
        )
        return Party(
            name=account.name,
            client=connector.build(rig),
            statuses=connector.statuses,
            probe=connector.probe,
            totals_add_up=connector.totals_add_up,
            accept=str(account.settings.get("accept", "after_validation")),
            start=account.start,
            overlap=account.overlap,
            settle_delay=account.settle_delay,
            batch=account.batch or 100,
            lacks=connector.lacks(account.settings),
        )

    return Network(
        {name: party(account) for name, account in config.marketplaces.items()},
        {name: party(account) for name, account in config.oms.items()},
        config.routes,
    )


def check_accounts(config: Config) -> list[Mapping[str, Any]]:
    """Tries each account's credentials, through the shared tokens where there is a ledger: {account, ok, message}."""
    kinds = {name: account.kind for name, account in config.accounts.items()}
    if config.redis_url is not None:
        opened = Pipeline(config, checked=False)
        try:
            return list(check(opened.network, kinds))
        finally:
            opened.close()
    with open_client() as client:
        return list(check(join(config, client, AloneTokens(), AloneReferences(), AloneBudgets()), kinds))


class Pipeline:
    """Everything one process has open. Close it."""

    def __init__(self, config: Config, *, checked: bool = True, hints: bool = True) -> None:
        if config.redis_url is None:
            raise LedgerUnavailable(f"{config.path} has no redis.url, and no embedded server was found")
        self.config = config
        # no client-side retries: one retry loop, the ledger's (a lost reply is asked for again by the same token)
        self.redis: Any = open_redis(
            config.redis_url.reveal(),
            master=config.redis_master,
            socket_timeout=5,
            socket_connect_timeout=3,
            health_check_interval=30,
            retry=Retry(NoBackoff(), 1),
            max_connections=16,
        )
        keys = [key.reveal() if key else None for key in (config.seal_key, config.seal_key_old)]
        self.bodies = Bodies.from_base64(*keys)
        self.durability = Durability(
            self.redis, promised=config.redis_durability == "promised", replicas=config.redis_replicas
        )
        times = Times(lease=config.limits.lease, keep=config.keep_finished, horizon=self._horizon)
        self.ledger = RedisLedger(
            self.redis,
            times=times,
            terms=self._terms,
            bodies=self.bodies,
            durability=self.durability,
            hints=hints,
        )
        self._meta: dict[str, Any] = {"horizon": 0}
        if checked:
            self._require()
        self.gates = RedisGates(self.redis, self.ledger.scripts)
        self._http = open_client()
        self.network = join(
            config,
            self._http,
            RedisTokens(self.redis, self.bodies, self.ledger.scripts),
            RedisReferences(self.redis, self.bodies),
            RedisBudgets(self.redis, self.ledger.scripts),
        )
        self.context = Context(network=self.network, limits=config.limits, gates=self.gates, horizon=self._oldest_known)
        self._walk = Walk(ledger=self.ledger, context=self.context, who=f"{socket.gethostname()}/{os.getpid()}")
        owners = Owners(self.redis, self.ledger)
        self.polling = Polling(
            ledger=self.ledger,
            context=self.context,
            owner=owners.owner,
            horizon=self._oldest_known,
            history=owners.is_history,
        )

    # -- what tasks ask

    def walk(self, lane: str, hint: Callable[[str], None]) -> Report:
        """One step over what is due in the lane. Raises ValueError for no lane of ours."""
        return self._walk.over(lane, hint)

    def poll(self, account: str, flow: Flow, hint: Callable[[str], None], force: bool = False) -> Report:
        """Fetch what is new in one flow of one account."""
        return self.polling.poll(self.config.account(account), flow, hint, force=force)

    def dispatch(self) -> Sequence[str]:
        """Lanes with work and no hint outstanding."""
        return self.ledger.hints()

    def upkeep(self, name: str, hint: Callable[[str], None]) -> None:
        """One slow habit: `sweep` looks further back than the polls' windows do; `reconcile` compares a day's books."""
        if name == "sweep":
            sweep(self.polling, self.config, hint)
        if name == "reconcile":
            reconcile_daily(self.redis, self.ledger.prefix, self.reconciling(hint))

    def reconciling(self, hint: Callable[[str], None]) -> Reconciling:
        """Marketplace against ledger against OMS."""
        books = open_books(self.ledger, self.gates, accounts=list(self.config.accounts), hint=hint)
        return Reconciling(self.config, self.network, books, self.polling, hint)

    def canary(self, queue: str) -> None:
        """A message came through this queue."""
        RedisPresence(self.redis).sing(queue)

    def patient(self) -> Patient:
        """What the doctor looks at."""
        presence = RedisPresence(self.redis)
        audit = RedisAudit(self.redis, self.ledger.scripts, prefix=self.ledger.prefix)

        def look(rebuild: bool) -> Findings:
            return audit.look(mend=rebuild)

        return Patient(
            config=self.config,
            missing=self.durability.missing(),
            server=self.redis.info(),
            here=presence.everybody(),
            canaries=presence.canaries(),
            skew=time.time() - self.ledger.now_ms() / 1000,
            audit=look,
        )

    def audit(self, line: Mapping[str, Any]) -> None:
        """One operator's act that belongs to no document."""
        self.redis.rpush(f"{self.ledger.prefix}audit", json.dumps({"at": datetime.now(UTC).isoformat(), **line}))
        self.redis.ltrim(f"{self.ledger.prefix}audit", -10_000, -1)

    def close(self) -> None:
        """Give connections back."""
        self._http.close()
        self.redis.close()

    # -- what the ledger asks

    def _terms(self, lane: str) -> Terms:
        """A lane that calls nobody has no cap and no gate to heed."""
        step, name = split_lane(lane)
        account = self.config.accounts.get(name)
        party = self.network.party(name)
        writes: Mapping[Flow, Write[Any] | None] = {}
        match step:
            case Step.PUSH:
                client = party.client
                writes = {
                    Flow.ORDERS: getattr(client, "import_orders", None),
                    Flow.SHIPMENTS: getattr(client, "ship", None),
                    Flow.STATUSES: getattr(client, "answer_status", None),
                    Flow.CANCELLATIONS: getattr(client, "cancel", None),
                }
            case Step.VALIDATE:
                writes = {Flow.ORDERS: getattr(party.client, "accept", None)}
            case Step.ACKNOWLEDGE:
                writes = {
                    Flow.ORDERS: getattr(party.client, "acknowledge", None),
                    Flow.SHIPMENTS: getattr(party.client, "acknowledge_shipped", None),
                }
        looks: dict[str, timedelta] = {
            flow: party.settle_delay for flow, write in writes.items() if write is not None and write.can_be_settled
        }
        calls = step not in (Step.NORMALIZE, Step.VALIDATE)
        return Terms(cap=account.in_hand if account and calls else 1000, looks=looks, gated=calls)

    def _horizon(self, flow: str, source: str) -> timedelta:
        if flow == Flow.ORDERS and self.network.is_marketplace(source):
            for way_back in (Flow.SHIPMENTS, Flow.STATUSES):
                if any(self.network.routes(way_back, source=source)):
                    return WAY_BACK
        return SEEN

    def _oldest_known(self) -> datetime | None:
        """Documents bought before were perhaps sent by a ledger that was lost."""
        return datetime.fromtimestamp(self._meta["horizon"] / 1000, UTC) if self._meta["horizon"] else None

    def _require(self) -> None:
        try:
            self._meta = identity.require(self.redis)
        except RedisError as error:
            raise LedgerUnavailable(f"Redis does not answer ({type(error).__name__}): check redis.url") from None


class Presence:
    """One process's words to the ledger that it is there: `tell` every `every` seconds, `leave` at the end."""

    every = EVERY

    def __init__(self, config: Config, name: str, role: str) -> None:
        if config.redis_url is None:
            raise LedgerUnavailable(f"{config.path} has no redis.url, and no embedded server was found")
        self._redis: Any = open_redis(
            config.redis_url.reveal(), master=config.redis_master, socket_timeout=5, socket_connect_timeout=3
        )
        self._presence = RedisPresence(self._redis)
        self._name, self._role = name, role

    def tell(self, queues: Sequence[str] = ()) -> None:
        """Raises one of UNREACHED."""
        told = {"version": version("orderpipe"), "schema": SCHEMA, "queues": list(queues)}
        self._presence.tell(self._name, self._role, told)

    def leave(self) -> None:
        """The process ends in good order. Raises one of UNREACHED."""
        self._presence.leave(self._name)


def open_pipeline(config: Config) -> Pipeline:
    """Raises LedgerUnavailable."""
    return Pipeline(config)


def init_ledger(config: Config) -> dict[str, Any]:
    """Gives the Redis of the config its identity, once. Raises LedgerUnavailable naming what it lacks."""
    opened = Pipeline(config, checked=False)
    try:
        return identity.init(opened.redis, opened.durability)
    except RedisError as error:
        raise LedgerUnavailable(f"Redis does not answer ({type(error).__name__}): check redis.url") from None
    finally:
        opened.close()


def open_desk(config: Config, *, checked: bool = True, hint: Callable[[str], None] | None = None) -> Desk:
    """What an operator works with. `checked` False: for `init` and `adopt`, which make the ledger what it must be.
    Without `hint`, the next dispatch finds what has become due. Raises LedgerUnavailable.
    """
    opened = Pipeline(config, checked=checked, hints=hint is not None)
    network, rehearsal = opened.network, Rehearsal(opened.context)
    publish = hint or (lambda lane: None)
    fetching = Fetching(config, network, opened.ledger, opened.polling, publish)
    reconciling = opened.reconciling(publish)

    def call_operation(account: str, name: str, arguments: Mapping[str, str], yes: bool) -> Any:
        connector = CONNECTORS[config.account(account).connector]
        operation = next((each for each in connector.operations if each.name == name), None)
        if operation is None:
            raise NotAllowed(f"{account} ({connector.name}) has no operation {name!r}")
        return call(
            network.party(account).client,
            operation,
            arguments,
            yes=yes,
            who=f"{getpass.getuser()}@{socket.gethostname()}",
            audit=opened.audit,
            account=account,
        )

    errands = Errands(
        init=lambda: init_ledger(config),
        adopt=lambda who: identity.adopt(opened.redis, who=who),
        check=lambda: check_accounts(config),
        doctor=lambda rebuild: list(examine(opened.patient(), rebuild=rebuild)),
        poll=fetching.poll,
        pull=fetching.pull,
        backfill=fetching.backfill,
        backfill_file=fetching.backfill_file,
        call=call_operation,
        reconcile=lambda since, fetch, progress: reconciling.run(since, fetch=fetch, progress=progress),
        close=opened.close,
    )
    return Desk(
        opened.ledger,
        opened.gates,
        accounts=list(config.accounts),
        rehearse=rehearsal.faults,
        plain=rehearsal.plain,
        rehearsed=rehearsal.bodies,
        refuser=rehearsal.refuse,
        hint=hint,
        errands=errands,
    )
