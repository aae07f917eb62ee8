"""Each status as what it means, and what of a partner's words is shown."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from pipeline.connectors.answers import Answer, masked, retry_after
from pipeline.connectors.http import Http
from pipeline.domain.errors import (
    Ambiguous,
    Conflict,
    PartnerTrouble,
    RateLimited,
    Refused,
    Unauthorized,
    Unavailable,
    Unreadable,
)
from tests.unit.connectors.rig import unread


def call(reply: httpx.Response | Exception, *, write: bool, **more: Any) -> Answer:
    def handle(_: httpx.Request) -> httpx.Response:
        if isinstance(reply, Exception):
            raise reply
        return unread(reply)

    http = Http(httpx.Client(transport=httpx.MockTransport(handle)), deadline=1.0, max_body=1000)
    return http.call("POST", "https://p.test/x?key=hush", what="POST it", write=write, **more)


def trouble(reply: httpx.Response | Exception, *, write: bool, **more: Any) -> PartnerTrouble:
    with pytest.raises(PartnerTrouble) as raised:
        call(reply, write=write, **more)
    return raised.value


WRITES = {
    **dict.fromkeys((400, 402, 404, 405, 410, 413, 415, 418, 422, 451, 499), Refused),
    **dict.fromkeys((401, 403), Unauthorized),
    429: RateLimited,
    409: Conflict,
    **dict.fromkeys((408, 425, 500, 501, 502, 503, 504, 520, 599), Ambiguous),
    **dict.fromkeys((301, 307, 308), Refused),
    **dict.fromkeys((300, 302, 303, 304), Ambiguous),
}
READS = {
    **dict.fromkeys((400, 402, 404, 405, 422), Refused),
    **dict.fromkeys((401, 403), Unauthorized),
    429: RateLimited,
    **dict.fromkeys((408, 409, 425, 500, 502, 503, 504), Unavailable),
    **dict.fromkeys((301, 302, 303, 307, 308), Refused),
}


@pytest.mark.parametrize(("status", "kind"), WRITES.items())
def test_a_write(status: int, kind: type[PartnerTrouble]) -> None:
    found = trouble(httpx.Response(status, content=b"<html>"), write=True)
    assert type(found) is kind
    assert found.status == status


@pytest.mark.parametrize(("status", "kind"), READS.items())
def test_a_read(status: int, kind: type[PartnerTrouble]) -> None:
    assert type(trouble(httpx.Response(status), write=False)) is kind


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError])
def test_never_connected(error: type[httpx.TransportError]) -> None:
    for write in (True, False):
        assert type(trouble(error("x"), write=write)) is Unavailable


@pytest.mark.parametrize(
    "error", [httpx.ReadTimeout, httpx.WriteTimeout, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError]
)
def test_lost_after_sending(error: type[httpx.TransportError]) -> None:
    assert type(trouble(error("x"), write=True)) is Ambiguous
    assert type(trouble(error("x"), write=False)) is Unavailable


def test_not_found_may_be_an_answer_of_a_read_only() -> None:
    assert call(httpx.Response(404), write=False, missing_ok=True).status == 404
    assert type(trouble(httpx.Response(404), write=True, missing_ok=True)) is Refused


@pytest.mark.parametrize("content", [b"<html>hello</html>", b'{"cut": ', b"", b"\xff\xfe", b"[" * 100_000])
def test_a_good_status_that_is_not_json(content: bytes) -> None:
    for write, kind in ((False, Unreadable), (True, Ambiguous)):
        with pytest.raises(kind):
            Answer("GET it", write, 200, {}, content).json()


def test_a_byte_order_mark_is_forgiven() -> None:
    assert Answer("GET it", False, 200, {}, b"\xef\xbb\xbf[]").json() == []


def test_messages_hold_no_address_no_query_and_only_declared_words() -> None:
    body = {
        "title": "Bad parcel 6C123456789 of zoe@example.com, call +33 6 12 34 56 78",
        "detail": "x" * 500,
        "buyer": "Zoé Lefèvre",
        "errors": {"carrierName": ["unknown"]},
    }
    reply = httpx.Response(422, json=body)
    assert trouble(reply, write=True).message == "POST it: 422"
    found = trouble(reply, write=True, words=("title", "errors")).message
    assert found == "POST it: 422 (Bad parcel # of *** call #: carrierName: unknown)"
    assert len(trouble(reply, write=True, words=("detail",)).message) < 250
    assert "hush" not in found


def test_one_cause_for_many_documents() -> None:
    causes = {
        trouble(httpx.Response(400, json={"title": f"order {n}AB{n} exists"}), write=True, words=("title",)).cause
        for n in (1234, 99871)
    }
    assert len(causes) == 1


def test_masked_keeps_what_helps() -> None:
    assert masked("line 2: sku missing\n(see RFC)") == "line 2: sku missing (see RFC)"


def test_when_to_come_again() -> None:
    assert retry_after({"retry-after": "7"}) == 7.0
    assert retry_after({"retry-after": "999999999"}) == 86_400.0
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 55 < (retry_after({"retry-after": later}) or 0) <= 60
    past = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)
    assert retry_after({"retry-after": past}) == 0.0
    assert [retry_after({"retry-after": word}) for word in ("", "soon", "-3", "nan", "1e9", "٣")] == [None] * 6
    assert trouble(httpx.Response(429, headers={"Retry-After": "3"}), write=True).retry_after == 3.0
    assert trouble(httpx.Response(503, headers={"Retry-After": "4"}), write=False).retry_after == 4.0
