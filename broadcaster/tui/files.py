"""Files that the terminal writes down for its person: audio to listen to, exports, photos."""

from pathlib import Path

from broadcaster.tui.visit import in_thread


async def write(path: Path, content: bytes) -> None:
    """A file, written in a thread."""

    def put() -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    await in_thread(put)
