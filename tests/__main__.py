"""`python3 -m tests [pytest arguments]`: sets up what the tests need, then runs them."""

import sys

from broadcaster import bootstrap


def main() -> int:
    """Pytest's exit code."""
    bootstrap.enter("test")
    import pytest

    return pytest.main(sys.argv[1:] or ["-n", "2"])


if __name__ == "__main__":
    sys.exit(main())
