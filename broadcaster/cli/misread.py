"""Misread: a command line that was not understood, in the words of who typed it: what is wrong, and where help is.

Its parts are found by what typer's errors carry; of those that carry nothing but an English text, by that text. A text
that is none of these is said as it is.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from broadcaster.language import N_, _
from broadcaster.misfits import sentence_of

_SAID: Mapping[str, str] = {
    r"Missing command\.": N_("a command is missing"),
    r"No such command '(?P<got>.+?)'\.": N_("there is no command {got}"),
    r"No such command '(?P<got>.+?)'\. Did you mean (?P<near>.+)\?": N_(
        "there is no command {got}; did you mean {near}?"
    ),
    r"Got unexpected extra argument\(s\) \((?P<got>.+)\)": N_("nothing more is expected; got {got}"),
    r"Option '(?P<name>.+)' requires an argument\.": N_("option {name} needs a value"),
    r"Option '(?P<name>.+)' does not take a value\.": N_("option {name} takes no value"),
    r"(?i:file|directory|path) '(?P<got>.+)' does not exist\.": N_("there is no {got}"),
    r"(?i:file|directory|path) '(?P<got>.+)' is a directory\.": N_("expected a file; {got} is a directory"),
    r"(?i:file|directory|path) '(?P<got>.+)' is a file\.": N_("expected a directory; {got} is a file"),
    r"(?i:file|directory|path) '(?P<got>.+)' is not readable\.": N_("{got} may not be read by you"),
    r"(?i:file|directory|path) '(?P<got>.+)' is not writable\.": N_("{got} may not be written by you"),
}
_PATTERNS = tuple((re.compile(pattern, re.DOTALL), sentence) for pattern, sentence in _SAID.items())


def lines(error: Any, tree: Any, given: Sequence[str]) -> Iterator[str]:
    """What people are told, on `tree` with the arguments `given`: command and mistake, then usage and where help is."""
    kind = type(error).__name__
    if kind == "NoArgsIsHelpError":
        return  # its help has been printed
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else _path(tree, given)
    say = _BY_KIND.get(kind, _by_text)
    yield _("{command}: {mistake}").format(command=command, mistake=say(error))
    if context is not None:
        yield usage(context)
    yield _("Help: {command}").format(command=f"{command} --help")


def usage(context: Any) -> str:
    """The line that shows how a command is called."""
    pieces = " ".join(context.command.collect_usage_pieces(context))
    pieces = (
        pieces.replace("[[", "[").replace("]]", "]").replace("{", "").replace("}", "").replace("…...", "…")
    )
    pieces = pieces.replace("[OPTIONS]", _("[OPTIONS]")).replace("COMMAND [ARGS]...", _("COMMAND [ARGS]..."))
    return _("Usage: {command}").format(command=f"{context.command_path} {pieces}")


def _missing(error: Any) -> str:
    parameter = error.param
    if parameter is None:
        return _by_text(error)
    help = getattr(parameter, "help", None)
    if help:
        return _("{name} is missing: {help}").format(name=_name(parameter), help=help)
    return _("{name} is missing").format(name=_name(parameter))


def _no_option(error: Any) -> str:
    near = ", ".join(sorted(error.possibilities or ()))
    if near:
        return _("there is no option {got}; did you mean {near}?").format(got=error.option_name, near=near)
    return _("there is no option {got}").format(got=error.option_name)


def _bad_value(error: Any) -> str:
    found = getattr(error.__cause__, "errors", None)
    if found is not None:  # pydantic's
        sentence, facts = sentence_of(found()[0])
        mistake = _(sentence).format_map(facts)
    else:
        mistake = _by_text(error)
    name = error.param_hint or (_name(error.param) if error.param is not None else "")
    return _("{name}: {mistake}").format(name=name, mistake=mistake) if name else mistake


def _by_text(error: Any) -> str:
    for pattern, sentence in _PATTERNS:
        if fits := pattern.fullmatch(error.message):
            return _(sentence).format_map(
                {name: said.replace("'", "") for name, said in fits.groupdict().items()}
            )
    return str(error.message)


_BY_KIND: Mapping[str, Callable[[Any], str]] = {
    "MissingParameter": _missing,
    "NoSuchOption": _no_option,
    "BadParameter": _bad_value,
}


def _name(parameter: Any) -> str:
    """What people type or see for it: `--days`, or `PLACE`."""
    hint: str = parameter.get_error_hint()
    return hint.replace("'", "").strip("[]…")


def _path(tree: Any, given: Sequence[str]) -> str:
    """The command that the arguments name, as far as they name one."""
    names = ["broadcaster"]
    for word in given:
        if word in getattr(tree, "commands", {}):
            tree = tree.commands[word]
            names.append(word)
    return " ".join(names)
