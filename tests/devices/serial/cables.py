"""Two pseudo-terminals joined by a cable, under names that stay when it is pulled out and put back."""

import asyncio
import os
import tty
from pathlib import Path


class Cable:
    """What is written to one end comes out of the other; made and pulled on the running loop."""

    def __init__(self, directory: Path) -> None:
        self.ends = directory / "tty-a", directory / "tty-b"
        self.carried = 0
        self._masters: list[int] = []

    def plug(self) -> None:
        pairs = [os.openpty() for _ in self.ends]
        self._masters = [master for master, _ in pairs]
        for (_, slave), name in zip(pairs, self.ends, strict=True):
            tty.setraw(slave)
            name.unlink(missing_ok=True)
            name.symlink_to(os.ttyname(slave))
        self._slaves = [slave for _, slave in pairs]
        loop = asyncio.get_running_loop()
        for master, other in (self._masters, self._masters[::-1]):
            os.set_blocking(master, False)
            loop.add_reader(master, self._carry, master, other)

    def pull(self) -> None:
        for master in self._masters:
            asyncio.get_running_loop().remove_reader(master)
            os.close(master)
        for slave in self._slaves:
            os.close(slave)
        self._masters, self._slaves = [], []

    def _carry(self, source: int, sink: int) -> None:
        try:
            content = os.read(source, 4_096)
            os.write(sink, content)
            self.carried += len(content)
        except (BlockingIOError, OSError):
            pass
