"""Times as the outside reads them: RFC 3339, UTC, milliseconds."""

from datetime import UTC, datetime


def stamp(ms: float | str | bytes | None) -> str | None:
    """`2026-11-22T09:00:00.000Z` of milliseconds since 1970; None of nothing."""
    return None if ms in (None, "", b"") else stamp_of(datetime.fromtimestamp(int(float(ms or 0)) / 1000, UTC))


def stamp_of(moment: datetime) -> str:
    """The same of a moment."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
