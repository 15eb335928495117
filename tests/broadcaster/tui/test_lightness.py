"""What the first screen needs: the rest is read from the disk while one looks at it."""

import subprocess
import sys

OTHERS = (
    "broadcaster.cli.notice",
    "broadcaster.tickets",
    "broadcaster.tui.editing",
    "devices.reports",
    "devices.serial",
    "schedules.ledger",
)
HEAVY = ("sqlalchemy", "sqlmodel", "alembic", "numpy", "av", "pypinyin", "holidays", "babel", "markdown_it")
VISIT = """
import sys
from broadcaster import language
from broadcaster.cli.app import commands
language.use("zh_CN")
commands(["tui"])
import broadcaster.tui.app, broadcaster.desk.remote, broadcaster.desk.today
print(*sys.modules)
"""


def test_a_terminal_that_visits_over_the_api_reads_no_database_no_audio_and_no_other_command_into_memory():
    run = subprocess.run([sys.executable, "-c", VISIT], capture_output=True, text=True, check=True)
    read = set(run.stdout.split())
    assert not {*HEAVY, *OTHERS} & read
    assert "textual.app" in read
