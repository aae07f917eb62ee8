"""The control and report API under `/_/`: never faulted, never in the journal."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.exchange import split_segments
from sandbox.fault_sets import find_fault_set
from sandbox.faults import Rule
from sandbox.octopia.book import STATUSES
from sandbox.octopia.wire import set_path
from sandbox.world import World

Act = Callable[[World, Request, dict[str, Any]], Any]


class NotFound(Exception):
    """No such order."""


def list_control_routes(world: World) -> list[Route]:
    """Below `/_`. An act answers with what becomes JSON; ValueError and TypeError are the caller's fault."""
    acts: tuple[tuple[str, str, Act], ...] = (
        ("/state", "GET", show_state),
        ("/requests", "GET", show_requests),
        ("/orders", "POST", add_orders),
        ("/faults", "GET", show_faults),
        ("/faults", "POST", turn_faults),
        ("/egenta", "POST", turn_egenta),
        ("/egenta/orders", "GET", show_egenta_orders),
        ("/octopia", "POST", turn_octopia),
        ("/octopia/orders/{rest:path}", "GET", show_octopia_order),
        ("/octopia/orders/{rest:path}", "POST", change_octopia_order),
    )
    return [Route(path, _answer(world, act), methods=[method]) for path, method, act in acts]


def _answer(world: World, act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            raw = json.loads(await request.body() or b"{}")
            if not isinstance(raw, dict):
                raise ValueError("the body must be a JSON object")
            return JSONResponse(act(world, request, raw))
        except NotFound:
            return JSONResponse({"error": "no such order"}, 404)
        except (ValueError, TypeError, KeyError, IndexError) as fault:
            return JSONResponse({"error": f"{type(fault).__name__}: {fault}"}, 400)

    return answer


def show_state(world: World, request: Request, raw: dict[str, Any]) -> Any:
    return world.describe()


def show_requests(world: World, request: Request, raw: dict[str, Any]) -> Any:
    world.agenda.catch_up()
    return world.journal.recent(int(request.query_params.get("limit", "100")))


def add_orders(world: World, request: Request, raw: dict[str, Any]) -> Any:
    """`{count, seed?, rate?, plant?, plain?}`; plain: all ready to be shipped, no hostile ids. Without `plant`: none."""
    _refuse_unknown(raw, {"count", "seed", "rate", "plant", "plain"})
    ids = world.add_orders(
        int(raw["count"]),
        int(raw.get("seed", world.config.seed)),
        raw.get("rate"),
        int(raw.get("plant", 0)),
        plain=bool(raw.get("plain", False)),
    )
    return {"ids": ids}


def show_faults(world: World, request: Request, raw: dict[str, Any]) -> Any:
    return world.dial.describe()


def turn_faults(world: World, request: Request, raw: dict[str, Any]) -> Any:
    """`{name}` or `{rules: [...]}`: the rules replace those in force."""
    _refuse_unknown(raw, {"name", "rules"})
    if "rules" in raw:
        world.dial.turn(str(raw.get("name", "own")), tuple(Rule.read(rule) for rule in raw["rules"]))
    else:
        world.dial.turn(raw["name"], find_fault_set(raw["name"]))
    return world.dial.describe()


def turn_egenta(world: World, request: Request, raw: dict[str, Any]) -> Any:
    world.egenta.turn(**raw)
    return {key: getattr(world.egenta.dials, key) for key in raw}


def turn_octopia(world: World, request: Request, raw: dict[str, Any]) -> Any:
    world.octopia.turn(**raw)
    return {key: getattr(world.octopia.dials, key) for key in raw}


def show_egenta_orders(world: World, request: Request, raw: dict[str, Any]) -> Any:
    """Every order as it was last sent, one item per copy."""
    world.agenda.catch_up()
    return {
        "orders": [
            {
                "OrderId": order_id,
                "copy": n,
                "puts": world.egenta.warehouse.puts[order_id],
                "parcels": [number for _, number in copy.parcels],
                "acked": copy.acked_at is not None,
                "order": copy.order,
            }
            for order_id, copies in world.egenta.warehouse.copies.items()
            for n, copy in enumerate(copies, 1)
        ]
    }


def show_octopia_order(world: World, request: Request, raw: dict[str, Any]) -> Any:
    """The whole order, also what its seller may not see yet."""
    world.agenda.catch_up()
    return _find_order(world, request).wire


def change_octopia_order(world: World, request: Request, raw: dict[str, Any]) -> Any:
    """`{status?, set?: {path: value}}`: the buyer cancels, an address changes. updatedAt moves."""
    _refuse_unknown(raw, {"status", "set"})
    now = world.agenda.catch_up()
    held = _find_order(world, request)
    if "status" in raw and raw["status"] not in STATUSES:
        raise ValueError(f"status is one of {', '.join(STATUSES)}")
    for path, value in raw.get("set", {}).items():
        if path in {"status", "updatedAt", "orderId"}:
            raise ValueError(f"{path} can't be set")
        set_path(held.wire, path, value)
    if "status" in raw:
        world.octopia.book.move(held, raw["status"], now, forced=True)
    else:
        world.octopia.book.touch(held, now)
    return held.wire


def _find_order(world: World, request: Request) -> Any:
    held = world.octopia.book.find(split_segments(request.scope["raw_path"])[-1])
    if held is None:
        raise NotFound
    return held


def _refuse_unknown(raw: dict[str, Any], known: set[str]) -> None:
    if unknown := sorted(set(raw) - known):
        raise ValueError(f"unknown keys: {', '.join(unknown)}; known: {', '.join(sorted(known))}")
