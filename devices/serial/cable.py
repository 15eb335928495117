"""A cable of pseudo-terminals: a serial line without a serial port, for simulated loudspeakers and for tests."""

import asyncio
import contextlib
import os
import tty
from pathlib import Path

_AT_ONCE = 4_096


class Cable:
    """What is written to one end comes out of all others. The ends' names in `directory` stay when it is pulled out.

    Plugged and pulled on the running loop. No clock: the programs at its ends keep to their baud.
    """

    def __init__(self, directory: Path, ends: int = 2) -> None:
        self.ends = tuple(directory / f"tty-{number}" for number in range(ends))
        self.carried = 0  # bytes
        self._masters: list[int] = []
        # Held open: else the far side of an end that nobody uses would be hung up
        self._slaves: list[int] = []

    def plug(self) -> None:
        """Raises OSError where there are no pseudo-terminals."""
        try:
            for name in self.ends:
                master, slave = os.openpty()
                self._masters.append(master)
                self._slaves.append(slave)
                tty.setraw(slave)
                os.set_blocking(master, False)
                name.parent.mkdir(parents=True, exist_ok=True)
                name.unlink(missing_ok=True)
                name.symlink_to(os.ttyname(slave))
        except OSError:
            self.pull()
            raise
        for master in self._masters:
            asyncio.get_running_loop().add_reader(master, self._carry, master)

    def pull(self) -> None:
        """Whoever has an end open sees it hung up."""
        for master in self._masters:
            asyncio.get_running_loop().remove_reader(master)
        for each in (*self._masters, *self._slaves):
            os.close(each)
        self._masters, self._slaves = [], []

    def _carry(self, source: int) -> None:
        with contextlib.suppress(OSError):
            content = os.read(source, _AT_ONCE)
            self.carried += len(content)
            for sink in self._masters:
                if sink != source:
                    with contextlib.suppress(BlockingIOError):  # nobody reads there: it is lost, as on a wire
                        os.write(sink, content)
