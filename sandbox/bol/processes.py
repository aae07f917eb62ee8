"""What becomes of writes: process statuses, one by one, by entity, in bulk; kept for a while (section 8)."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.agenda import Agenda
from sandbox.bol.book import write_moment
from sandbox.bol.dials import Board
from sandbox.bol.entry import read_media, read_number, read_params, reply_media
from sandbox.exchange import Ask, Refusal, refuse_fields, require_object
from sandbox.journal import Journal
from sandbox.reply import Reply

PENDING, SUCCESS, FAILURE, TIMEOUT = "PENDING", "SUCCESS", "FAILURE", "TIMEOUT"
MOST, PAGE = 1000, 50
FIRST_ID = 1234567
# Makes a write take effect; gives what is in the way, or None.
Act = Callable[[datetime], str | None]


@dataclass(frozen=True, slots=True)
class Job:
    """A write that was taken."""

    event: str
    entity: str
    description: str
    act: Act


class Processes:
    """By id, oldest first. A write takes effect when its process ends, not before."""

    def __init__(self, agenda: Agenda, board: Board, journal: Journal) -> None:
        self._agenda = agenda
        self._board = board
        self._journal = journal
        self._kept: dict[str, dict[str, Any]] = {}
        self._luck = random.Random("bol:processes")
        self._started = 0
        self._timeouts = 0

    def start(self, ask: Ask, job: Job) -> Reply:
        """202 with the pending status."""
        process_id = str(FIRST_ID + self._started)
        self._started += 1
        host = ask.headers.get("host", "")
        status = self._kept[process_id] = {
            "processStatusId": process_id,
            "entityId": job.entity,
            "eventType": job.event,
            "description": job.description,
            "status": PENDING,
            "createTimestamp": write_moment(ask.now),
            "links": [
                {"rel": "self", "href": f"http://{host}/bol/shared/process-status/{process_id}", "method": "GET"}
            ],
        }
        reply = reply_media(202, status)
        due = ask.now + timedelta(seconds=self._board.dials.process_seconds)
        self._agenda.schedule(due, lambda at: self._finish(status, job, ask.endpoint, at))
        return reply

    def _finish(self, status: dict[str, Any], job: Job, endpoint: str, moment: datetime) -> None:
        dials, drawn = self._board.dials, self._luck.random()
        if drawn < dials.timeout_share:
            self._timeouts += 1
            if self._timeouts % 2:
                job.act(moment)
            status["status"] = TIMEOUT
        elif drawn < dials.timeout_share + dials.failure_share:
            status |= {"status": FAILURE, "errorMessage": "The request could not be processed"}
        elif fault := job.act(moment):
            self._journal.note_conflict(moment, endpoint, fault)
            status |= {"status": FAILURE, "errorMessage": fault}
        else:
            status["status"] = SUCCESS
        gone = moment + timedelta(seconds=dials.keep_seconds)
        self._agenda.schedule(gone, lambda _: self._kept.pop(status["processStatusId"]))

    def show(self, ask: Ask) -> Reply:
        """404: unknown, or no longer kept."""
        read_params(ask)
        status = self._kept.get(ask.ids[0])
        if status is None:
            raise Refusal(404, "Process status not found", breach=False)
        return reply_media(200, status)

    def list_of_entity(self, ask: Ask) -> Reply:
        """Newest first, fifty a page."""
        params = read_params(ask, "entity-id", "event-type", "page")
        errors = {name: ["required"] for name in ("entity-id", "event-type") if name not in params}
        page = read_number(params, "page", 1, 1_000_000, errors)
        kind = params.get("event-type", "A")
        if not (kind.isascii() and kind.replace("_", "").isalpha() and kind.isupper()):
            errors["event-type"] = ["as CREATE_SHIPMENT"]
        if errors:
            refuse_fields("Wrong parameters", errors)
        found = [
            status
            for status in reversed(self._kept.values())
            if (status["entityId"], status["eventType"]) == (params["entity-id"], params["event-type"])
        ]
        return reply_media(200, {"processStatuses": found[(page - 1) * PAGE : page * PAGE]})

    def list_in_bulk(self, ask: Ask) -> Reply:
        """Of at most a thousand ids; those that are no longer kept are left out."""
        read_params(ask)
        rows = require_object(read_media(ask), {"processStatusQueries"})["processStatusQueries"]
        if not isinstance(rows, list) or not 1 <= len(rows) <= MOST:
            refuse_fields("Wrong fields", {"processStatusQueries": [f"a list of 1 to {MOST}"]})
        ids = [require_object(row, {"processStatusId"})["processStatusId"] for row in rows]
        if not all(isinstance(one, str) for one in ids):
            refuse_fields("Wrong fields", {"processStatusQueries.processStatusId": ["text"]})
        return reply_media(200, {"processStatuses": [self._kept[one] for one in ids if one in self._kept]})
