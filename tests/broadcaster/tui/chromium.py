"""A page in a real browser without a window, driven over its debugging line on loopback."""

import asyncio
import base64
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE_S = 180.0  # only a broken test, or a very busy machine, needs so long
KEYS = {"Enter": 13, "Escape": 27, "Tab": 9, "ArrowDown": 40}
_LISTENS = """
window.drawn = "";
const decoder = new TextDecoder();
const Line = window.WebSocket;
window.WebSocket = class extends Line {
  constructor(...where) {
    super(...where);
    this.addEventListener("message", async told => {
      if (typeof told.data !== "string") window.drawn += decoder.decode(await new Response(told.data).arrayBuffer());
    });
  }
};
"""  # what the program draws is kept as text: the terminal paints on a canvas


class Page:
    """The one page."""

    def __init__(self, line: ClientWebSocketResponse) -> None:
        self._line, self._numbers = line, itertools.count(1)

    async def order(self, method: str, **parameters: object) -> dict[str, Any]:
        """What the browser answers to one order of its debugging protocol."""
        number = next(self._numbers)
        await self._line.send_json({"id": number, "method": method, "params": parameters})
        async for message in self._line:
            told = message.json()
            if told.get("id") == number:
                assert "error" not in told, told
                answer: dict[str, Any] = told["result"]
                return answer
        raise ConnectionError("the browser has ended")

    async def go(self, url: str) -> None:
        await self.order("Page.enable")
        await self.order("Emulation.setFocusEmulationEnabled", enabled=True)  # as the window in front
        await self.order("Page.addScriptToEvaluateOnNewDocument", source=_LISTENS)
        await self.order("Page.navigate", url=url)

    async def value(self, expression: str) -> Any:
        """Of a JavaScript expression."""
        found = await self.order("Runtime.evaluate", expression=expression, returnByValue=True)
        return found["result"].get("value")

    async def until(self, expression: str) -> None:
        """Until it is true."""
        async with asyncio.timeout(PATIENCE_S):
            while not await self.value(f"!!({expression})"):  # noqa: ASYNC110  # it is another program's
                await asyncio.sleep(0.05)

    async def until_drawn(self, *words: str) -> None:
        """Until the program has drawn these since it was last asked; then that is forgotten."""
        for word in words:
            await self.until(f"window.drawn.includes({word!r})")
        await self.value("window.drawn = ''")

    async def write(self, text: str) -> None:
        """Text as an input method gives it: composed first, then taken."""
        await self.order(
            "Input.imeSetComposition", text=text, selectionStart=len(text), selectionEnd=len(text)
        )
        await self.order("Input.insertText", text=text)

    async def press(self, key: str) -> None:
        code = KEYS.get(key, ord(key[0]))
        named = {"key": key, "windowsVirtualKeyCode": code, "nativeVirtualKeyCode": code}
        text = {} if key in KEYS and key != "Enter" else {"text": "\r" if key == "Enter" else key}
        await self.order("Input.dispatchKeyEvent", type="keyDown", **named, **text)
        await self.order("Input.dispatchKeyEvent", type="keyUp", **named)

    async def save_downloads_in(self, directory: Path) -> None:
        await self.order("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(directory))

    async def resize(self, width: int, height: int) -> None:
        await self.order(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    async def picture(self) -> bytes:
        """What a person sees, as PNG."""
        return base64.b64decode((await self.order("Page.captureScreenshot"))["data"])


@asynccontextmanager
async def browsing() -> AsyncIterator[Page]:
    """A browser with one empty page."""
    assert PROGRAM is not None
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as directory:
        options = ("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0")
        process = await asyncio.create_subprocess_exec(
            PROGRAM,
            *options,
            f"--user-data-dir={directory}",
            "about:blank",
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            port = (await written(Path(directory), "DevToolsActivePort")).split()[0]
            async with ClientSession() as session:
                async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                    pages = [each for each in await answer.json() if each["type"] == "page"]
                async with session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as line:
                    yield Page(line)
        finally:
            process.terminate()
            await process.wait()


async def written(directory: Path, pattern: str) -> str:
    """What stands in the one file of this name, once something does."""
    async with asyncio.timeout(PATIENCE_S):
        while not (text := _text_in(directory, pattern)):  # noqa: ASYNC110  # another program writes it
            await asyncio.sleep(0.05)
    return text


def _text_in(directory: Path, pattern: str) -> str:
    return "".join(file.read_text(encoding="utf-8") for file in directory.glob(pattern))
