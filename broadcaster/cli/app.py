"""The frame of the command line: global options, the nouns, its language, and what becomes of an error.

Exit codes: 0 done, 1 refused or failed, 2 the command line was not understood. Help is the English docstrings,
translated when the tree of commands stands. What costs time to import is imported by the command that needs it.
"""

import importlib
import logging
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial, wraps
from inspect import unwrap
from io import TextIOWrapper
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer
from typer.exceptions import TyperException

from broadcaster import language
from broadcaster.cli import misread, placeholder
from broadcaster.cli.caller import Caller
from broadcaster.desk.errors import DeskError
from broadcaster.language import N_, _
from broadcaster.obstacles import obstacle
from broadcaster.words import facts_said
from devices.software import SOFTWARE

PROGRAM = "broadcaster"

NOUNS = (
    "area",
    "endpoint",
    "line",
    "recording",
    "notice",
    "playlist",
    "plan",
    "alert",
    "calendar",
    "ticket",
    "incident",
    "crew",
    "maintenance",
    "storm",
    "dispatch",
    "document",
    "user",
    "token",
    "audit",
)  # each a module beside this one, with verbs of its own
DEEDS: Mapping[str, str] = {
    "run": "run",
    "tui": "tui",
    "doctor": "doctor",
    "backup": "backup",
    "restore": "backup",
    "ledger": "ledger",
    "coverage": "ledger",
    "indices": "indices",
    "deadman": "deadman",
    "hub": "line",
    "rehearse": "rehearse",
}  # a command → the module that has a function of its name
NAMES = (*NOUNS, *DEEDS)
_ALONE = ("--help", "--version")  # options before the command that take no value


def broadcaster(
    context: typer.Context,
    county: Annotated[
        Path, typer.Option(envvar="BROADCASTER_COUNTY", help="The county's data directory.")
    ] = Path("county"),
    who: Annotated[
        str | None, typer.Option("--as", metavar="USER", envvar="BROADCASTER_AS", help="Who orders.")
    ] = None,
    controller: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            envvar="BROADCASTER_CONTROLLER",
            help="A controller on another machine, with your token in BROADCASTER_TOKEN.",
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="TABLE.KEY=VALUE", help="Change a setting for this time."),
    ] = None,
    speak: Annotated[
        Literal["en", "zh_CN"] | None, typer.Option("--language", help="The language of what is printed.")
    ] = None,
    version: Annotated[bool, typer.Option("--version", help="Print the program's version.")] = False,
) -> None:
    """Plans, pushes, plays and proves village broadcasts. Without a command it runs a sample county."""
    if version:
        print(SOFTWARE)
        raise typer.Exit
    options = _pairs(settings or []) | ({"county.language": speak} if speak else {})
    context.obj = Caller(county=county, who=who, controller=controller, options=options)
    if context.invoked_subcommand is None:
        from broadcaster.cli.run import run_sample

        run_sample(context)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs one command line and exits."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without Chinese ends no command
    logging.getLogger("broadcaster").addHandler(logging.NullHandler())  # a person reads what `complain` says
    language.use(_asked_language(given) or language.preferred(os.environ))
    tree = commands(_named(given))
    try:
        code = tree(given, prog_name=PROGRAM, standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except TyperException as error:
        print("\n".join(misread.lines(error, tree, given)), file=sys.stderr)
        sys.exit(error.exit_code)
    except typer.Abort:
        print(_("Nothing was done."), file=sys.stderr)
    except DeskError as error:
        complain(error)
    except OSError as error:
        complain(DeskError(N_("{file}: {reason}"), file=error.filename or PROGRAM, reason=obstacle(error)))
    sys.exit(1)


def complain(error: DeskError) -> None:
    """Tells a person what went wrong, on stderr and in their language."""
    print(_(error.message).format_map(facts_said(error.facts)), file=sys.stderr)
    for problem in error.problems:
        print(
            f"  {problem.where}: {_(problem.message).format_map(facts_said(problem.facts))}", file=sys.stderr
        )


def commands(names: Iterable[str] = NAMES) -> Any:
    """The tree of these commands, with its help in the language in use."""
    app = typer.Typer(invoke_without_command=True, pretty_exceptions_enable=False, add_completion=False)
    app.callback()(broadcaster)
    for name in names:
        module = importlib.import_module(f"broadcaster.cli.{DEEDS.get(name, name)}")
        if name in DEEDS:
            app.command(name)(getattr(module, name))
        else:
            app.add_typer(module.app, name=name)
    tree = typer.main.get_command(app)
    _translate(tree)
    return tree


def _named(arguments: Sequence[str]) -> Sequence[str]:
    """The command that is meant; all of them where none has that name, so that the nearest can be told."""
    words = iter(arguments)
    for word in words:
        if not word.startswith("-"):
            return (word,) if word in NAMES else NAMES
        if "=" not in word and word not in _ALONE:
            next(words, None)  # its value
    return NAMES


def _print_help(command: Any, context: Any, formatter: Any) -> None:
    from typer import rich_utils  # takes a tenth of a second to be read

    rich_utils.ARGUMENTS_PANEL_TITLE = _("Arguments")
    rich_utils.OPTIONS_PANEL_TITLE = _("Options")
    rich_utils.COMMANDS_PANEL_TITLE = _("Commands")
    rich_utils.DEFAULT_STRING = _("[default: {}]")
    rich_utils.ENVVAR_STRING = _("[env var: {}]")
    rich_utils.REQUIRED_LONG_STRING = _("[required]")
    rich_utils._make_rich_text = _folding(unwrap(rich_utils._make_rich_text))
    type(command).format_help(command, context, formatter)


def _folding(make: Callable[..., Any]) -> Callable[..., Any]:
    """Texts of the help that go on in the next row: a Chinese sentence is one word, and would be cut off."""

    @wraps(make)
    def folding(**given: Any) -> Any:
        text = make(**given)
        text.overflow = "fold"
        return text

    return folding


def _translate(command: Any) -> None:
    context = typer.Context(command)
    help_option = command.get_help_option(context)
    help_option.help = _("Show this message and exit.")
    command.get_usage = misread.usage
    command.format_help = partial(_print_help, command)
    for part in (help_option, *command.params):
        placeholder.settle(part, context)
    for part in (command, *command.params):
        if getattr(part, "help", None):
            part.help = _(part.help)
        if isinstance(getattr(part, "rich_help_panel", None), str):
            part.rich_help_panel = _(part.rich_help_panel)
    for each in getattr(command, "commands", {}).values():
        _translate(each)


def _asked_language(arguments: Sequence[str]) -> str | None:
    """What `--language` says, needed before the command line can be read; a wrong one is refused when it is."""
    asked = [value for name, value in pairwise(arguments) if name == "--language"]
    asked += [each.partition("=")[2] for each in arguments if each.startswith("--language=")]
    return next((each for each in asked if each in language.LANGUAGES), None)


def _pairs(settings: Sequence[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in settings]
    wrong = [key for key, equals, _value in pairs if not equals]
    if wrong:
        raise typer.BadParameter(_("expected TABLE.KEY=VALUE, got {got}").format(got=wrong[0]))
    return {key: value for key, _equals, value in pairs}
