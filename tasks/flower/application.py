"""Flower's application with our pages, templates and a desk."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from flower.app import Flower, rewrite_handler
from tornado.template import BaseLoader, Template
from tornado.web import StaticFileHandler, url

from tasks.flower.acts import Act
from tasks.flower.desk import DeskRoom
from tasks.flower.document import Document
from tasks.flower.listing import Listing
from tasks.flower.metrics import Metrics
from tasks.flower.overview import Overview
from tasks.flower.replay import Replay

HERE = Path(__file__).parent
LIST_END = "</ul>"
TASKS = '<div class="page-section tasks-page">'
STYLE = """<link rel="stylesheet" href="{{ reverse_url('orders-static', 'tasks.css') }}">"""
TAB = """
        <li class="nav-item">
          <a class="nav-link{% if active_tab == 'orders' %} active{% end %}" href="{{ reverse_url('orders') }}"
            {% if active_tab == 'orders' %}aria-current="page"{% end %}>Orders</a>
        </li>
      """
SPLICES = {"navbar.html": (LIST_END, TAB + LIST_END), "tasks.html": (TASKS, STYLE + TASKS)}


class Templates(BaseLoader):
    """Ours, and Flower's own with our tab among its tabs and room for what our tasks say."""

    def __init__(self, flowers: str) -> None:
        super().__init__()
        self._folders = (HERE / "templates", Path(flowers))

    def resolve_path(self, name: str, parent_path: str | None = None) -> str:  # noqa: ARG002 - tornado asks with both
        """All templates lie flat."""
        return name

    def _create_template(self, name: str) -> Template:
        path = next(folder / name for folder in self._folders if (folder / name).is_file())
        text = path.read_text()
        if name in SPLICES:
            text = text.replace(*SPLICES[name], 1)
        return Template(text, name=name, loader=self)


class OrdersFlower(Flower):  # type: ignore[misc] # Flower ships no types
    """`open_desk` is called at the first question, in a thread; `accounts` are those that one can filter by."""

    def __init__(self, *, open_desk: Callable[[], Any], accounts: Sequence[str], **given: Any) -> None:
        given.setdefault("xsrf_cookie_kwargs", {"samesite": "Lax"})
        super().__init__(template_loader=Templates(given["template_path"]), **given)
        self.accounts = tuple(accounts)
        self.desk = DeskRoom(open_desk)
        pages = [
            url(r"/orders", Overview, name="orders"),
            url(r"/orders/", Overview),
            url(r"/orders/metrics", Metrics, name="orders-metrics"),
            url(r"/orders/list", Listing, name="orders-list"),
            url(r"/orders/document", Document, name="orders-document"),
            url(r"/orders/replay", Replay, name="orders-replay"),
            url(r"/orders/act", Act, name="orders-act"),
            url(r"/orders/static/(.*)", StaticFileHandler, {"path": str(HERE / "static")}, name="orders-static"),
        ]
        prefix = self.options.url_prefix
        self.add_handlers(r".*", [rewrite_handler(page, prefix) for page in pages] if prefix else pages)

    def stop(self) -> None:
        """Also gives the desk's connections back."""
        self.desk.close()
        super().stop()
