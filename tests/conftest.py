"""Fixtures of every suite: one real Valkey per test process, started when first asked for."""

from collections.abc import Iterator

import pytest

from tests.servers import running_valkey


@pytest.fixture(scope="session")
def valkey_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A durable Valkey; whoever uses it empties it first."""
    with running_valkey(tmp_path_factory.mktemp("valkey")) as port:
        yield port
