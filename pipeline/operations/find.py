"""What is failing, grouped by cause, whole or within a filter."""

from datetime import datetime
from typing import Any

from pipeline.operations.books import Books

SAMPLES = 5


def grouped_causes(
    books: Books,
    *,
    condition: str | None = None,
    flow: str | None = None,
    account: str | None = None,
    since: datetime | None = None,
) -> list[dict[str, Any]]:
    """`{fingerprint, step, kind, cause, count, oldest, refs}`, the most frequent first; `refs` are up to five."""
    causes = books.standing.causes()
    filters = {"condition": condition, "flow": flow, "account": account, "since": since}
    if not any(filters.values()):
        return causes
    found = []
    for entry in causes:
        rows = list(books.lookups.orders(cause=entry["fingerprint"], **filters))  # type: ignore[arg-type]  # one value each
        if rows:
            names = [f"{row['ref']}@{row['target']}" if row["target"] else row["ref"] for row in rows]
            oldest = min(row["updated_at"] for row in rows)
            found.append({**entry, "count": len(rows), "oldest": oldest, "refs": names[:SAMPLES]})
    return sorted(found, key=lambda entry: (-entry["count"], entry["fingerprint"]))
