"""One browser for all, and pictures of what it sees when somebody asks for them."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.live import System, running_system
from tests.browser.seeds import seed

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1440,900",
)
WIDTH = 1440


CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser: told in one line a file, by this mark, and not in one a test."""
    if not (CHROMIUM and DRIVER):
        for item in items:
            if "browser" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.skip(reason="no Chromium with chromedriver found"))


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    """Debian's Chromium, with a new empty profile."""
    options = webdriver.ChromeOptions()
    assert CHROMIUM
    assert DRIVER
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    found = webdriver.Chrome(options=options, service=Service(DRIVER))
    found.set_page_load_timeout(30)
    yield found
    found.quit()


@pytest.fixture(scope="module")
def system(browser: WebDriver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Seeded, without workers: nothing moves but by our clicks. (After the browser: without one nothing is started.)"""
    with running_system(tmp_path_factory.mktemp("system"), seed) as found:
        yield found


@pytest.fixture
def shoot(browser: WebDriver) -> Callable[[str], None]:
    """A picture of the whole page into $ORDERPIPE_SCREENSHOTS, if that is set."""
    folder = os.environ.get("ORDERPIPE_SCREENSHOTS")

    def take(name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            height = browser.execute_script("return document.documentElement.scrollHeight")
            browser.set_window_size(WIDTH, min(max(int(height) + 140, 500), 2400))
            browser.save_screenshot(str(Path(folder) / f"{name}.png"))
            browser.set_window_size(WIDTH, 900)

    return take
