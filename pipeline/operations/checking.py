"""`orderpipe check`: each account's credentials tried by a read that changes nothing at the partner."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.domain.errors import Trouble
from pipeline.flows.network import Network
from pipeline.ports import Ask


def check(network: Network, accounts: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """`accounts`: name -> kind. One row each: {account, ok, message}."""
    now = datetime.now(UTC)
    ask = Ask(now=now, start=now, overlap=timedelta(), since=now - timedelta(minutes=1), until=now)
    for name, kind in accounts.items():
        party = network.party(name)
        client = party.client
        names = ("new_orders",) if kind == "marketplace" else ("status_requests", "shipped")
        reading = next((getattr(client, each) for each in names if getattr(client, each, None)), None)
        if reading is None and party.probe is None:
            yield {"account": name, "ok": True, "message": "nothing to try: this connector only writes"}
            continue
        try:
            if reading is not None:
                reading(ask)
            elif party.probe is not None:
                party.probe(client)
        except Trouble as trouble:
            yield {"account": name, "ok": False, "message": f"{trouble.kind}: {trouble.message}"}
        else:
            yield {"account": name, "ok": True, "message": "the credentials work"}
