"""The broker that needs no installing, a program: `python -m devices.mqtt.embedded host port passwords`.

SIGHUP reads the accounts again, SIGTERM ends. Retained messages live in memory only: after a restart the
controller publishes its documents again, and each endpoint its status when it reconnects.
"""

import asyncio
import gc
import logging
import signal
import sys
from pathlib import Path

from devices.mqtt.guarded import GuardedBroker


async def serve(host: str, port: int, passwords: Path) -> None:
    """Run until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    broker = GuardedBroker(host, port, passwords)
    loop.add_signal_handler(signal.SIGHUP, broker.reload)
    for end in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(end, ended.set)
    await broker.start()
    gc.freeze()
    await ended.wait()
    await broker.shutdown()


def main() -> None:
    host, port, passwords = sys.argv[1:]
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    for chatty in ("amqtt", "transitions"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    asyncio.run(serve(host, int(port), Path(passwords)))


if __name__ == "__main__":
    main()
