"""`celery -A tests.chaos.red_app`: the real app made wrong on purpose, to see whether the invariants notice.

`$ORDERPIPE_RED`: `forgetful`: a lease that ends in mid-call makes the document due again, its mark cleared;
`sweepless`: beat never asks for what is due, so a hint that is lost stays lost.
"""

import os
from collections.abc import Callable, Mapping
from typing import Any

from pipeline.config.model import Config
from pipeline.stores.scripts import Scripts
from tasks import schedule
from tasks.app import app

__all__ = ["app"]

_MARKED = "  if p.co == 'sending' then\n    local look"
_FORGOTTEN = """\
  if p.co == 'sending' then
    redis.call('HSET', P .. 'd:' .. ref, 'mb' .. sfx, '')
    p.mb = ''
  elseif false then
    local look"""


def _forget() -> None:
    init: Callable[..., None] = Scripts.__init__

    def wrong(self: Any, *words: Any, **more: Any) -> None:
        init(self, *words, **more)
        text = self._texts["take"]
        assert text.count(_MARKED) == 1, "the script has changed: write this control anew"
        self._texts["take"] = text.replace(_MARKED, _FORGOTTEN)

    Scripts.__init__ = wrong  # type: ignore[method-assign] # a known-bad control


def _sweep_nothing() -> None:
    entries = schedule.entries

    def wrong(config: Config) -> Mapping[str, Mapping[str, Any]]:
        return {name: entry for name, entry in entries(config).items() if entry["task"] != "dispatch_due"}

    schedule.entries = wrong


match os.environ.get("ORDERPIPE_RED"):
    case "forgetful":
        _forget()
    case "sweepless":
        _sweep_nothing()
