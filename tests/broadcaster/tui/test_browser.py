"""The terminal in a browser: nothing without a login, the first frame with it."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

pytest.importorskip("textual_serve", reason="needs the extra `web`")

from aiohttp import WSMsgType
from aiohttp.test_utils import TestClient, TestServer

from broadcaster.api.app import create_app
from broadcaster.desk.county import CountyDesk
from broadcaster.desk.house import HouseDoor
from broadcaster.house import CountyHouse
from broadcaster.tui.browser import BrowserServer
from tests.broadcaster.api.loopback import served
from tests.broadcaster.tui import chromium
from tests.broadcaster.tui.county import NOW

TOKEN = "ccx_li"


@pytest.fixture(scope="module")
def api(house: CountyHouse) -> Iterator[str]:
    def admit(token, act_as):
        known = token == TOKEN and act_as in (None, "li")
        return HouseDoor(house, "li", clock=lambda: NOW) if known else None

    with served(create_app(CountyDesk, admit)) as url:
        yield url


@pytest.fixture
async def browser(api: str, house: CountyHouse) -> AsyncIterator[TestClient]:
    arguments = ["--county", str(house.settings.directory), "--language", "en"]
    server = BrowserServer(api, arguments, clock=lambda: datetime.now(UTC))
    async with TestClient(TestServer(server.app(), host="127.0.0.1")) as client:
        yield client


async def signed_in(browser: TestClient, user: str = "li", token: str = TOKEN) -> int:
    answer = await browser.post("/login", data={"user": user, "token": token}, allow_redirects=False)
    return answer.status


async def test_without_a_login_nothing_is_served(browser):
    page = await browser.get("/", allow_redirects=False)
    assert (page.status, page.headers["Location"]) == (303, "/login")
    for path in ("/ws", "/static/js/textual.js", "/download/x"):
        assert (await browser.get(path)).status == 401


@pytest.mark.parametrize(("user", "token"), [("li", "ccx_guessed"), ("wang", TOKEN)])
async def test_a_token_that_is_not_this_users_opens_nothing(browser, user, token):
    assert await signed_in(browser, user, token) == 403
    assert (await browser.get("/ws")).status == 401


async def test_with_a_login_the_first_frame_comes(browser):
    assert await signed_in(browser) == 303
    assert "textual.js" in await (await browser.get("/")).text()
    drawn, wanted = b"", [word.encode() for word in ("青石镇", "Today", "li")]
    async with browser.ws_connect("/ws?width=80&height=24") as line:
        async for message in line:
            drawn += message.data if message.type is WSMsgType.BINARY else b""
            if all(word in drawn for word in wanted):
                return
    pytest.fail(f"the terminal ended: {drawn!r}")


async def test_a_page_of_another_site_or_name_has_no_line_to_the_terminal(browser):
    await signed_in(browser)
    assert (await browser.get("/ws", headers={"Origin": "https://elsewhere.example"})).status == 403
    assert (await browser.get("/login", headers={"Host": "elsewhere.example"})).status == 403


@pytest.mark.skipif(chromium.PROGRAM is None, reason="needs chromium")
async def test_in_a_browser_one_types_at_once_also_chinese_and_files_come_to_the_browser(browser, tmp_path):
    async with chromium.browsing() as page:
        await page.save_downloads_in(tmp_path)
        await page.resize(900, 560)
        await page.go(str(browser.make_url("/")))
        await page.until("document.querySelector('[name=user]')")
        fields = f"[name=user]').value = 'li'; document.querySelector('[name=token]').value = '{TOKEN}'"
        await page.value(f"document.querySelector('{fields}; document.forms[0].submit()")
        await page.until_drawn("青石镇", "Today")
        await page.press("3")
        await page.until_drawn("Search", "森林防火倡议书")
        await page.press("/")
        await page.until_drawn("Title or text, or initials")
        await page.write("森林")
        await page.until_drawn("/森林")
        await page.resize(1400, 800)
        await page.until_drawn("各位村民，请相互转告。")  # the details stand beside the list
        await page.press("Escape")
        await page.until_drawn("4 of 4")
        await page.press("6")
        await page.until_drawn("XLSX")
        await page.press("e")
        assert "Notice" in await chromium.written(tmp_path, "ledger-*.csv")


def test_the_token_stands_on_no_command_line():
    server = BrowserServer("http://127.0.0.1:1", ["--county", "county"], clock=lambda: NOW)
    assert "token" not in server.command.casefold()
