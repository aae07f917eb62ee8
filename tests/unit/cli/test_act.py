"""edit, hold, release, refuse, discard, resolve, pause, resume, replay."""

import json

import pytest

from tests.unit.cli.conftest import Shell
from tests.unit.cli.desk import Acts

REF = "orders:shop-fr:A1"


def test_edit_passes_paths_and_texts(shell: Shell) -> None:
    words = ["--set", "shipping_address.phone=+33 6=1", "--set", "lines.0.sku=", "--reason", "buyer called"]
    result = shell("edit", REF, *words, "--who", "me@here")
    assert result.exit_code == 0
    assert f"orderpipe replay {REF}" in result.stderr
    settings = {"shipping_address.phone": "+33 6=1", "lines.0.sku": ""}
    assert shell.last() == ("edit", {"ref": REF, "settings": settings, "reason": "buyer called", "who": "me@here"})
    assert "+33" not in result.output  # what was typed is personal


@pytest.mark.parametrize(
    "words",
    [
        ["--reason", "x"],
        ["--set", "a=1"],
        ["--set", "a", "--reason", "x"],
        ["--set", "=1", "--reason", "x"],
        ["--set", "a=1", "--set", "a=2", "--reason", "x"],
    ],
)
def test_edit_needs_pairs_and_a_reason(shell: Shell, words: list[str]) -> None:
    assert shell("edit", REF, *words).exit_code == 2
    assert shell.desk.asked == []


@pytest.mark.parametrize("verb", ["hold", "release", "discard", "refuse"])
def test_acts_on_several(shell: Shell, verb: str) -> None:
    result = shell(verb, REF, "orders:shop-fr:A2", "--reason", "why", "--who", "me")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [REF, "orders:shop-fr:A2"]
    assert shell.last() == (verb, {"refs": (REF, "orders:shop-fr:A2"), "reason": "why", "who": "me"})


@pytest.mark.parametrize("verb", ["hold", "release", "discard", "refuse", "replay"])
def test_one_refused_is_exit_1_with_the_reason(shell: Shell, verb: str) -> None:
    shell.desk.answers[verb] = Acts(done=["b"], refused=[(REF, "it is done")])
    result = shell(verb, REF, "b")
    assert result.exit_code == 1
    assert result.stdout == "b\n"
    assert f"{REF}: it is done" in result.stderr
    assert json.loads(shell(verb, REF, "--json").stdout) == {
        "done": ["b"],
        "refused": [{"ref": REF, "why": "it is done"}],
    }


def test_resolve_says_found_or_absent(shell: Shell) -> None:
    assert shell("resolve", f"{REF}@central", "--found", "884", "--who", "me").exit_code == 0
    given = {"ref": f"{REF}@central", "found": "884", "absent": False, "reason": "", "who": "me"}
    assert shell.last() == ("resolve", given)
    assert shell("resolve", REF, "--absent", "--reason", "looked", "--who", "me").exit_code == 0
    assert shell.last() == ("resolve", {"ref": REF, "found": None, "absent": True, "reason": "looked", "who": "me"})


@pytest.mark.parametrize("words", [[], ["--found", "1", "--absent"], ["--found", " "]])
def test_resolve_needs_exactly_one_answer(shell: Shell, words: list[str]) -> None:
    assert shell("resolve", REF, *words).exit_code == 2
    assert shell.desk.asked == []


def test_pause_and_resume(shell: Shell) -> None:
    assert shell("pause", "central", "--reason", "migration", "--who", "me").exit_code == 0
    assert shell.last() == ("pause", {"account": "central", "reason": "migration", "who": "me"})
    assert shell("resume", "central", "--who", "me").exit_code == 0
    assert shell.last() == ("resume", {"account": "central", "who": "me"})


@pytest.mark.parametrize("words", [["pause"], ["resume"], ["poll"], ["worker", "--serve"]])
def test_an_unknown_account_is_exit_2_with_the_nearest(shell: Shell, words: list[str]) -> None:
    result = shell(*words, "centrl")
    assert result.exit_code == 2
    assert "'central'" in result.stderr
    assert shell.opened == []


def test_replay_by_reference(shell: Shell) -> None:
    result = shell("replay", REF, "--from", "normalize", "--who", "me")
    assert result.exit_code == 0
    nothing = dict.fromkeys(("condition", "flow", "account", "cause", "since"))
    given = {"refs": (REF,), "from_step": "normalize", "dry_run": False, "who": "me", **nothing}
    assert shell.last() == ("replay", given)


@pytest.mark.parametrize(
    "words", [[], [REF, "--condition", "dead"], ["--account", "shop-fr"], ["--condition", "done"], [REF, "--from", "x"]]
)
def test_replay_needs_references_or_a_condition(shell: Shell, words: list[str]) -> None:
    assert shell("replay", *words).exit_code == 2
    assert shell.desk.asked == []


def test_replay_of_many_asks_first(shell: Shell) -> None:
    shell.desk.answers["orders"] = [{}] * 101
    result = shell("replay", "--condition", "dead")
    assert result.exit_code == 2
    assert "101 deliveries match" in result.stderr
    assert "--yes" in result.stderr
    assert [name for name, _ in shell.desk.asked] == ["orders"]
    shell.desk.answers["replay"] = Acts(done=["a"])
    assert shell("replay", "--condition", "dead", "--yes").exit_code == 0
    shell.desk.answers["orders"] = [{}] * 100
    assert shell("replay", "--condition", "dead", "--account", "shop-fr").exit_code == 0
    assert shell.last()[1]["account"] == "shop-fr"


def test_replay_that_matches_nothing_is_exit_1(shell: Shell) -> None:
    assert shell("replay", "--condition", "dead").exit_code == 1


def test_a_rehearsal_says_how_many_would_pass(shell: Shell) -> None:
    shell.desk.answers["orders"] = [{}] * 500
    shell.desk.answers["replay"] = Acts(would_pass=400, refused=[(REF, "phone: missing")])
    result = shell("replay", "--condition", "dead", "--dry-run")
    assert result.exit_code == 1
    assert result.stdout == "400 would pass, 1 would not\n"
    assert f"{REF}: phone: missing" in result.stderr
    assert [name for name, _ in shell.desk.asked] == ["replay"]  # a rehearsal asks nobody
    shell.desk.answers["replay"] = Acts(would_pass=4)
    result = shell("replay", REF, "--dry-run", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"would_pass": 4, "refused": []})
