"""`python3 -m broadcaster`: sets itself up where needed, then runs the command line."""

import sys

from broadcaster import bootstrap


def main() -> None:
    """The program; also the console script of an installed package."""
    try:
        bootstrap.enter()
        from broadcaster.cli.app import main as command_line

        command_line()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
