"""Maps on a route."""

import pytest

from pipeline.domain.maps import translate


@pytest.mark.parametrize(
    ("table", "word", "found"),
    [
        ({"DHL": "dhl_de"}, "DHL", "dhl_de"),
        ({"DHL": "dhl_de"}, "dhl", None),
        ({"DHL": "dhl_de"}, None, None),
        ({"DHL": "dhl_de", "*": "post"}, "UPS", "post"),
        ({"DHL": "dhl_de", "*": "post"}, None, "post"),
        ({"DHL": "dhl_de", "*": "post"}, "DHL", "dhl_de"),
        ({"": "post"}, None, None),
        ({}, "DHL", None),
    ],
)
def test_exact_entry_then_the_rest(table: dict[str, str], word: str | None, found: str | None) -> None:
    assert translate(table, word) == found
