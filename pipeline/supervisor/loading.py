"""Reading the config against the connectors there are: for processes that no command line has read it for."""

import os
from pathlib import Path

from pipeline.config.model import Config
from pipeline.config.read import read_config
from pipeline.connectors.registry import CONNECTORS
from pipeline.supervisor.programs import CONFIG
from pipeline.supervisor.whereabouts import with_ledger


def load_config(path: Path) -> Config:
    """Raises ConfigError."""
    return read_config(path, declared=CONNECTORS)


def load_own_config() -> Config:
    """`$ORDERPIPE_CONFIG` or ./orderpipe.toml, with the ledger's URL filled in. Raises ConfigError, CannotStart."""
    return with_ledger(load_config(Path(os.environ.get(CONFIG) or "orderpipe.toml")))
