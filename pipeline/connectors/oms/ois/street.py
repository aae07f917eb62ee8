"""A street line into street, house number and extension: Dutch, French, German and English forms. Pure.

XPRT wants the three apart, marketplaces send one line (contracts/oms.md section 4.4). What can't be told apart stays
whole, as the street: nothing is dropped, put elsewhere or guessed, so that a label printed from the three still says
all that was sent.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Street:
    """A street, and what of `12bis` is number (`12`) and extension (`bis`); a range is one number."""

    street: str
    number: str | None = None
    extension: str | None = None


_NUMBER_FIRST: Final = frozenset({"AU", "CA", "FR", "GB", "IE", "LU", "MC", "NZ", "US"})
_NUMBER_LAST: Final = frozenset(
    {"AT", "BE", "CH", "CZ", "DE", "DK", "ES", "FI", "HU", "IT", "LI", "NL", "NO", "PL", "PT", "SE", "SK"}
)
_MONTHS: Final = (
    r"(?:janv?(?:ier|uar[iy])?|j[aä]nner|janu?ar|f[eé]vr(?:ier)?|februar[iy]?|mars|maart|märz|march|avril|april|mai|mei"
    r"|may|juin|juni|june|juillet|juli|july|ao[uû]t|august(?:us)?|septemb(?:re|er)|o[ck]tob(?:re|er)"
    r"|novemb(?:re|er)|d[eé][cz]emb(?:re|er))"
)
_STREET_WORD: Final = re.compile(
    r"(?:all[ée]e|avenue|av\.?|boulevard|bd\.?|chauss[ée]e|chemin|cours|impasse|passage|place|quai|route|rue|square"
    r"|villa)\b",
    re.I,
)
_SUFFIX: Final = r"(?:bis|ter|quater|quinquies)"
_UNIT: Final = (
    r"(?:apartment|appartement|app\.?|apt\.?|appt\.?|b[aâ]timent|b[aâ]t\.?|bo[iî]te|bte\.?|bus|esc\.?|flat|kamer"
    r"|kantoor|room|stiege|suite|t[uü]r|top|unit|whg\.?|wohnung)"
)
_FLOOR: Final = (
    r"\d{1,2}\s?(?:\.|e|er|ère|ème|ste|de|st|nd|rd|th)?\s?(?:étage|etage|floor|hoog|o\.?g\.?|stock|verdieping)"
)
_PART: Final = (
    rf"(?:{_FLOOR}|{_UNIT}(?:\s?[a-z\d]{{1,5}})?|{_SUFFIX}|1/2|1/4|3/4|[½¼¾]|achter|begane grond|beneden|bg|boven|eg"
    r"|hinterhaus|hh|hs|huis|onder|parterre|rood|vh|voor|vorderhaus|wit|zwart|[ivx]{1,4}|[a-z]\d{0,4}|\d{1,4}[a-z]?)"
)
_EXTENSION: Final = re.compile(rf"[\s,./–-]{{0,3}}({_PART}(?:[\s,./–-]{{1,3}}{_PART}){{0,3}})\.?", re.I)
_RANGE: Final = re.compile(r"(\d{1,5})(\s?(?:[-–/]|à)\s?)(\d{1,5})(?!\w)")
_LABEL: Final = re.compile(r"(?:\b(?:nr|no)\.?|n°|\bnummer|\bnuméro|#)\s*$", re.I)
_ORDINAL: Final = re.compile(r"\d+(?:e|er|re|ère|ème|ste|de|st|nd|rd|th|\.)(?![\w.])")
_FIRST: Final = re.compile(rf"\s?({_SUFFIX}|[a-z]|1/2|[½¼¾])(?![\w/])[\s,]+|[\s,]+", re.I)
_UNIT_FIRST: Final = re.compile(rf"({_UNIT}\s[a-z\d]{{1,5}}),\s*(?=\d)", re.I)
_UNIT_AFTER: Final = re.compile(rf",\s*({_FLOOR}|{_UNIT}(?:\s|(?=\d))[a-z\d]{{1,5}})$", re.I)
_DATE_BEFORE: Final = re.compile(rf"\b{_MONTHS}$", re.I)
_DATE_AFTER: Final = re.compile(rf"\.?\s?{_MONTHS}", re.I)
_WORD: Final = re.compile(r"\w+")
_ALONE: Final = re.compile(r"\d{1,5}")
_LONGEST: Final = 200  # characters: what is longer is no street line, and no limit lets it pass


def split(line: str, country: str | None = None) -> Street:
    """One line. `country` (two letters) settles which end the number is at where there is one at both."""
    line = _tidy(line)
    if len(line) > _LONGEST:
        return Street(line)
    last, first = _number_last(line), _number_first(line, country)
    if first and last:
        settled = country in _NUMBER_FIRST or (country not in _NUMBER_LAST and _STREET_WORD.match(first.street))
        found = first if settled else last if country in _NUMBER_LAST else None
    else:
        found = first or last
    return found or Street(line)


def split_lines(lines: Sequence[str], country: str | None = None) -> Street:
    """All lines of an address: the first one with a number is the street; the others go with the extension. A line
    that is only a number belongs to the one before. Without any number they stay together, as the street.
    """
    lines = [tidy for tidy in map(_tidy, lines) if tidy]
    for index, found in enumerate(split(line, country) for line in lines):
        if found.number:
            return with_more(found, [*lines[:index], *lines[index + 1 :]])
    for index in range(1, len(lines)):
        alone = _read_number(lines[index])
        if alone:
            found = Street(lines[index - 1], *alone)
            return with_more(found, [*lines[: index - 1], *lines[index + 1 :]])
    return Street(", ".join(lines))


def with_more(found: Street, more: Sequence[str]) -> Street:
    """The street, and in its extension whatever of the other lines it does not say already."""
    parts = [found.extension] if found.extension else []
    for line in filter(None, map(_tidy, more)):
        said = {word.casefold() for part in (found.street, found.number, *parts) for word in _WORD.findall(part or "")}
        if not said.issuperset(word.casefold() for word in _WORD.findall(line)):
            parts.append(line)
    return Street(found.street, found.number, ", ".join(parts) or None)


def _tidy(line: str) -> str:
    return " ".join(unicodedata.normalize("NFC", line).split()).strip(" ,;")


def _number_last(line: str) -> Street | None:
    """`Kerkstraat 5 hs`, `Hauptstr. 12-14`: the first number after which there are only extensions."""
    for place in re.finditer(r"\d+", line):
        before = line[: place.start()]
        if not re.search(r"[\s,.#°]$|[^\W\d_]{4}$", before):
            continue  # inside a word: A12
        street = _LABEL.sub("", before.rstrip(" ,")).rstrip(" ,-–")
        if not re.search(r"[^\W\d_]", street) or (len(place[0]) == 4 and _DATE_BEFORE.search(street)):
            continue  # rue du 8 mai 1945
        found = _read_number(line[place.start() :])
        if found:
            return Street(street, *found)
    return None


def _number_first(line: str, country: str | None) -> Street | None:
    """`12bis rue de l'Église`, `221B Baker Street`, `Flat 2, 10 Downing Street`."""
    unit = _UNIT_FIRST.match(line)
    rest = line[unit.end() :] if unit else line
    if _ORDINAL.match(rest) or not _ALONE.match(rest):
        return None  # 1e Oosterparkstraat 12, 17. Juni
    number, rest = _take_number(rest)
    gap = _FIRST.match(rest)
    if not gap:
        return None
    street, suffix = rest[gap.end() :], gap[1]
    if suffix and len(suffix) == 1 and suffix.isalpha() and rest[0] == " " and not _STREET_WORD.match(street):
        street, suffix = rest.strip(" ,"), None  # 12 N Main Street: the letter is the street's
    if len(re.findall(r"[^\W\d_]", street)) < 2 or _EXTENSION.fullmatch(street):
        return None
    if country not in _NUMBER_FIRST and not suffix and _DATE_AFTER.match(street):
        return None  # 24 Oktoberplein
    after = _UNIT_AFTER.search(street)
    street = street[: after.start()] if after else street
    parts = (suffix, unit[1] if unit else None, after[1] if after else None)
    return Street(street, number, " ".join(part for part in parts if part) or None)


def _read_number(text: str) -> tuple[str, str | None] | None:
    """Number and extension of a text that is nothing else."""
    if not _ALONE.match(text):
        return None
    number, rest = _take_number(text)
    if not rest.strip(" .,"):
        return number, None
    found = _EXTENSION.fullmatch(rest)
    if not found or rest[0].isdigit() or re.fullmatch(r"\s*,\s*\d+", rest):
        return None  # six digits; C 4, 12: a comma stands before the number, not behind it
    if re.match(r"\s\d", rest) and not re.match(rf"\s(?:{_FLOOR}|1/2|1/4|3/4)", rest, re.I) and len(number) >= 4:
        return None  # Plein 1944 5, Laan 40-45 12: the first is the street's
    return number, found[1]


def _take_number(text: str) -> tuple[str, str]:
    """The number a text begins with, as a range where it rises (12-14; 5-3 is number 5, extension 3); and the rest."""
    span = _RANGE.match(text)
    if span and int(span[1]) < int(span[3]):
        return span[0], text[span.end() :]
    digits = _ALONE.match(text)
    return (digits[0], text[digits.end() :]) if digits else ("", text)
