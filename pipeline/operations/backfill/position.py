"""Where the reading of a file stands: in the ledger, beside the documents, claimed by one process at a time."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pipeline.domain.lifecycle import Flow, Pace
from pipeline.operations.backfill.lines import Place
from pipeline.operations.errors import NotAllowed
from pipeline.pacing import WHO
from pipeline.ports import Ledger, NewDocument, Poll, Received


@dataclass(frozen=True, slots=True)
class Standing:
    """`print` tells the file, `tail` what stood before the place. `tally`: read, dead, skipped so far."""

    print: str
    place: Place = field(default_factory=Place)
    tail: str = ""
    tally: dict[str, int] = field(default_factory=dict)
    over: str = ""  # when it was read to its end

    def text(self) -> str:
        """As the ledger keeps it."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def parse(cls, text: str | None) -> "Standing | None":
        """None for what is none."""
        if not text:
            return None
        kept: dict[str, Any] = json.loads(text)
        return cls(**{**kept, "place": Place(**kept["place"])})


class Position:
    """`key` None: nothing is kept (standard input)."""

    def __init__(self, ledger: Ledger, account: str, key: str | None) -> None:
        self._ledger = ledger
        self._account = account
        self._key = key
        self._poll: Poll | None = None
        self._page: str | None = None

    def claim(self) -> bool:
        """False while the account's gate is shut, or another process (or one that was killed) has it."""
        if self._key is None or self._poll is not None:
            return True
        token = uuid.uuid4().hex
        self._poll = self._ledger.poll_begin(
            self._account, Flow.ORDERS, token, every=timedelta(), force=True, key=self._key
        )
        if self._poll and self._page is not None and self._poll.page != self._page:
            self.rest()
            raise NotAllowed("another process went on with this file meanwhile; run the command again")
        return self._poll is not None

    def rest(self) -> None:
        """Gives the claim back; the place stays."""
        if self._poll is not None:
            self._ledger.poll_end(self._poll, keep_page=True)
            self._poll = None

    def kept(self) -> Standing | None:
        """Of an earlier run. Claim it first."""
        return Standing.parse((self._poll.page or self._poll.cursor) if self._poll else None)

    @property
    def now(self) -> datetime:
        """When it was claimed; Redis' clock."""
        return self._poll.now if self._poll else datetime.now().astimezone()

    def store(self, documents: Sequence[NewDocument], mark: Standing, pace: Pace) -> Received:
        """Both or neither. The mark of the end becomes the cursor. Raises NotAllowed where the claim was lost."""
        text, end = mark.text(), bool(mark.over)
        received = self._ledger.receive(
            documents,
            poll=self._poll,
            page=text if self._poll and not end else None,
            cursor=text if self._poll and end else None,
            end=bool(self._poll) and end,
            who=WHO,
            pace=pace,
        )
        if received.lost:
            raise NotAllowed("another process went on with this file meanwhile; run the command again")
        if not received.full and self._poll:
            self._page = text if not end else None
            self._poll = None if end else self._poll
        return received
