"""Any canonical document's fields, made from its shape."""

from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

from hypothesis import strategies as st

from pipeline.domain.shape import Form, Member, shape_of

texts = st.text(min_size=1, max_size=12)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(timezones=offsets).map(datetime.isoformat)
amounts = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=2).map(lambda d: format(d, "f"))
small = st.integers(-3, 5)
leaves = st.none() | st.booleans() | st.integers(-(2**50), 2**50) | texts
free = st.dictionaries(
    texts,
    st.dictionaries(texts, st.recursive(leaves, lambda inner: st.lists(inner, max_size=2), max_leaves=4), max_size=3),
    min_size=1,
    max_size=2,
)


def fields_of(cls: type[Any], least: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """Canonical JSON fields: whatever may be absent sometimes is."""
    members = {name: _values(member) for name, member in shape_of(cls).items()}
    made = st.fixed_dictionaries({}, optional=members)
    return made.filter(lambda fields: len(fields) >= least) if least else made


def _values(member: Member) -> st.SearchStrategy[Any]:
    if member.form is Form.RECORD and member.of:
        return fields_of(member.of, least=1)
    if member.form is Form.RECORDS and member.of:
        return st.lists(fields_of(member.of), min_size=1, max_size=2)
    if member.form is Form.WORD and member.of and issubclass(member.of, StrEnum):
        return st.sampled_from([str(word) for word in member.of])
    plain: dict[Form, st.SearchStrategy[Any]] = {
        Form.TEXT: texts,
        Form.WHOLE: small,
        Form.FLAG: st.booleans(),
        Form.AMOUNT: amounts,
        Form.TIME: times,
        Form.FREE: free,
    }
    return plain[member.form]
