"""The application: partners under their own paths, the control API under `/_`, the page at `/`."""

from starlette.applications import Starlette
from starlette.routing import Mount, Route

from sandbox.control import list_control_routes
from sandbox.exchange import Exchange
from sandbox.page import Page
from sandbox.settings import SandboxConfig
from sandbox.world import World


def create_app(config: SandboxConfig) -> Starlette:
    """A sandbox of its own: two apps share nothing. `app.state.world` is what it holds."""
    world = World(config)
    app = Starlette(
        routes=[
            *(Mount(f"/{room.name}", Exchange(room, world.dial, world.journal, world.agenda)) for room in world.rooms),
            Mount("/_", routes=list_control_routes(world)),
            Route("/", Page(world).show),
        ]
    )
    app.state.world = world
    return app
