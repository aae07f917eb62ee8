"""The suite itself: connectors that are broken on purpose fail it, with the rule that they break."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from pipeline.connectors.contract import Rig
from pipeline.connectors.registry import CONNECTORS
from pipeline.domain.errors import Ambiguous, PartnerTrouble, Refused, Unavailable, Unreadable
from pipeline.domain.order import OrderStatus
from pipeline.ports import Absent, Ask, Body, Outcome, Page, Taken
from tests.conformance.connectors import rules, test_declaration, test_lists, test_marketplace_orders
from tests.conformance.connectors import test_writes as writes
from tests.conformance.connectors import test_writes_in_doubt as doubts
from tests.conformance.connectors import test_writes_refused as refusals
from tests.conformance.connectors.conftest import MakeStand
from tests.conformance.connectors.stand import Stand

Scenario = Callable[[Stand], None]


def spoil(name: str, capability: str, change: Callable[[Any, Rig], Any]) -> Callable[[Rig], Any]:
    """The room's client with one capability changed."""

    def build(rig: Rig) -> Any:
        client: Any = CONNECTORS[name].build(rig)
        setattr(client, capability, change(getattr(client, capability), rig))
        return client

    return build


def fails(rule: rules.Rule, words: str, scenario: Callable[[], None]) -> None:
    """It does, and says whose, which rule, what happened and what for."""
    with pytest.raises(pytest.fail.Exception) as failed:
        scenario()
    message = str(failed.value)
    assert rule.says in message, message
    assert rule.protects in message
    assert words in message, message


def swallow(write: Any, rig: Rig) -> Any:
    """What it does not know, it calls taken."""

    def send(bodies: Sequence[Body]) -> Sequence[Outcome]:
        try:
            return list(write.send(bodies))
        except Ambiguous:
            return [Taken() for _ in bodies]

    return replace(write, send=send)


def try_again(write: Any, rig: Rig) -> Any:
    """A retry loop of its own."""

    def send(bodies: Sequence[Body]) -> Sequence[Outcome]:
        try:
            return list(write.send(bodies))
        except Ambiguous:
            return list(write.send(bodies))

    return replace(write, send=send)


def call_refused(write: Any, rig: Rig) -> Any:
    """A 5xx is an error, and an error is a no."""

    def send(bodies: Sequence[Body]) -> Sequence[Outcome]:
        try:
            return list(write.send(bodies))
        except Ambiguous as trouble:
            return [Refused(trouble.message) for _ in bodies]

    return replace(write, send=send)


def drop_one(write: Any, rig: Rig) -> Any:
    return replace(write, send=lambda bodies: list(write.send(bodies))[1:])


def stumble(write: Any, rig: Rig) -> Any:
    def send(bodies: Sequence[Body]) -> Sequence[Outcome]:
        return [Taken({}["receipt"]) for _ in bodies]

    return replace(write, send=send)


def forget_the_wait(write: Any, rig: Rig) -> Any:
    def send(bodies: Sequence[Body]) -> Sequence[Outcome]:
        try:
            return list(write.send(bodies))
        except PartnerTrouble as trouble:
            raise Unavailable(trouble.message, status=trouble.status) from None

    return replace(write, send=send)


def send_twice(write: Any, rig: Rig) -> Any:
    return replace(write, send=lambda bodies: [*write.send(bodies), *write.send(bodies)][: len(bodies)])


HTML_BEFORE, HTML_AFTER = "200 with a page of HTML without effect", "200 with a page of HTML after it took effect"
RESET = "reset after it took effect"
IN_DOUBT = doubts.test_without_an_answer_it_is_ambiguous_and_settled_without_a_double
BROKEN_WRITES: dict[str, tuple[Callable[[Any, Rig], Any], Scenario, rules.Rule, str]] = {
    "swallows a doubt": (swallow, lambda stand: IN_DOUBT(stand, HTML_BEFORE), rules.NO_YES_WITHOUT_ANSWER, "Taken("),
    "calls a doubt refused": (
        call_refused,
        lambda stand: IN_DOUBT(stand, RESET),
        rules.NO_YES_WITHOUT_ANSWER,
        "Refused",
    ),
    "repeats by itself": (try_again, lambda stand: IN_DOUBT(stand, RESET), rules.NO_YES_WITHOUT_ANSWER, "Taken("),
    "its look never finds": (
        lambda write, rig: replace(write, look=lambda bodies: [Absent() for _ in bodies]),
        lambda stand: IN_DOUBT(stand, HTML_AFTER),
        rules.LOOK_TELLS_TRUE,
        "has it 1 times, and the look says Absent",
    ),
    "its look always finds": (
        lambda write, rig: replace(write, look=lambda bodies: [Taken() for _ in bodies]),
        lambda stand: IN_DOUBT(stand, HTML_BEFORE),
        rules.LOOK_TELLS_TRUE,
        "has it 0 times, and the look says Taken",
    ),
    "finds what was never sent": (
        lambda write, rig: replace(write, look=lambda bodies: [Taken() for _ in bodies]),
        writes.test_a_look_at_what_was_never_sent_does_not_say_taken,
        rules.LOOK_TELLS_TRUE,
        "never sent",
    ),
    "calls a repeat safe that is not": (
        lambda write, rig: replace(write, look=None, repeat_is_safe=True),
        lambda stand: IN_DOUBT(stand, RESET),
        rules.NEVER_TWICE,
        "has it 2 times",
    ),
    "sends twice": (send_twice, writes.test_a_good_document_is_taken_once, rules.NEVER_TWICE, "has it 2 times"),
    "drops an outcome": (
        drop_one,
        writes.test_a_full_batch_has_one_outcome_a_document,
        rules.ONE_OUTCOME,
        "0 outcomes",
    ),
    "raises a KeyError": (
        stumble,
        writes.test_a_full_batch_has_one_outcome_a_document,
        rules.ONLY_TROUBLE,
        "KeyError: 'receipt'",
    ),
    "forgets the wait": (
        forget_the_wait,
        lambda stand: refusals.test_too_many_calls_take_nothing_and_are_waited_out(stand, 7.0),
        rules.WAIT_IS_TOLD,
        "Unavailable",
    ),
    "calls credentials a hiccup": (
        forget_the_wait,
        refusals.test_credentials_that_are_refused_again_stop_the_account,
        rules.CREDENTIALS_STOP,
        "Unavailable",
    ),
}


@pytest.mark.parametrize("how", BROKEN_WRITES, ids=lambda words: words.replace(" ", "_"))
def test_a_broken_write_is_found(make_stand: MakeStand, how: str) -> None:
    """At Kibo's simulator: a second import there is a second order."""
    change, scenario, rule, words = BROKEN_WRITES[how]
    stand = make_stand("kibo", "import_orders", build=spoil("kibo", "import_orders", change))
    fails(rule, words, lambda: scenario(stand))
    scenario(make_stand("kibo", "import_orders"))  # and the room's own does not fail


def test_personal_words_are_found(make_stand: MakeStand) -> None:
    """A prepare that tells the street: Writing scrubs what the document holds, not what was made of it."""

    def tell(write: Any, rig: Rig) -> Any:
        def send(bodies: Sequence[Body]) -> Sequence[Outcome]:
            raise Refused("the partner dislikes ZOLTANAQUIXMARKER")

        return replace(write, send=send)

    stand = make_stand("kibo", "import_orders", build=spoil("kibo", "import_orders", tell))
    scenario = refusals.test_a_partner_that_repeats_what_it_was_sent_puts_nothing_personal_into_words
    fails(rules.NOTHING_PERSONAL, "ZOLTANA", lambda: scenario(stand, 400))


# ------------------------------------------------------------ lists


def lose_a_page(listing: Any, rig: Rig) -> Any:
    """The rows of every second page are dropped."""
    calls: list[Ask] = []

    def call(ask: Ask) -> Page:
        calls.append(ask)
        page: Page = listing(ask)
        return replace(page, rows=()) if len(calls) == 2 else page

    return call


def cursor_is_now(listing: Any, rig: Rig) -> Any:
    def call(ask: Ask) -> Page:
        page: Page = listing(ask)
        return replace(page, cursor=ask.now.isoformat())

    return call


def no_overlap(listing: Any, rig: Rig) -> Any:
    return lambda ask: listing(replace(ask, overlap=type(ask.overlap)()))


def end_at_trouble(listing: Any, rig: Rig) -> Any:
    """A page that can't be read is an empty one."""

    def call(ask: Ask) -> Page:
        try:
            page: Page = listing(ask)
        except Unreadable:
            return Page(rows=(), cursor=ask.now.isoformat())
        return page

    return call


def count_pages(listing: Any, rig: Rig) -> Any:
    """Page numbers over a set that moves: what most clients do."""

    def call(ask: Ask) -> Page:
        page: Page = listing(ask)
        if page.page is None:
            return page
        asked = msgspec.json.decode(ask.page) if ask.page else {"index": 1}
        following = msgspec.json.decode(page.page)
        kept = asked.get("since") or (ask.cursor or ask.start.isoformat())
        numbered = {**following, "index": asked.get("index", 1) + 1, "since": kept, "link": None}
        return replace(page, page=msgspec.json.encode(numbered).decode())

    return call


def go_round(listing: Any, rig: Rig) -> Any:
    return lambda ask: replace(listing(replace(ask, page=None)), page="again")


BROKEN_LISTS: dict[str, tuple[Callable[[Any, Rig], Any], Scenario, rules.Rule, str]] = {
    "loses a page": (
        lose_a_page,
        test_lists.test_all_pages_together_have_everything,
        rules.NOTHING_LOST,
        "were not read",
    ),
    "its cursor is the present": (
        cursor_is_now,
        test_lists.test_the_cursor_stays_at_what_was_seen_though_time_goes_on,
        rules.CURSOR_IS_SEEN,
        "the cursor says",
    ),
    "reads no overlap": (
        no_overlap,
        test_lists.test_an_order_that_shows_late_is_found_by_the_overlap,
        rules.OVERLAP_IS_READ,
        "2 minutes",
    ),
    "calls what it can't read the end": (
        end_at_trouble,
        lambda stand: test_lists.test_a_list_that_cannot_be_read_raises_and_moves_nothing(
            stand, "a page of HTML with 200"
        ),
        rules.UNREADABLE_STORES_NOTHING,
        "nothing, not Unreadable",
    ),
    "counts pages over a set that moves": (
        count_pages,
        test_lists.test_an_order_that_moves_while_pages_are_read_hides_no_other,
        rules.NOTHING_LOST,
        "1 others were never read",
    ),
    "goes round": (go_round, test_lists.test_one_page_for_ever_ends, rules.NO_LOOP, "still goes on"),
}


@pytest.mark.parametrize("how", BROKEN_LISTS, ids=lambda words: words.replace(" ", "_"))
def test_a_broken_list_is_found(make_stand: MakeStand, how: str) -> None:
    change, scenario, rule, words = BROKEN_LISTS[how]
    stand = make_stand("octopia", "new_orders", build=spoil("octopia", "new_orders", change))
    fails(rule, words, lambda: scenario(stand))
    scenario(make_stand("octopia", "new_orders"))


def test_a_guessed_status_is_found(make_stand: MakeStand) -> None:
    def guess(read: Any, rig: Rig) -> Any:
        def call(raw: Any) -> Any:
            order = read(raw)
            return replace(order, status=order.status or OrderStatus.UNSHIPPED)

        return call

    stand = make_stand("octopia", "new_orders", build=spoil("octopia", "read", guess))
    scenario = test_marketplace_orders.test_a_word_that_nobody_knows_is_held_and_stops_nothing
    fails(rules.UNKNOWN_IS_HELD, "was read as unshipped", lambda: scenario(stand))


def test_floats_and_naive_times_are_found(make_stand: MakeStand) -> None:
    def float_it(read: Any, rig: Rig) -> Any:
        return lambda raw: replace(read(raw), total=float(read(raw).total or 0))

    def strip_zone(read: Any, rig: Rig) -> Any:
        return lambda raw: replace(read(raw), purchased_at=datetime.now(UTC).replace(tzinfo=None))

    scenario = test_marketplace_orders.test_money_is_exact_and_times_have_zones
    for change, words in ((float_it, "total is a float"), (strip_zone, "purchased_at has no zone")):
        stand = make_stand("octopia", "new_orders", build=spoil("octopia", "read", change))
        fails(rules.EXACT, words, lambda stand=stand: scenario(stand))  # type: ignore[misc] # bound at once


def test_an_unescaped_id_is_found(make_stand: MakeStand) -> None:
    def cut(get: Any, rig: Rig) -> Any:
        return lambda order_id: get(order_id.split("/")[0])

    stand = make_stand("octopia", "new_orders", build=spoil("octopia", "get", cut))
    scenario = test_marketplace_orders.test_hostile_ids_survive_from_the_list_to_the_shipment
    fails(rules.ANY_ID, "get gives nothing", lambda: scenario(stand))


def test_a_false_declaration_is_found() -> None:
    kibo = replace(CONNECTORS["kibo"], capabilities=frozenset({"import_orders", "update"}))
    offered = frozenset({"import_orders"})
    fails(rules.DECLARED_IS_OFFERED, "update", lambda: test_declaration.judge_offer(kibo, offered, set()))
    offered = frozenset({"import_orders", "update", "cancel"})
    fails(rules.DECLARED_IS_OFFERED, "not declared: cancel", lambda: test_declaration.judge_offer(kibo, offered, set()))


def test_a_repr_with_a_secret_is_found() -> None:
    kibo = CONNECTORS["kibo"]
    rig = test_declaration.rig_of("kibo")

    class Telling:
        def __repr__(self) -> str:
            return f"Kibo({rig.settings['api_secret'].reveal()})"

    fails(rules.SECRETS_ARE_SECRET, "the client", lambda: test_declaration.judge_reprs(kibo, rig, Telling()))
