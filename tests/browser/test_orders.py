"""The Orders tab as an operator uses it."""

import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait

from pipeline import bootstrap
from tests.browser.live import System
from tests.browser.seeds import HOSTILE, MARKERS, SHOP

Shoot = Callable[[str], None]
FIXABLE = f"orders:{SHOP}:261122100DEAD"


def condition_of(system: System, id_: str) -> str:
    desk = bootstrap.open_desk(system.config)
    try:
        return str(next(iter(desk.orders(ids=[id_])))["condition"])
    finally:
        desk.close()


def open_page(browser: WebDriver, system: System, path: str) -> None:
    browser.get(system.url + path)


def text_of(browser: WebDriver, css: str) -> str:
    return str(browser.find_element(By.CSS_SELECTOR, css).text)


def find(browser: WebDriver, sought: str) -> None:
    box = browser.find_element(By.NAME, "q")
    box.clear()
    box.send_keys(sought)
    box.submit()
    WebDriverWait(browser, 10).until(lambda page: "/orders/" in page.current_url)


def click(browser: WebDriver, css: str) -> None:
    before, wanted = browser.find_element(By.TAG_NAME, "html"), browser.find_element(By.CSS_SELECTOR, css)
    browser.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", wanted)
    wanted.click()
    WebDriverWait(browser, 10).until(lambda page: page.find_element(By.TAG_NAME, "html") != before)


def assert_nothing_personal(browser: WebDriver, system: System) -> None:
    """Neither shown nor hidden in the page."""
    source = browser.page_source
    assert [marker for marker in (*MARKERS, system.password) if marker in source] == []


def test_the_tab_tells_causes_lanes_and_the_shut_gate(browser: WebDriver, system: System, shoot: Shoot) -> None:
    open_page(browser, system, "/workers")
    browser.find_element(By.LINK_TEXT, "Orders").click()
    assert text_of(browser, ".app-nav .nav-link.active") == "Orders"
    causes = text_of(browser, "#causes")
    assert "shipping_address.postal_code required" in causes
    assert "422: warehouse closed" in causes
    push = next(row.text for row in browser.find_elements(By.CSS_SELECTOR, "#lanes tbody tr") if "push" in row.text)
    assert "61" in push  # due now
    assert "shut" in push
    assert "429: come again later" in text_of(browser, ".orders-gate")
    assert text_of(browser, "#total-settled") == "1"
    assert_nothing_personal(browser, system)
    shoot("orders")


def test_a_cause_leads_to_its_documents(browser: WebDriver, system: System, shoot: Shoot) -> None:
    open_page(browser, system, "/orders")
    click(browser, "#causes tbody tr:first-child a")
    rows = browser.find_elements(By.CSS_SELECTOR, "#documents tbody tr")
    assert len(rows) == 3
    assert all("DEAD" in row.text for row in rows)
    assert "Rehearse a replay of all that match" in text_of(browser, "#rehearse-all")
    assert_nothing_personal(browser, system)
    shoot("orders-by-cause")


def test_the_list_is_filtered_and_paged(browser: WebDriver, system: System, shoot: Shoot) -> None:
    open_page(browser, system, "/orders/list?condition=due")
    assert len(browser.find_elements(By.CSS_SELECTOR, "#documents tbody tr")) == 50
    click(browser, "#next-page")
    assert re.match(r"51 to (\d+) of \1$", text_of(browser, ".orders-pages").splitlines()[0])
    shoot("orders-list")
    browser.find_element(By.LINK_TEXT, "Held").click()
    WebDriverWait(browser, 10).until(lambda page: "condition=held" in page.current_url)
    assert "EnQuarantaine" in text_of(browser, "#documents")
    assert_nothing_personal(browser, system)


@pytest.mark.parametrize("sought", ["DONE-1", "EG-90001", f"orders:{SHOP}:DONE-1"], ids=["id", "oms-id", "reference"])
def test_any_id_finds_the_document(browser: WebDriver, system: System, sought: str) -> None:
    open_page(browser, system, "/orders")
    find(browser, sought)
    assert text_of(browser, "#reference") == "DONE-1"
    assert "EG-90001" in text_of(browser, "#deliveries")


def test_an_unknown_id_is_told_in_words(browser: WebDriver, system: System) -> None:
    open_page(browser, system, "/orders")
    find(browser, "<b>nobody</b>")
    assert "Nothing is known under <b>nobody</b>" in text_of(browser, ".orders-empty")


def test_a_hostile_id_has_a_page(browser: WebDriver, system: System) -> None:
    open_page(browser, system, "/orders")
    find(browser, HOSTILE)
    assert text_of(browser, "#reference") == HOSTILE


def test_a_document_shows_its_masked_story(browser: WebDriver, system: System, shoot: Shoot) -> None:
    open_page(browser, system, f"/orders/document?ref={FIXABLE}")
    assert "shipping_address.postal_code" in text_of(browser, ".orders-fields")
    story = text_of(browser, "#timeline")
    assert "received" in story
    assert "dead" in story
    assert "***" in text_of(browser, "#document")
    assert "***" in text_of(browser, "#raw")
    assert "KETTLE-17" in text_of(browser, "#document")
    moment = browser.find_element(By.CSS_SELECTOR, "#timeline time")
    assert moment.get_attribute("title").endswith(" UTC")
    assert_nothing_personal(browser, system)
    shoot("orders-document")


def test_a_dead_one_is_rehearsed_then_replayed(browser: WebDriver, system: System, shoot: Shoot) -> None:
    open_page(browser, system, f"/orders/document?ref=orders:{SHOP}:REFUSED-1")
    click(browser, "#act-replay button")
    assert text_of(browser, "#would-pass") == "1"
    assert condition_of(system, "REFUSED-1") == "dead"  # a rehearsal changes nothing
    shoot("orders-rehearsal-one")
    click(browser, "#confirm button")
    assert "1 document replayed" in text_of(browser, "#done")
    assert condition_of(system, "REFUSED-1") == "due"
    click(browser, ".orders-names a")
    assert "replay" in text_of(browser, "#timeline")
    assert "flower" in text_of(browser, "#timeline")


def test_a_broken_one_is_edited_and_then_passes(browser: WebDriver, system: System, shoot: Shoot) -> None:
    ref = f"orders:{SHOP}:261122102DEAD"
    open_page(browser, system, f"/orders/replay?ref={ref}")
    assert text_of(browser, "#would-fail") == "1"
    open_page(browser, system, f"/orders/document?ref={ref}")
    form = browser.find_element(By.ID, "act-edit")
    assert form.find_element(By.NAME, "path").get_attribute("value") == "shipping_address.postal_code"
    form.find_element(By.NAME, "value").send_keys("69003")
    form.find_element(By.NAME, "reason").send_keys("asked the buyer")
    click(browser, "#act-edit button")
    shoot("orders-edited")
    click(browser, ".orders-after .btn-primary")
    assert text_of(browser, "#would-pass") == "1"
    click(browser, "#confirm button")
    assert condition_of(system, "261122102DEAD") == "due"
    click(browser, ".orders-names a")
    assert "asked the buyer" in text_of(browser, "#overrides")
    assert_nothing_personal(browser, system)


def test_all_of_a_filter_are_rehearsed_with_what_would_fail(browser: WebDriver, system: System, shoot: Shoot) -> None:
    open_page(browser, system, "/orders/list?condition=dead")
    matching = len(browser.find_elements(By.CSS_SELECTOR, "#documents tbody tr"))
    click(browser, "#rehearse-all")
    told = int(text_of(browser, "#would-pass")) + int(text_of(browser, "#would-fail"))
    assert told == matching
    assert condition_of(system, "261122100DEAD") == "dead"
    assert_nothing_personal(browser, system)
    shoot("orders-rehearsal")


def test_hold_and_release(browser: WebDriver, system: System) -> None:
    for act, before, after in (("hold", "due", "held"), ("release", "held", "due")):
        assert condition_of(system, HOSTILE) == before
        open_page(browser, system, "/orders")
        find(browser, HOSTILE)
        browser.find_element(By.CSS_SELECTOR, "#act-keep [name=reason]").send_keys("stock-taking")
        click(browser, f"#act-keep button[value={act}]")
        assert condition_of(system, HOSTILE) == after


def test_the_overview_refreshes_itself(browser: WebDriver, system: System) -> None:
    open_page(browser, system, "/orders")
    browser.execute_script("document.getElementById('total-settled').textContent = 'stale'")
    WebDriverWait(browser, 15).until(lambda page: text_of(page, "#total-settled") == "1")


@pytest.fixture
def foreign_page(system: System) -> Iterator[str]:
    """Another site, with a form that posts to ours: by another name of this machine, so another site to a browser."""
    page = f"""<form method="post" action="{system.url}/orders/replay">
        <input name="ref" value="{FIXABLE}"><input name="_xsrf" value="guess"><button>win a prize</button></form>"""

    class Evil(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Quietly."""

    with HTTPServer(("127.0.0.1", 0), Evil) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_a_post_from_a_foreign_page_is_refused(browser: WebDriver, system: System, foreign_page: str) -> None:
    open_page(browser, system, "/orders")  # so that the browser holds our cookie
    browser.get(foreign_page)
    click(browser, "button")
    assert browser.current_url.startswith(system.url)
    assert "it came from another site" in text_of(browser, "#trouble")
    assert condition_of(system, "261122100DEAD") == "dead"
    answer = httpx.post(
        f"{system.url}/orders/replay", data={"ref": FIXABLE}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert condition_of(system, "261122100DEAD") == "dead"


def test_the_pages_stand_alone(browser: WebDriver, system: System) -> None:
    """Nothing is loaded from elsewhere, and the browser has nothing to complain about."""
    browser.get_log("browser")  # what came before is not ours
    for path in ("/orders", "/orders/list", f"/orders/document?ref={FIXABLE}"):
        open_page(browser, system, path)
        loaded = browser.execute_script("return performance.getEntriesByType('resource').map(each => each.name)")
        assert [name for name in loaded if not name.startswith(system.url)] == []
        assert [line for line in browser.get_log("browser") if "/orders" in line["message"]] == []


def test_dark_looks_like_flower_too(browser: WebDriver, system: System, shoot: Shoot) -> None:
    open_page(browser, system, "/orders")
    browser.execute_script("localStorage.setItem('flower-theme', 'dark')")
    browser.refresh()
    try:
        assert browser.find_element(By.TAG_NAME, "html").get_attribute("data-bs-theme") == "dark"
        shoot("orders-dark")
    finally:
        browser.execute_script("localStorage.removeItem('flower-theme')")
