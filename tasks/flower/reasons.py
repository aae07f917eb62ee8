"""Refusals grouped by their reason: ten thousand of them are a handful of reasons."""

from collections.abc import Iterable
from dataclasses import dataclass

SAMPLES = 5


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, how many it stopped, and some of them."""

    words: str
    count: int
    samples: tuple[str, ...]


def group(refused: Iterable[tuple[str, str]]) -> list[Reason]:
    """The most frequent first."""
    found: dict[str, list[str]] = {}
    for name, words in refused:
        found.setdefault(words, []).append(name)
    reasons = [Reason(words, len(names), tuple(names[:SAMPLES])) for words, names in found.items()]
    return sorted(reasons, key=lambda reason: -reason.count)
