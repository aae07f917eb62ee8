"""The page at `/`: what the sandbox holds, refreshed by itself. No ids' contents, no personal data."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from tornado.template import Loader

from sandbox.world import World

ROWS = 25


class Page:
    """Rendered per request from one template."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._template = Loader(str(Path(__file__).parent / "templates")).load("page.html")

    async def show(self, _: Request) -> Response:
        """The page, as things are now."""
        text = self._template.generate(
            state=self._world.describe(), requests=self._world.journal.recent(ROWS), rows=ROWS
        )
        return HTMLResponse(text)
