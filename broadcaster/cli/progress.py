"""Progress of long work, drawn on stderr where a person watches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[float], None]


@contextmanager
def bar(title: str) -> Iterator[Report]:
    """A bar for one piece of work; what the block is given takes the share that is done, from 0 to 1."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.table import Column

    told = TextColumn("{task.description}", markup=False, table_column=Column(ratio=1, no_wrap=True))
    progress = Progress(
        told,
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    with progress:
        task = progress.add_task(title, total=None)
        yield lambda share: progress.update(task, completed=share, total=1.0)
