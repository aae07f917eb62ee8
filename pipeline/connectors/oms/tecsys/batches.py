"""Many values over several calls: so many at a time, in URLs that are short enough. Pure."""

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from pipeline.domain.errors import FieldError, Invalid


def distinct(values: Iterable[str], name: str, *, needed: bool = False) -> list[str]:
    """Each value once, in order. Raises Invalid for an empty one, and for none where some are needed."""
    found = list(dict.fromkeys(value.strip() for value in values))
    if "" in found or (needed and not found):
        raise Invalid.of((FieldError(name, "required", "at least one, and none may be empty"),))
    return found


def batches(values: Sequence[str], key: str, *, most: int, room: int) -> list[list[str]]:
    """Groups of at most `most`, each at most `room` characters as `key=value&key=value`; one empty group for none.

    Raises Invalid for a value that is too long alone.
    """
    groups: list[list[str]] = [[]]
    left = room
    for value in values:
        cost = len(key) + len(quote(value, safe="")) + 2
        if cost > room:
            raise Invalid.of((FieldError(key, "length", "is too long for a URL of Tecsys"),))
        if groups[-1] and (cost > left or len(groups[-1]) >= max(most, 1)):
            groups.append([])
            left = room
        groups[-1].append(value)
        left -= cost
    return groups
