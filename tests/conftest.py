"""What all tests share: English texts and no width wherever they run, and how Hypothesis searches."""

import os

from hypothesis import settings

os.environ["LANGUAGE"] = "en"  # also for the processes that tests start
os.environ.pop("COLUMNS", None)
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")
