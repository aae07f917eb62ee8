"""Flower's own tabs with a real worker behind them: readable, and nothing secret or personal in any."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from celery import Celery
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait

from pipeline import bootstrap
from pipeline.config.model import Config
from pipeline.supervisor.programs import program
from tests.browser.live import System, running, running_system
from tests.browser.seeds import MARKERS, NORMALIZE, put, raw_order, with_unknown_status, without_postal_code

COLUMNS = {
    "draw": 1, "start": 0, "length": 50, "search[value]": "", "order[0][column]": 0, "order[0][dir]": "desc",
    "columns[0][data]": "name",
}  # fmt: skip


def prepare(config: Config) -> None:
    bootstrap.init_ledger(config)
    pipeline = bootstrap.open_pipeline(config)
    put(pipeline, *(raw_order(f"26112220{n:02}ABC") for n in range(5)), with_unknown_status("26112299HELD"))
    put(pipeline, *(without_postal_code(f"26112210{n}DEAD") for n in range(2)))
    pipeline.close()


def rows_of(system: System) -> list[dict[str, Any]]:
    return list(httpx.post(f"{system.url}/tasks/datatable", data=COLUMNS).json()["data"])


@pytest.fixture(scope="module")
def working(browser: WebDriver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """With one worker, which has walked what came in as far as it goes: no partner answers."""
    folder = tmp_path_factory.mktemp("working")
    with (
        running_system(folder, prepare) as system,
        running(program(system.config, "worker", name="worker"), folder) as log,
    ):
        until = time.monotonic() + 40
        while " ready." not in log.read_text() and time.monotonic() < until:
            time.sleep(0.2)
        assert system.config.redis_url is not None
        with Celery("sender", broker=system.config.redis_url.reveal(), set_as_current=False) as sender:
            sender.send_task("normalize", args=(NORMALIZE,), queue="normalize")
        while not any(row["name"] == "push" for row in rows_of(system)) and time.monotonic() < until:
            time.sleep(0.2)
        time.sleep(1)  # the last events are on their way
        yield system


def test_rows_say_which_lane_and_how_it_ended(working: System) -> None:
    rows = {(row["name"], row["args"]): row for row in rows_of(working)}
    normalized = rows["normalize", NORMALIZE]
    assert normalized["state"] == "SUCCESS"
    assert normalized["result"].startswith("7 advanced, 1 held: ")
    validated = rows["validate", "validate.cdiscount-fr"]
    assert (validated["state"], validated["result"]) == (
        "FAILURE", "5 advanced, 2 dead: shipping_address.postal_code required",
    )  # fmt: skip
    alone = rows["validate.document", "orders:cdiscount-fr:261122100DEAD"]
    assert (alone["state"], alone["result"]) == ("FAILURE", "dead: shipping_address.postal_code required")
    assert validated["parent_id"] == normalized["uuid"]  # the chain shows


def test_the_tasks_tab_shows_them(browser: WebDriver, working: System, shoot: Callable[[str], None]) -> None:
    browser.get(f"{working.url}/tasks")
    table = WebDriverWait(browser, 10).until(
        lambda page: (
            page.find_element(By.ID, "tasks-table") if "push" in page.find_element(By.ID, "tasks-table").text else None
        )
    )
    assert "push.egenta-cdiscount" in table.text
    assert "2 dead: shipping_address.postal_code required" in table.text
    shoot("tasks")


def test_nothing_secret_or_personal_in_any_tab(working: System) -> None:
    """Also not in the worker's configuration, whose unknown keys Flower shows as they are."""
    pages = {
        path: httpx.get(working.url + path).text for path in ("/workers", "/tasks", "/broker", "/metrics", "/orders")
    }
    rows = rows_of(working)
    pages["datatable"] = json.dumps(rows, ensure_ascii=False)
    pages |= {row["uuid"]: httpx.get(f"{working.url}/task/{row['uuid']}").text for row in rows}
    worker = next(row["worker"] for row in rows if row["worker"])
    until = time.monotonic() + 20
    while "beat_schedule" not in pages.get("worker", "") and time.monotonic() < until:  # Flower asks it in its own time
        pages["worker"] = httpx.get(f"{working.url}/worker/{worker}").text
        time.sleep(0.5)
    assert "beat_schedule" in pages["worker"]  # its configuration is there
    secrets = [
        working.password,
        *((working.folder / name).read_text() for name in ("octopia-client-secret", "egenta-secret-key")),
    ]
    found = [(page, word) for page, text in pages.items() for word in (*secrets, *MARKERS) if word in text]
    assert found == []
