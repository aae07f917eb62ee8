"""The control and report API under `/_/`: never faulted, never in the journal."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.exchange import split_segments
from sandbox.faults import Rule
from sandbox.market import Changeable, MarketRoom
from sandbox.oms import OmsRoom
from sandbox.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the control API."""

    world: World
    request: Request
    raw: dict[str, Any]


Act = Callable[[Call], Any]


class NoSuchOrderError(Exception):
    """No such order."""


@runtime_checkable
class Fed(Protocol):
    """An OMS that orders reach by another way than its API."""

    def feed(self, raw: Any, now: datetime) -> None:
        """One order. ValueError: it can't be taken."""


def list_control_routes(world: World) -> list[Route]:
    """Below `/_`. An act answers with what becomes JSON; ValueError and TypeError are the caller's fault."""
    acts: list[tuple[str, str, Act]] = [
        ("/state", "GET", show_state),
        ("/requests", "GET", show_requests),
        ("/orders", "POST", add_orders),
        ("/faults", "GET", show_faults),
        ("/faults", "POST", turn_faults),
    ]
    for market in world.marketplaces.values():
        acts += _list_market_acts(market)
    for oms in world.oms.values():
        acts += _list_oms_acts(oms)
    return [Route(path, _answer(world, act), methods=[method]) for path, method, act in acts]


def _list_market_acts(room: MarketRoom) -> list[tuple[str, str, Act]]:
    acts = [(f"/{room.name}", "POST", _turn(room))]
    if isinstance(room, Changeable):
        one = f"/{room.name}/orders/{{rest:path}}"
        acts += [(one, "GET", _show_order(room)), (one, "POST", _change_order(room))]
    return acts


def _list_oms_acts(room: OmsRoom) -> list[tuple[str, str, Act]]:
    orders = f"/{room.name}/orders"
    acts = [(f"/{room.name}", "POST", _turn(room)), (orders, "GET", _list_orders(room))]
    return [*acts, (orders, "POST", _feed(room))] if isinstance(room, Fed) else acts


def _answer(world: World, act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            raw = json.loads(await request.body() or b"{}")
            if not isinstance(raw, dict):
                raise ValueError("the body must be a JSON object")
            return JSONResponse(act(Call(world, request, raw)))
        except NoSuchOrderError:
            return JSONResponse({"error": "no such order"}, 404)
        except (ValueError, TypeError, KeyError, IndexError) as fault:
            return JSONResponse({"error": f"{type(fault).__name__}: {fault}"}, 400)

    return answer


def show_state(call: Call) -> Any:
    """The whole report."""
    return call.world.describe()


def show_requests(call: Call) -> Any:
    """`?limit=`: the last requests, newest first."""
    call.world.agenda.catch_up()
    return call.world.journal.recent(int(call.request.query_params.get("limit", "100")))


def add_orders(call: Call) -> Any:
    """`{count, seed?, rate?, plant?, plain?, marketplace?}`; plain: all ready to be shipped, no hostile ids.

    Without `plant`: none invalid; without `marketplace`: shared out over all. With `rate` there are no ids yet.
    """
    _refuse_unknown(call.raw, {"count", "seed", "rate", "plant", "plain", "marketplace"})
    ids = call.world.add_orders(
        int(call.raw["count"]),
        int(call.raw.get("seed", call.world.config.seed)),
        call.raw.get("rate"),
        int(call.raw.get("plant", 0)),
        plain=bool(call.raw.get("plain", False)),
        marketplace=call.raw.get("marketplace"),
    )
    return {"ids": ids}


def show_faults(call: Call) -> Any:
    """The dial as it stands."""
    return call.world.dial.describe()


def turn_faults(call: Call) -> Any:
    """`{name}` or `{rules: [...]}`: the rules replace those in force."""
    _refuse_unknown(call.raw, {"name", "rules"})
    if "rules" in call.raw:
        call.world.dial.turn(str(call.raw.get("name", "own")), tuple(Rule.read(rule) for rule in call.raw["rules"]))
    else:
        call.world.dial.turn(call.raw["name"], call.world.find_faults(call.raw["name"]))
    return call.world.dial.describe()


def _turn(room: MarketRoom | OmsRoom) -> Act:
    """`{dial: value}` of the room's dials."""

    def turn(call: Call) -> Any:
        room.turn(**call.raw)
        return call.raw

    return turn


def _list_orders(room: OmsRoom) -> Act:
    """Every order as it was last sent, one item per copy."""

    def show(call: Call) -> Any:
        call.world.agenda.catch_up()
        return {"orders": room.list_orders()}

    return show


def _feed(room: Fed) -> Act:
    def feed(call: Call) -> Any:
        room.feed(call.raw, call.world.agenda.catch_up())
        return {}

    return feed


def _show_order(room: Changeable) -> Act:
    """The whole order, also what its seller may not see yet."""

    def show(call: Call) -> Any:
        call.world.agenda.catch_up()
        return _find_order(room, call)[1]

    return show


def _change_order(room: Changeable) -> Act:
    """`{status?, set?: {path: value}}`: the buyer cancels, an address changes."""

    def change(call: Call) -> Any:
        _refuse_unknown(call.raw, {"status", "set"})
        now = call.world.agenda.catch_up()
        order_id, _ = _find_order(room, call)
        room.change_order(order_id, call.raw, now)
        return room.show_order(order_id)

    return change


def _find_order(room: Changeable, call: Call) -> tuple[str, Any]:
    order_id = split_segments(call.request.scope["raw_path"])[-1]
    shown = room.show_order(order_id)
    if shown is None:
        raise NoSuchOrderError
    return order_id, shown


def _refuse_unknown(raw: dict[str, Any], known: set[str]) -> None:
    if unknown := sorted(set(raw) - known):
        raise ValueError(f"unknown keys: {', '.join(unknown)}; known: {', '.join(sorted(known))}")
