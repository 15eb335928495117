"""What all tests share: English texts wherever they run, and how Hypothesis searches."""

import os

from hypothesis import settings

os.environ["LANGUAGE"] = "en"  # also for the processes that tests start
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")
