"""What the pages show and ask, and what they refuse."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from redis.exceptions import ConnectionError as Unreachable

from pipeline.bootstrap import LedgerUnavailable
from pipeline.domain.errors import FieldError
from pipeline.operations.errors import NotAllowed
from pipeline.operations.results import ActResult, ReplayResult
from tests.unit.flower.conftest import Site
from tests.unit.flower.desk import CAUSE, REF, ROW, SHOWN, STATUS, FakeDesk

Serve = Callable[..., Site]
PAGES = ["/orders", "/orders/list", f"/orders/document?ref={REF}", "/orders/replay?cause=abc123", "/orders/metrics"]
EMPTY = {**STATUS, "counts": [], "lanes": [], "gates": {}, "settled": 0, "unsettled": 0}


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


# ---------------------------------------------------------------- what is shown


def test_the_tab_is_on_flowers_own_pages_too(site: Site) -> None:
    for path in ("/tasks", "/workers", "/orders"):
        assert '<a class="nav-link' in site.get(path).text
        assert 'href="/orders"' in site.get(path).text, path
    assert site.get("/metrics").status_code == 200
    assert 'active" href="/orders"' in site.get("/orders").text
    assert 'active" href="/orders"' not in site.get("/tasks").text


def test_overview_tells_causes_lanes_and_shut_gates(site: Site) -> None:
    text = site.get("/orders").text
    assert "/orders/list?cause=abc123" in text
    assert "12 s" in text
    assert "stock-taking" in text
    assert "1,200" in text


def test_metrics_are_the_ledgers_own(site: Site) -> None:
    answer = site.get("/orders/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert 'orderpipe_step_documents_total{account="o1",step="push"} 3.0' in answer.text
    assert "orderpipe_documents{" in answer.text


def test_nothing_is_written_unescaped(site: Site) -> None:
    for page in PAGES:
        text = site.get(page).text
        assert "<b>phone</b>" not in text, page
    assert "&lt;b&gt;phone&lt;/b&gt;" in site.get("/orders").text
    assert "<script>alert" not in site.get("/orders/list", q="<script>alert(1)</script>").text


def test_empty_states_are_words(serve: Serve) -> None:
    site = serve(FakeDesk({"status": EMPTY, "causes": [], "orders": []}))
    assert "Nothing is failing." in site.get("/orders").text
    assert "No document has come in yet" in site.get("/orders").text
    assert "Nothing is unfinished" in site.get("/orders/list").text
    assert "Nothing matches" in site.get("/orders/list", condition="dead").text
    assert "Nothing is known under" in site.get("/orders/list", q="X9").text


def test_an_id_that_finds_one_document_leads_to_it(site: Site) -> None:
    answer = site.get("/orders/list", q="A 1/#2")
    assert answer.status_code == 302
    assert answer.headers["location"] == "/orders/document?ref=orders%3Ashop-fr%3AA+1%2F%232"
    assert site.desk.asked[0] == ("orders", {"ids": ["A 1/#2"]})


def test_a_filter_reaches_the_desk_and_pages_go_on(serve: Serve) -> None:
    rows = [{**ROW, "ref": f"orders:shop-fr:{n}", "id": f"no-{n}-"} for n in range(120)]
    site = serve(FakeDesk({"orders": rows}))
    first = site.get("/orders/list", condition="dead", flow="orders", account="oms-1", cause="abc123")
    asked = {"condition": "dead", "flow": "orders", "account": "oms-1", "cause": "abc123", "sort": None}
    assert site.desk.asked[0] == ("orders", asked)
    assert "no-49-" in first.text
    assert "no-50-" not in first.text
    assert "page=2" in first.text
    last = site.get("/orders/list", condition="dead", page=3).text
    assert "no-100-" in last
    assert "no-99-" not in last
    assert "101 to 120 of 120" in last


def test_a_document_is_asked_for_masked(site: Site) -> None:
    text = site.get("/orders/document", ref=REF).text
    assert site.desk.asked == [("show", {"ref": REF, "reveal": False, "who": "flower"})]
    assert "received" in text
    assert 'title="2026-11-22 08:00:00.000 UTC"' in text


def test_only_possible_acts_are_offered(serve: Serve) -> None:
    finished = {
        **SHOWN,
        "stage": "done",
        "deliveries": [{**SHOWN["deliveries"][0], "condition": "done", "error": None}],
    }
    for shown, words in ((SHOWN, ("act-replay", "act-edit", 'value="hold"')), (finished, ())):
        text = serve(FakeDesk({"show": shown})).get("/orders/document", ref=REF).text
        assert [word for word in ("act-replay", "act-edit", "act-resolve", 'value="hold"') if word in text] == list(
            words
        )


# ---------------------------------------------------------------- replay


def test_the_rehearsal_changes_nothing_and_tells_how_many_would_pass(serve: Serve) -> None:
    fault = FieldError("lines.0.sku", "required", "missing")
    failing = ("orders:shop-fr:B", "lines.0.sku: missing")
    result = ReplayResult((), [failing, ("orders:shop-fr:C", "it is done")], 41, [("orders:shop-fr:B", (fault,))])
    site = serve(FakeDesk({"rehearse": result}))
    text = site.get("/orders/replay", condition="dead", cause="abc123").text
    assert 'id="would-pass">41<' in text
    assert 'id="would-fail">1<' in text
    assert 'id="cannot">1<' in text
    assert "Replay all 42 documents" in text
    assert all(given["dry_run"] for name, given in site.desk.asked if name in ("replay", "rehearse"))


def test_the_confirmed_replay_names_who_and_what(site: Site) -> None:
    assert site.post("/orders/replay", ref=REF, **{"from": "normalize"}).status_code == 200
    name, given = site.desk.asked[-1]
    assert name == "replay"
    assert given == {
        "refs": [REF],
        "condition": None,
        "flow": None,
        "account": None,
        "cause": None,
        "from_step": "normalize",
        "who": "flower",
    }


@pytest.mark.parametrize(
    "query", [{}, {"ref": REF, "condition": "dead"}, {"condition": "due"}, {"flow": "orders"}, {"condition": "x"}]
)
def test_never_everything_at_once(site: Site, query: dict[str, Any]) -> None:
    assert site.get("/orders/replay", **query).status_code == 400
    assert site.post("/orders/replay", **query).status_code == 400
    assert [name for name, _ in site.desk.asked if name in ("replay", "rehearse")] == []


def test_what_was_refused_is_told_by_reason(serve: Serve) -> None:
    result = ReplayResult(["a:b:1"], [(f"orders:shop-fr:{n}", "in hand right now") for n in range(9)])
    text = serve(FakeDesk({"replay": result})).post("/orders/replay", condition="dead").text
    assert "1 document replayed" in text
    assert "in hand right now" in text
    assert "and 4 more" in text


# ---------------------------------------------------------------- other acts


@pytest.mark.parametrize("act", ["hold", "release", "discard"])
def test_acts_carry_reason_and_who(serve: Serve, act: str) -> None:
    site = serve(basic_auth=["anna:secret"])
    site.headers = basic("anna", "secret")
    assert site.post("/orders/act", act=act, ref=REF, reason="asked by phone").status_code == 200
    assert site.desk.asked[-1] == (act, {"refs": [REF], "reason": "asked by phone", "who": "anna"})


def test_edit_and_resolve(site: Site) -> None:
    site.post("/orders/act", act="edit", ref=REF, path="lines.0.sku", value='"K"', reason="typo")
    edited = {"ref": REF, "settings": {"lines.0.sku": '"K"'}, "reason": "typo", "who": "flower"}
    assert site.desk.asked[-1] == ("edit", edited)
    site.post("/orders/act", act="resolve", ref=REF, absent="yes", reason="called")
    absent = {"ref": REF, "found": None, "absent": True, "reason": "called", "who": "flower"}
    assert site.desk.asked[-1] == ("resolve", absent)
    before = len(site.desk.asked)
    for wrong in ({"found": "1", "absent": "yes"}, {}):
        assert site.post("/orders/act", act="resolve", ref=REF, reason="x", **wrong).status_code == 400
    assert site.post("/orders/act", act="hold", ref=REF, reason=" ").status_code == 400
    assert site.post("/orders/act", act="forget", ref=REF, reason="x").status_code == 400
    assert len(site.desk.asked) == before


def test_an_act_that_is_not_done_says_why(serve: Serve) -> None:
    site = serve(
        FakeDesk(
            {"hold": ActResult((), [(REF, "it is done: there is nothing to hold")]), "edit": NotAllowed("no such path")}
        )
    )
    assert "there is nothing to hold" in site.post("/orders/act", act="hold", ref=REF, reason="x").text
    answer = site.post("/orders/act", act="edit", ref=REF, path="x", value="1", reason="x")
    assert answer.status_code == 409
    assert "no such path" in answer.text


# ---------------------------------------------------------------- who may

FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "", "Origin": "null"},
]


@pytest.mark.parametrize("given", [{}, {"basic_auth": ["anna:secret"]}], ids=["open", "basic"])
@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", ["/orders/replay", "/orders/act"])
def test_a_post_from_elsewhere_is_refused(
    serve: Serve, headers: dict[str, str], path: str, given: dict[str, Any]
) -> None:
    site = serve(**given)
    site.headers = basic("anna", "secret")
    fields = {"ref": REF, "act": "hold", "reason": "x"} if path.endswith("act") else {"ref": REF}
    assert site.post(path, headers=headers, **fields).status_code == 403
    assert site.post(path, **fields).status_code == 200  # the same from our own page


@pytest.mark.parametrize("given", [{}, {"basic_auth": ["anna:secret"]}], ids=["open", "basic"])
def test_a_post_without_our_token_is_refused(serve: Serve, given: dict[str, Any]) -> None:
    site = serve(**given)
    site.headers = basic("anna", "secret")
    assert site.post("/orders/replay", _xsrf="", ref=REF).status_code == 403
    assert site.post("/orders/replay", headers={"Cookie": ""}, ref=REF).status_code == 403
    assert [name for name, _ in site.desk.asked if name == "replay"] == []


def test_with_authentication_nothing_is_shown_without_it(serve: Serve) -> None:
    site = serve(basic_auth=["anna:secret"])
    for page in PAGES:
        assert site.get(page).status_code == 401, page
        site.headers = basic("anna", "wrong")
        assert site.get(page).status_code == 401, page
        site.headers = {}
    site.headers = basic("anna", "secret")
    assert site.get("/orders/list", condition="x").status_code == 400  # gives a token without asking the desk
    site.headers = {}
    for path in ("/orders/replay", "/orders/act"):
        assert site.post(path, ref=REF, act="hold", reason="x").status_code == 401, path
    assert site.desk.asked == []


def test_a_foreign_name_for_this_machine_is_refused_without_authentication(serve: Serve) -> None:
    site = serve()
    site.headers = {"Host": "evil.example:5555"}
    assert site.get("/orders").status_code == 403
    site.headers = {"Host": "localhost:5555"}
    assert site.get("/orders").status_code == 200
    site = serve(basic_auth=["anna:secret"])
    site.headers = {"Host": "ops.example", **basic("anna", "secret")}
    assert site.get("/orders").status_code == 200


def test_pages_are_neither_framed_nor_kept(site: Site) -> None:
    headers = site.get("/orders").headers
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


# ---------------------------------------------------------------- when things are away


@pytest.mark.parametrize(
    "trouble", [Unreachable("redis://:secret@x refused"), LedgerUnavailable("Redis has no ledger")]
)
def test_a_ledger_that_is_away_is_said_in_words(serve: Serve, trouble: Exception) -> None:
    site = serve(FakeDesk({"status": trouble}))
    answer = site.get("/orders")
    assert answer.status_code == 503
    assert "The ledger can&#x27;t be read now" in answer.text or "The ledger can&#39;t be read now" in answer.text
    assert "secret" not in answer.text


def test_a_desk_that_could_not_be_opened_is_tried_again(serve: Serve) -> None:
    ways = [LedgerUnavailable("not yet"), None]

    def open_desk() -> FakeDesk:
        trouble = ways.pop(0)
        if trouble:
            raise trouble
        return FakeDesk()

    site = serve(open_desk=open_desk)
    assert site.get("/orders").status_code == 503
    assert site.get("/orders").status_code == 200
    assert site.get("/orders").status_code == 200


def test_what_is_not_there_is_404(serve: Serve) -> None:
    class Nothing(FakeDesk):
        def show(self, ref: str, *, reveal: bool, who: str) -> None:
            return None

    answer = serve(Nothing()).get("/orders/document", ref="orders:shop-fr:none")
    assert answer.status_code == 404
    assert "orders:shop-fr:none" in answer.text


def test_a_prefix_is_kept(serve: Serve) -> None:
    site = serve(url_prefix="ops")
    assert 'href="/ops/orders/list' in site.get("/ops/orders").text
    assert CAUSE["fingerprint"] in site.get("/ops/orders").text
