"""What becomes of what goes wrong: words on stderr and an exit code.

0 done · 1 nothing found, or some failed · 2 usage, configuration, or a ledger out of reach · 130 Ctrl-C
"""

import os
import sys
from typing import Final

from pipeline.cli.printing import say
from pipeline.config.problems import ConfigError

DONE: Final = 0
FAILED: Final = 1
UNUSABLE: Final = 2
INTERRUPTED: Final = 130


def explain(error: Exception) -> int | None:
    """Says what happened; None for what is no error of the user's or the surroundings (a bug keeps its traceback)."""
    if isinstance(error, ConfigError):
        for problem in error.problems:
            say(problem)
        count = len(error.problems)
        say(f"{count} problem{'' if count == 1 else 's'}; nothing was started or changed")
        return UNUSABLE
    if isinstance(error, BrokenPipeError):  # `orderpipe orders | head`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    if isinstance(error, OSError) and not isinstance(error, ConnectionError | TimeoutError):
        say(f"{error.filename or 'the system'}: {error.strerror or error}")
        return UNUSABLE
    return _explain_operation(error)


def _explain_operation(error: Exception) -> int | None:
    # imported here: these pull in the whole product, and `--help` must not wait for it
    from redis.exceptions import ConnectionError as Unreachable
    from redis.exceptions import RedisError
    from redis.exceptions import TimeoutError as TooSlow

    from pipeline.bootstrap import LedgerUnavailable
    from pipeline.operations.backfill.lines import Unfit
    from pipeline.operations.errors import NotAllowed, NotFound
    from pipeline.supervisor.whereabouts import CannotStart

    if isinstance(error, NotFound):
        say(f"not found: {error}")
        return FAILED
    if isinstance(error, NotAllowed):
        say(str(error))
        return FAILED
    if isinstance(error, LedgerUnavailable | CannotStart | Unfit):
        say(str(error))
        return UNUSABLE
    if isinstance(error, Unreachable | TooSlow | ConnectionError | TimeoutError):
        say(f"the ledger is out of reach ({type(error).__name__}): is Redis running, and is redis.url right? {_REMEDY}")
        return UNUSABLE
    if isinstance(error, RedisError):
        say(f"Redis refused: {error}")
        return UNUSABLE
    return None


_REMEDY: Final = "`orderpipe up` brings its own where redis.url is unset"
