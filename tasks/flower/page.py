"""What all our pages share: who may see them, what a POST must prove, and errors in words."""

import logging
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flower.views import BaseHandler
from tornado.web import HTTPError, RequestHandler

from pipeline.operations.errors import NotAllowed, NotFound
from tasks.flower import marks
from tasks.flower.desk import NoLedger

log = logging.getLogger(__name__)
T = TypeVar("T")
ANONYMOUS = "flower"
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Page(BaseHandler):  # type: ignore[misc] # Flower ships no types
    """Flower's own authentication; on top of it what Flower leaves out where none is configured."""

    def set_default_headers(self) -> None:
        """Nothing of ours is framed, kept or loaded from elsewhere."""
        super().set_default_headers()
        for name, value in _HEADERS.items():
            self.set_header(name, value)

    def prepare(self) -> None:
        """Without authentication only this machine's names lead here: a foreign name that resolves to it does not."""
        options = self.application.options
        if not (options.basic_auth or options.auth) and not _is_here(self.request.host_name):
            raise HTTPError(403, reason="Forbidden", log_message="a foreign host name")

    def check_xsrf_cookie(self) -> None:
        """Called for each POST. Same origin by what the browser says, and our token, whatever Flower's settings."""
        site, origin = self.request.headers.get("Sec-Fetch-Site"), self.request.headers.get("Origin")
        foreign = site != "same-origin" if site else bool(origin) and urlsplit(origin).netloc != self.request.host
        if foreign:
            raise HTTPError(403, log_message="a POST from another site")
        RequestHandler.check_xsrf_cookie(self)

    @property
    def who(self) -> str:
        """For the timeline: the user of basic authentication."""
        if isinstance(self.current_user, str):
            return str(self.current_user)
        if not self.application.options.basic_auth:
            return ANONYMOUS
        credentials = self.request.headers.get("Authorization", "").partition(" ")[2]
        try:
            return b64decode(credentials).decode().partition(":")[0] or ANONYMOUS
        except (NotBase64, UnicodeDecodeError):
            return ANONYMOUS

    async def ask(self, question: Callable[[Any], T]) -> T:
        """The desk's answer."""
        answer: T = await self.application.desk.ask(question)
        return answer

    def get_template_namespace(self) -> dict[str, Any]:
        """What our templates call."""
        return {**super().get_template_namespace(), **marks.words(self.reverse_url)}

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """What is said in words on the page is no accident."""
        if isinstance(value, HTTPError | NotFound | NotAllowed | NoLedger):
            return
        log.error("%s %s failed", self.request.method, self.request.path, exc_info=(typ, value, tb))  # not the query

    def send_error(self, status_code: int = 500, **given: Any) -> None:
        """What the desk raises has a status of its own."""
        error = (given.get("exc_info") or (None, None, None))[1]
        super().send_error(
            next((_STATUSES[kind] for kind in _STATUSES if isinstance(error, kind)), status_code), **given
        )

    def write_error(self, status_code: int, **given: Any) -> None:
        """A page of ours with words; never a trace."""
        if status_code == 401:
            super().write_error(status_code, **given)
            return
        if not hasattr(self, "_current_user"):
            self.current_user = None  # as Flower does: rendering must not authenticate again
        error = (given.get("exc_info") or (None, None, None))[1]
        self.set_status(status_code)
        self.render("orders_trouble.html", title=_TITLES.get(status_code, "This went wrong"), words=_told(error))


_STATUSES = {NotFound: 404, NotAllowed: 409, NoLedger: 503}
_TITLES = {
    400: "This address is not understood",
    403: "Refused",
    404: "Not found",
    409: "Not possible now",
    503: "The ledger can't be read now",
}
_REFUSED = (
    "Either it came from another site, or it was sent from a page that is too old, or by a name that is not this "
    "machine's. Open the Orders tab and try again; for another address or name set flower.basic_auth."
)


def _told(error: BaseException | None) -> str:
    if isinstance(error, NotFound):
        return f"There is no {error}." if str(error).count(":") >= 2 and " " not in str(error) else f"{error}"
    if isinstance(error, NotAllowed | NoLedger):
        return str(error)
    if isinstance(error, HTTPError):
        return _REFUSED if error.status_code == 403 else error.log_message or ""
    return "The log of Flower says more."


def _is_here(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
