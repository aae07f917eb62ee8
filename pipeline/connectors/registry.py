"""Which connectors there are: a plain table."""

from collections.abc import Mapping
from typing import Final

from pipeline.connectors.contract import Connector
from pipeline.connectors.marketplaces import amazon, bol, mirakl, octopia
from pipeline.connectors.oms import egenta, kibo, ois, tecsys, transiteo

CONNECTORS: Final[Mapping[str, Connector]] = {
    connector.name: connector
    for connector in (
        octopia.CONNECTOR,
        mirakl.CONNECTOR,
        amazon.CONNECTOR,
        bol.CONNECTOR,
        egenta.CONNECTOR,
        kibo.CONNECTOR,
        transiteo.CONNECTOR,
        ois.CONNECTOR,
        tecsys.CONNECTOR,
    )
}


def of_kind(kind: str) -> Mapping[str, Connector]:
    """The connectors that are a `marketplace`, or an `oms`."""
    return {name: connector for name, connector in CONNECTORS.items() if connector.kind == kind}
