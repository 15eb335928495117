"""`python3 -m broadcaster`: sets itself up where needed, then runs the command line."""

from broadcaster import bootstrap


def main() -> None:
    """The program; also the console script of an installed package."""
    bootstrap.enter()
    from broadcaster.cli.app import main as command_line

    command_line()


if __name__ == "__main__":
    main()
