"""`deploy/orderpipe.toml` and every connector's declaration, as the real registry has them."""

from pathlib import Path

import pytest

from pipeline.config.problems import Problems
from pipeline.config.read import read_config
from pipeline.config.secrets import Sources
from pipeline.config.settings import read_settings
from pipeline.config.table import Table
from pipeline.connectors.registry import CONNECTORS

EXAMPLE = Path(__file__).parents[3] / "deploy" / "orderpipe.toml"
ENV = dict.fromkeys(("OCTOPIA_ID", "OCTOPIA_SECRET", "OCTOPIA_SELLER", "EGENTA_ID", "EGENTA_KEY"), "1234")


def test_the_example_is_in_order() -> None:
    config = read_config(EXAMPLE, declared=CONNECTORS, env=ENV)
    assert list(config.accounts) == ["cdiscount-fr", "egenta-cdiscount"]
    assert config.routes[0].mode == "rehearse"  # nobody sends by copying an example


def test_the_example_with_everything_uncommented_is_in_order(tmp_path: Path) -> None:
    lines = EXAMPLE.read_text().splitlines()
    text = "\n".join(line.removeprefix("# ") if " = " in line or line.startswith("# [") else line for line in lines)
    path = tmp_path / "all.toml"
    path.write_text(text.replace("amqp://...", "amqp://mq:5672//"))
    config = read_config(path, declared=CONNECTORS, env={**ENV, "ORDERPIPE_FLOWER_AUTH": "me:pw"})
    assert config.routes[0].flows == ("orders", "shipments", "statuses")
    assert config.account("egenta-cdiscount").own_queue
    assert config.redis_url is not None


@pytest.mark.parametrize("name", sorted(CONNECTORS))
def test_declared_defaults_fit_their_forms(name: str) -> None:
    problems = Problems()
    read_settings(Table({}, name, problems, Sources({}, Path())), CONNECTORS[name].settings)
    assert [line for line in problems.lines if ": missing" not in line] == []
