"""Each kind of fault as a real client sees it, and what it leaves behind at the partner."""

import socket
import time
from typing import Any

import httpx
import pytest

from tests.unit.sandbox.conftest import Start
from tests.unit.sandbox.partners import Partners, TurnedClock, write_import

IMPORT = {"endpoint": "egenta.import", "count": 1}


def held(partners: Partners) -> int:
    return int(partners.state()["egenta"]["orders"])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("commit", [False, True])
def test_a_status_with_and_without_effect(start: Start, status: int, commit: bool) -> None:
    partners = start()
    partners.rules({**IMPORT, "kind": "status", "status": status, "commit": commit})
    answer = partners.put(write_import())
    assert answer.status_code == status
    assert "retry-after" not in answer.headers
    assert held(partners) == (1 if commit else 0)
    assert partners.put(write_import()).status_code == 200
    assert partners.violations() == []


def test_retry_after_is_sent_where_the_rule_has_one(start: Start) -> None:
    partners = start()
    partners.rules({"kind": "status", "endpoint": "octopia.*", "status": 429, "retry_after": 2, "count": 1})
    answer = partners.http.post("/octopia/token")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    assert answer.headers["content-type"] == "application/problem+json"


def test_slow_answers_late_but_commits_at_once(start: Start) -> None:
    partners = start()
    partners.rules({**IMPORT, "kind": "slow", "seconds": 0.4})
    began = time.monotonic()
    assert partners.put(write_import()).status_code == 200
    assert time.monotonic() - began >= 0.4


def test_a_dripping_answer_outlives_a_read_timeout_and_is_whole(start: Start) -> None:
    partners = start()
    partners.rules({**IMPORT, "kind": "drip", "seconds": 0.8})
    partners.http.timeout = httpx.Timeout(0.3)
    began = time.monotonic()
    assert partners.put(write_import()).json()["success"] is True
    assert time.monotonic() - began >= 0.8


@pytest.mark.parametrize(
    ("kind", "error", "committed"),
    [
        ("hang", httpx.RemoteProtocolError, 1),
        ("reset_before", httpx.ReadError, 0),
        ("reset_after", httpx.ReadError, 1),
    ],
)
def test_a_cut_connection_is_seen_as_one(
    start: Start, kind: str, error: type[httpx.TransportError], committed: int
) -> None:
    partners = start()
    partners.rules({**IMPORT, "kind": kind, "seconds": 0.2})
    with pytest.raises(error):
        partners.put(write_import())
    assert held(partners) == committed
    line = partners.control("GET", "/requests?limit=1")[0]
    assert (line["endpoint"], line["status"], line["fault"]) == ("egenta.import", 0, kind)
    assert partners.put(write_import()).status_code == 200


def test_a_hang_lasts_longer_than_the_client(start: Start) -> None:
    partners = start()
    partners.rules({**IMPORT, "kind": "hang", "seconds": 20})
    partners.http.timeout = httpx.Timeout(0.3)
    with pytest.raises(httpx.ReadTimeout):
        partners.put(write_import())
    assert held(partners) == 1


@pytest.mark.parametrize("commit", [False, True])
def test_html_with_200(start: Start, commit: bool) -> None:
    partners = start()
    partners.rules({**IMPORT, "kind": "html", "commit": commit})
    answer = partners.put(write_import())
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert held(partners) == (1 if commit else 0)


def test_truncated_json(start: Start) -> None:
    partners = start().log_in()
    partners.rules({"kind": "truncated", "count": 1})
    answer = partners.octopia("GET", "/orders")
    assert answer.status_code == 200
    with pytest.raises(ValueError):
        answer.json()
    assert len(partners.items()) == 3


def test_twenty_megabytes(start: Start) -> None:
    partners = start().log_in()
    partners.rules({"kind": "huge", "endpoint": "octopia.orders", "count": 1})
    answer = partners.octopia("GET", "/orders")
    assert len(answer.content) == 20_000_000
    assert answer.json()["items"] == []


def test_a_repeated_page_leads_on_to_what_was_asked_for(start: Start) -> None:
    partners = start(orders=5).log_in()
    partners.rules({"kind": "repeated_page", "count": 1})
    one, two = (partners.items(pageSize=2, pageIndex=n) for n in (1, 2))
    assert one == two
    answer = partners.octopia("GET", "/orders", params={"pageSize": 2, "pageIndex": 2})
    assert answer.json()["items"] not in ([], one)
    assert partners.control("GET", "/faults")["fired"] == {"repeated_page": 1}


def test_the_link_of_a_repeated_page(start: Start) -> None:
    partners = start(orders=5).log_in()
    partners.rules({"kind": "repeated_page", "count": 1})
    answer = partners.octopia("GET", "/orders", params={"pageSize": 2, "pageIndex": 2})
    assert "pageIndex=2" in answer.links["next"]["url"]


def test_a_late_order_appears_after_its_own_time(start: Start, clock: TurnedClock) -> None:
    partners = start(orders=0).log_in()
    partners.rules({"kind": "late_order", "seconds": 5, "count": 1})
    late, prompt = partners.control("POST", "/orders", count=2, plain=True)["ids"]
    assert [item["orderId"] for item in partners.items()] == [prompt]
    assert partners.order(late).status_code == 200
    clock.turn(5)
    items = {item["orderId"]: item for item in partners.items()}
    assert items[late]["updatedAt"] == items[prompt]["updatedAt"]


def test_an_expired_token_is_refused_once_and_for_all(start: Start) -> None:
    partners = start().log_in()
    partners.rules({"kind": "expired_token", "count": 1, "after": 1})
    codes = [partners.octopia("GET", "/orders").status_code for _ in range(3)]
    assert codes == [200, 401, 401]
    assert partners.log_in().octopia("GET", "/orders").status_code == 200


def test_an_unknown_status_passes(start: Start, clock: TurnedClock) -> None:
    partners = start().log_in()
    partners.rules({"kind": "unknown_status", "count": 1, "seconds": 2})
    strange = partners.items(sort="updatedAt")[0]
    assert strange["status"] == "BankReview"
    clock.turn(2)
    last = partners.items(sort="updatedAt")[-1]
    assert (last["orderId"], last["status"]) == (strange["orderId"], "InPreparation")
    assert last["updatedAt"] > strange["updatedAt"]


def test_the_control_api_is_never_faulted(start: Start) -> None:
    partners = start()
    partners.rules({"kind": "reset_before"})
    assert partners.state()["faults"]["name"] == "own"
    assert partners.http.get("/").status_code == 200


@pytest.mark.parametrize(
    "rule",
    [{"kind": "gremlin"}, {}, {"kind": "slow", "prob": 1}, {"kind": "status", "status": 418}, 1],
)
def test_a_rule_that_is_none_is_refused(start: Start, rule: Any) -> None:
    partners = start()
    assert partners.http.post("/_/faults", json={"rules": [rule]}).status_code == 400
    assert partners.http.post("/_/faults", json={"name": "gentle"}).status_code == 400


def test_a_caller_that_dies_in_mid_request_has_asked_nothing(start: Start) -> None:
    partners = start()
    url = httpx.URL(partners.url)
    with socket.create_connection((url.host, url.port)) as cut:
        head = b"PUT /egenta/api/order_import.php HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        cut.sendall(head + b'content-length: 500\r\n\r\n{"secret_id": "1", ')
        time.sleep(0.1)
    partners.put(write_import())
    assert held(partners) == 1
    assert partners.violations() == []
