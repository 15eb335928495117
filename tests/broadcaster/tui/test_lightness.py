"""What the first screen needs: the rest is read from the disk while one looks at it."""

import subprocess
import sys

HEAVY = ("sqlalchemy", "sqlmodel", "alembic", "numpy", "av", "pypinyin", "holidays")
VISIT = """
import sys
import broadcaster.cli.app, broadcaster.tui.app, broadcaster.desk.remote, broadcaster.desk.today
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_a_terminal_that_visits_over_the_api_reads_no_database_and_no_audio_into_memory():
    read = subprocess.run([sys.executable, "-c", VISIT], capture_output=True, text=True, check=True)
    assert not set(HEAVY) & set(read.stdout.split())
    assert "textual" in read.stdout
