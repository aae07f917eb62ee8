"""What every declaration must hold."""

import inspect

import pytest

from pipeline.connectors.contract import Connector
from pipeline.connectors.registry import CONNECTORS, of_kind
from tests.unit.connectors.rig import Partner, client_for, rig_for

WRITES = {"accept", "refuse", "ship", "cancel", "import_orders", "update", "acknowledge_shipped", "answer_status"}


def test_the_table() -> None:
    assert list(of_kind("marketplace")) == ["octopia", "mirakl", "amazon", "bol"]
    assert list(of_kind("oms")) == ["egenta", "kibo", "transiteo", "ois", "tecsys"]
    assert all(connector.name == name for name, connector in CONNECTORS.items())


@pytest.mark.parametrize("connector", CONNECTORS.values(), ids=list(CONNECTORS))
def test_capabilities_are_what_the_client_has(connector: Connector) -> None:
    client = client_for(connector.name, Partner())
    optional = WRITES | {"acknowledge", "shipped", "status_requests"}
    had = {name for name in optional if getattr(client, name, None) is not None}
    had |= {name for name in ("new_orders", "get") if hasattr(client, name)}
    lacking = connector.lacks(rig_for(connector.name, Partner()).settings)
    assert connector.capabilities - set(lacking) == had


@pytest.mark.parametrize("connector", CONNECTORS.values(), ids=list(CONNECTORS))
def test_every_setting_endpoint_and_operation_has_words_and_a_source(connector: Connector) -> None:
    settings = [setting.name for setting in connector.settings]
    assert len(settings) == len(set(settings))
    for one in (*connector.settings, *connector.endpoints, *connector.operations):
        assert one.source
    assert all(setting.meaning for setting in connector.settings)
    used = {word for endpoint in connector.endpoints for word in endpoint.used_by.split(", ")}
    assert connector.capabilities <= used
    for setting in connector.settings:
        if setting.form == "secret":
            assert setting.default is None


def test_without_a_safe_repeat_there_is_no_update() -> None:
    lacks = CONNECTORS["egenta"].lacks
    assert lacks({"reput_is_safe": True}) == {}
    assert set(lacks({"reput_is_safe": False})) == {"update"}


def test_rooms_share_no_wall() -> None:
    for name, other in (("octopia", "egenta"), ("egenta", "octopia")):
        module = inspect.getmodule(CONNECTORS[name].build)
        assert module
        assert other not in inspect.getsource(module).lower().replace("cdiscount / octopia", "")
