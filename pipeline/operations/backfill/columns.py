"""A CSV file's header: dotted canonical paths, checked before anything is stored."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pipeline.domain.order import Order
from pipeline.domain.paths import member_at
from pipeline.domain.shape import Form, Member
from pipeline.operations.backfill.lines import Line, Unfit

SPREAD: Final = "lines.*."
_WHOLE: Final = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_FLAGS: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Column:
    """One path. `spread`: it stands in each row of an order for that row's line."""

    name: str
    parts: tuple[str | int, ...]  # within the order; of a spread column, within its line
    form: Form
    spread: bool


@dataclass(frozen=True, slots=True)
class Columns:
    """`id_at`: the column with the order's id. `spread`: rows with one id are the lines of one order."""

    columns: tuple[Column, ...]
    delimiter: str
    id_at: int

    @property
    def spread(self) -> bool:
        """Whether an order may take several rows."""
        return any(column.spread for column in self.columns)

    def fields(self, cells: Sequence[str], *, spread: bool) -> dict[str, Any]:
        """The values of the columns that are, or are not, spread. An empty cell is absent."""
        tree: dict[Any, Any] = {}
        for column, cell in zip(self.columns, cells, strict=True):
            if column.spread is spread and cell.strip():
                at = tree
                for part in column.parts[:-1]:
                    at = at.setdefault(part, {})
                at[column.parts[-1]] = _value(column.form, cell.strip())
        return _listed(tree)  # type: ignore[no-any-return] # an order is no list


def read_header(line: Line | None, title: str) -> Columns:
    """Raises Unfit with everything that is wrong at once."""
    try:
        text = line.text.decode() if line and not line.oversize else ""
    except UnicodeDecodeError:
        raise Unfit(f"{title}: the header is not UTF-8") from None
    delimiter = next((one for one in ",;\t" if one in text), ",")
    names = [name.strip() for name in next(csv.reader([text], delimiter=delimiter), [])]
    if not any(names):
        raise Unfit(f"{title} has no header: its first line names the columns, such as id,purchased_at,lines.0.sku")
    faults = [f"{name} stands twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    columns = []
    for name in dict.fromkeys(names):
        try:
            columns.append(_column(name))
        except ValueError as fault:
            faults.append(str(fault))
    if "id" not in names:
        faults.append("there is no column id")
    mixed = [name for name in names if re.match(r"lines\.\d", name)]
    if mixed and any(column.spread for column in columns):
        faults.append(f"{mixed[0]} beside {SPREAD}...: either all lines of an order in one row, or one row a line")
    if faults:
        shown = "; ".join(faults[:10]) + (f"; and {len(faults) - 10} more" if len(faults) > 10 else "")
        raise Unfit(f"the header of {title}: {shown[:2000]}")
    return Columns(tuple(columns), delimiter, names.index("id"))


def _column(name: str) -> Column:
    spread = name.startswith(SPREAD)
    if not name:
        raise ValueError("a column without a name")
    if "*" in (name.removeprefix(SPREAD) if spread else name):
        raise ValueError(f"{name}: only {SPREAD}... may be spread over rows; write an index for other lists")
    member: Member | None = member_at(Order, name, stars=True)
    form = member.form if member else Form.TEXT  # None: below extra.<connector>
    if form in (Form.RECORD, Form.RECORDS, Form.FREE):
        raise ValueError(f"{name} is {form.value}; a column names one value in it")
    free = name.startswith("extra.")
    parts = (name.removeprefix(SPREAD) if spread else name).split(".")
    return Column(name, tuple(int(p) if p.isdigit() and not free else p for p in parts), form, spread)


def _value(form: Form, text: str) -> Any:
    """What is not of the column's form stays text: the order's reader says so."""
    if form is Form.WHOLE and _WHOLE.fullmatch(text):
        return int(text)
    if form is Form.FLAG:
        return _FLAGS.get(text.lower(), text)
    return text


def _listed(tree: Mapping[Any, Any]) -> Any:
    """Indexes become lists; an item of which nothing is told is none."""
    below = {name: _listed(value) if isinstance(value, dict) else value for name, value in tree.items()}
    if below and all(isinstance(name, int) for name in below):
        return [below[index] for index in sorted(below)]
    return below
