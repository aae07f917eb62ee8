"""What is wrong with a configuration: every problem at once, each with its place and its remedy."""

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher


class ConfigError(Exception):
    """The configuration can't be used. `problems`: one line each, never with a secret in it."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


class Problems:
    """Collects, so that the user mends a file in one go."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, place: str, words: str) -> None:
        """`place` is the key's dotted path; `words` say what is wrong and what to do."""
        line = f"{place}: {words}" if place else words
        if line not in self.lines:
            self.lines.append(line)

    def unknown(self, place: str, what: str, name: str, known: Iterable[str]) -> None:
        """A name that doesn't exist, with the nearest that does."""
        self.add(place, f"unknown {what}{_hint(name, known)}")

    def settle(self) -> None:
        """Raises ConfigError if anything was added."""
        if self.lines:
            raise ConfigError(self.lines)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like this one, None when nothing is known."""
    ranked = sorted(known, key=lambda other: (-SequenceMatcher(None, name.lower(), other.lower()).ratio(), other))
    return ranked[0] if ranked else None


def _hint(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    best = nearest(name, names)
    if best is None:
        return ": nothing is known here, remove it"
    if len(names) == 1:
        return f": the only one known here is {best!r}"
    return f": the nearest known one is {best!r} (known: {', '.join(names)})"
