"""What the suite demands of a connector, each rule with what it is for: a failure says both."""

from dataclasses import dataclass

import pytest


@dataclass(frozen=True, slots=True)
class Rule:
    """`says` is the demand, `protects` what goes wrong without it."""

    says: str
    protects: str


def broken(whose: str, rule: Rule, happened: str) -> None:
    """Fails in words."""
    words = f"{whose}: {rule.says}.\n  what happened: {happened}\n  what it is for: {rule.protects}"
    pytest.fail(words, pytrace=False)


# ---------------------------------------------------------------- writes

ONLY_TROUBLE = Rule(
    "whatever a partner answers, a connector raises nothing but a Trouble",
    "any other exception is a defect: its document dies with words that nobody can act on",
)
ONE_OUTCOME = Rule(
    "a call gives one outcome for each document, in order",
    "with another number the whole call counts as unknown, or one document's answer ends another's",
)
GOOD_IS_TAKEN = Rule(
    "a good document is taken, and the partner has it once",
    "this is what the connector is there for; the card's `make` says what a good document is",
)
NO_BREACH = Rule(
    "a good document breaks no rule of the partner's contract",
    "the simulator is written from the partner's documents: what it notes, the partner may refuse tomorrow",
)
NEVER_TWICE = Rule(
    "no document is ever at the partner twice",
    "two copies are two parcels for one buyer; where it can't be known whether the first arrived, the connector looks"
    " (`look`), says that a repeat is harmless (`repeat_is_safe`, only if it is), or leaves it to a person",
)
TAKEN_IS_THERE = Rule(
    "what ends as taken is at the partner",
    "an order that is called delivered and is not is lost: nobody ever looks for it",
)
ENDED_IS_ABSENT = Rule(
    "what ends as refused, dead or held is not at the partner",
    "a person who replays it would make a second one",
)
NO_YES_WITHOUT_ANSWER = Rule(
    "a write whose answer is missing or makes no sense is Ambiguous, neither taken nor refused",
    "called taken, it is lost where it did not arrive; called refused, it is doubled where it did",
)
SETTLED_ALONE = Rule(
    "an unknown outcome that can be settled is settled without a person",
    "a look that works, or a safe repeat, must end in a yes; else every hiccup wakes an operator",
)
LOOK_TELLS_TRUE = Rule(
    "a look says Taken only of what the partner has, and Absent only of what it has not",
    "Absent sends again and doubles, Taken ends and loses; None is the honest answer of a look that can't tell",
)
WAIT_IS_TOLD = Rule(
    "a 429 is RateLimited (or OverBudget), has taken nothing, and tells the partner's own wait",
    "a document must neither die nor be looked up for it, and a partner asked too early shuts us out for longer",
)
NOT_SENT_IS_CLEAN = Rule(
    "where no connection was made, it is Unavailable, and no doubt is left",
    "nothing was sent: a mark that stays would have every such document looked up, or left to a person",
)
ONE_NEW_TOKEN = Rule(
    "a token that has expired costs one new token, and the call succeeds",
    "tokens end in mid-run; more than one new token runs into the partner's limit of tokens an hour",
)
CREDENTIALS_STOP = Rule(
    "credentials that are refused with a new token too are Unauthorized, and nothing is tried for ever",
    "the account's gate shuts for it and says so; a document can't help it, and must not die",
)
REFUSED_IN_WORDS = Rule(
    "a 4xx is Refused, in words that name the call and the status",
    "an operator must see who said no to what; and nothing was taken, so it may be edited and replayed",
)
NOTHING_PERSONAL = Rule(
    "no personal value of a document is in any word that is kept of it",
    "causes and messages go to logs, pages and terminals; partners repeat in their errors what they were sent",
)
IN_TIME = Rule(
    "a call ends by its deadline",
    "a lease that ends while its call goes on hands the document to another worker, which sends it too",
)

# ---------------------------------------------------------------- lists

NOTHING_LOST = Rule(
    "everything that the partner lists is read in the end",
    "what one listing skips and the cursor passes is never asked for again",
)
SAME_ROW_AGAIN = Rule(
    "a row that comes twice in a listing is the same row: same id, same version",
    "rows are known by id and version; another version without a change is pushed as an update",
)
NO_LOOP = Rule(
    "a listing ends",
    "a partner that serves one page for ever would keep a worker for ever",
)
CURSOR_IS_SEEN = Rule(
    "the cursor is how far everything has been seen, never later",
    "an order that shows late, with an earlier time of change, is behind a cursor that was set to the present",
)
OVERLAP_IS_READ = Rule(
    "a listing reads again as far back as `overlap` says",
    "partners' lists lag: an order may show after a newer one has moved the cursor",
)
UNREADABLE_STORES_NOTHING = Rule(
    "a list that can't be read raises, and moves nothing on",
    "an empty page that is taken for the end of the list moves the cursor past orders that nobody has seen",
)
UNKNOWN_IS_HELD = Rule(
    "a status that is in no table is neither guessed nor stops the page",
    "new words appear without notice; guessed, an order that is not paid is shipped; raised, all others wait for it",
)
EXACT = Rule(
    "money is Decimal as it was written, and every time has its zone",
    "floats lose cents, and a time without a zone is hours off",
)
ANY_ID = Rule(
    "an order's id survives the way from the list to the last call, whatever characters are in it",
    "ids hold slashes, hashes and spaces; unescaped in a path they name another order, or none",
)
PARCELS_ARE_READ = Rule(
    "a shipped row is read with its order and the number of every parcel",
    "a shipment without a number can't be told to the marketplace, and the buyer can't follow it",
)
UNKNOWN_IS_NONE = Rule("an order that the partner does not know is None", "a missing order is an answer, no trouble")

# ---------------------------------------------------------------- the room

COMPLETE = Rule(
    "the room is complete",
    "docs/add-a-connector.md walks through all of it; what is missing here is missing for whoever runs it",
)
DECLARED_IS_OFFERED = Rule(
    "what the declaration says is what the client offers, under the same settings",
    "routes are made from the declaration and calls from the client: where they differ, orders wait for a call that"
    " nobody makes",
)
SOURCED = Rule("every fact has its source", "a fact without a source is a guess; a guess is a setting")
TABLE_IS_USED = Rule(
    "every status of the table is what the connector makes of that word",
    "`orderpipe connectors` prints the table: an operator must be able to trust it",
)
SECRETS_ARE_SECRET = Rule("secrets print as ***", "reprs end in logs and tracebacks")
