"""The control and report API under `/_/`: never faulted, never in the journal."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.exchange import split_segments
from sandbox.faults import Rule
from sandbox.octopia.book import STATUSES
from sandbox.octopia.wire import set_path
from sandbox.tecsys.room import Tecsys
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
    if world.other:
        acts += (
            (f"/{world.other.name}", "POST", turn_other),
            (f"/{world.other.name}/orders", "GET", show_other_orders),
            (f"/{world.other.name}/orders", "POST", feed_order),
        )
    return [Route(path, _answer(world, act), methods=[method]) for path, method, act in acts]


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
    """`{count, seed?, rate?, plant?, plain?}`; plain: all ready to be shipped, no hostile ids.

    Without `plant`: none invalid.
    """
    _refuse_unknown(call.raw, {"count", "seed", "rate", "plant", "plain"})
    ids = call.world.add_orders(
        int(call.raw["count"]),
        int(call.raw.get("seed", call.world.config.seed)),
        call.raw.get("rate"),
        int(call.raw.get("plant", 0)),
        plain=bool(call.raw.get("plain", False)),
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


def turn_egenta(call: Call) -> Any:
    """`{dial: value}` of EgentaDials."""
    call.world.egenta.turn(**call.raw)
    return {key: getattr(call.world.egenta.dials, key) for key in call.raw}


def turn_octopia(call: Call) -> Any:
    """`{dial: value}` of OctopiaDials."""
    call.world.octopia.turn(**call.raw)
    return {key: getattr(call.world.octopia.dials, key) for key in call.raw}


def show_egenta_orders(call: Call) -> Any:
    """Every order as it was last sent, one item per copy."""
    call.world.agenda.catch_up()
    return {
        "orders": [
            {
                "OrderId": order_id,
                "copy": n,
                "puts": call.world.egenta.warehouse.puts[order_id],
                "parcels": [number for _, number in copy.parcels],
                "acked": copy.acked_at is not None,
                "order": copy.order,
            }
            for order_id, copies in call.world.egenta.warehouse.copies.items()
            for n, copy in enumerate(copies, 1)
        ]
    }


def turn_other(call: Call) -> Any:
    """`{dial: value}` of the OMS beside Egenta."""
    if call.world.other is None:
        raise NoSuchOrderError
    call.world.other.turn(**call.raw)
    return call.raw


def show_other_orders(call: Call) -> Any:
    """Every order of the OMS beside Egenta as it was last sent, one item per copy."""
    if call.world.other is None:
        raise NoSuchOrderError
    call.world.agenda.catch_up()
    return {"orders": call.world.other.list_orders()}


def feed_order(call: Call) -> Any:
    """An order that reaches Tecsys by another way than its REST API: ExternalOrderId and lines."""
    if not isinstance(call.world.other, Tecsys):
        raise NoSuchOrderError
    call.world.other.feed(call.raw, call.world.agenda.catch_up())
    return {"orders": len(call.world.other.count_copies())}


def show_octopia_order(call: Call) -> Any:
    """The whole order, also what its seller may not see yet."""
    call.world.agenda.catch_up()
    return _find_order(call).wire


def change_octopia_order(call: Call) -> Any:
    """`{status?, set?: {path: value}}`: the buyer cancels, an address changes. updatedAt moves."""
    _refuse_unknown(call.raw, {"status", "set"})
    now = call.world.agenda.catch_up()
    held = _find_order(call)
    if "status" in call.raw and call.raw["status"] not in STATUSES:
        raise ValueError(f"status is one of {', '.join(STATUSES)}")
    for path, value in call.raw.get("set", {}).items():
        if path in {"status", "updatedAt", "orderId"}:
            raise ValueError(f"{path} can't be set")
        set_path(held.wire, path, value)
    if "status" in call.raw:
        call.world.octopia.book.move(held, call.raw["status"], now, forced=True)
    else:
        call.world.octopia.book.touch(held, now)
    return held.wire


def _find_order(call: Call) -> Any:
    held = call.world.octopia.book.find(split_segments(call.request.scope["raw_path"])[-1])
    if held is None:
        raise NoSuchOrderError
    return held


def _refuse_unknown(raw: dict[str, Any], known: set[str]) -> None:
    if unknown := sorted(set(raw) - known):
        raise ValueError(f"unknown keys: {', '.join(unknown)}; known: {', '.join(sorted(known))}")
