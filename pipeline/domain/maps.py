"""A route's maps: one partner's word to another's."""

from collections.abc import Mapping
from typing import Final

REST: Final = "*"
MAPPED: Final = (
    "mapped"  # below a dressed order's `extra`: the paths whose words are a map's, no longer a partner's own
)


def translate(table: Mapping[str, str], word: str | None) -> str | None:
    """The exact entry, else the one for the rest (`*`, also where the partner sent no word).

    None: there is no entry. What that means, a word held by name or a partner's own table, is the caller's to say.
    """
    if word is not None and word in table:
        return table[word]
    return table.get(REST)
