"""Options that stand in a dataclass, so that several commands take the same ones, and a TOML file may say them."""

import inspect
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from broadcaster.desk.errors import Invalid, Problem
from broadcaster.language import N_

Options = TypeVar("Options")


def flat(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose parameters of a dataclass's type are, on the command line, one option for each of its fields."""
    hints = get_type_hints(command, include_extras=True)
    names = list(inspect.signature(command).parameters)
    spread = {name: hints[name] for name in names if is_dataclass(hints[name])}
    parameters = [
        each
        for name in names
        for each in (_spread(hints[name]) if name in spread else _kept(command, name, hints))
    ]

    @wraps(command)
    def flattened(**given: Any) -> None:
        for name, options in spread.items():
            given[name] = options(**{each.name: given.pop(each.name) for each in fields(options)})
        command(**given)

    flattened.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    flattened.__annotations__ = {each.name: each.annotation for each in parameters}
    return flattened


def with_file(options: Options, file: Path | None) -> Options:
    """The options with what a TOML file says where the command line says nothing; a key is an option without its dashes."""
    if file is None:
        return options
    from pydantic import TypeAdapter, ValidationError

    from broadcaster.desk.problems import problems_of

    names = {
        _key(hint, name): name for name, hint in get_type_hints(type(options), include_extras=True).items()
    }
    said = _read(file)
    unknown = [_unknown(file, key, names) for key in said if key not in names]
    if unknown:
        raise Invalid(N_("The file has keys that mean nothing here."), *unknown)
    told = {each.name: getattr(options, each.name) for each in fields(options)}  # type: ignore[arg-type]
    in_file = {names[key]: value for key, value in said.items()}
    merged = {name: in_file.get(name) if value is None else value for name, value in told.items()}
    try:
        return TypeAdapter(type(options)).validate_python(merged)
    except ValidationError as error:
        raise Invalid(N_("The file cannot be used."), *problems_of(error.errors())) from None


def _spread(options: type) -> list[inspect.Parameter]:
    """Its own fields before those of the classes that it extends, as people read help from the top."""
    hints = get_type_hints(options, include_extras=True)
    own_first = [name for each in options.__mro__ for name in vars(each).get("__annotations__", {})]
    defaults = {each.name: each.default for each in fields(options)}
    return [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=defaults[name], annotation=hints[name]
        )
        for name in own_first
    ]


def _kept(command: Callable[..., None], name: str, hints: Mapping[str, Any]) -> list[inspect.Parameter]:
    parameter = inspect.signature(command).parameters[name]
    return [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[name])]


def _key(hint: Any, name: str) -> str:
    """What an option is called in a file: its first name without dashes, or the field's."""
    first = hint.__metadata__[
        0
    ].default  # where typer keeps the first name, as there is no default in `Annotated`
    return (
        str(first if isinstance(first, str) else name).partition("/")[0].removeprefix("--").replace("-", "_")
    )


def _read(file: Path) -> dict[str, Any]:
    try:
        return {key: _plain(value) for key, value in tomllib.loads(file.read_text("utf-8")).items()}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problem = Problem(where=str(file), message=N_("not TOML: {error}"), facts={"error": str(error)})
        raise Invalid(N_("The file cannot be used."), problem) from error


def _plain(value: Any) -> Any:
    """TOML's own dates and times as people write them on a command line."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _unknown(file: Path, key: str, names: Mapping[str, str]) -> Problem:
    facts = {"known": ", ".join(sorted(names))}
    return Problem(where=f"{file}, {key}", message=N_("no such key; there are {known}"), facts=facts)
