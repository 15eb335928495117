"""The door: one definition of what a person may ask and order, in process and over the HTTP API alike.

A noun of the desk is a class of plain typed methods, each marked as a question or an order. A desk's nouns
stand before a `Door`, which carries a call to where it is answered: `desk/house.py` answers in this process,
`desk/remote.py` asks a running controller, which serves `api/app.py`. All three know only the marks.

    class Notices(Noun):
        @order("POST", "/notices/{notice}/submit", right=Right.EDIT)
        def submit(self, ctx: Context, notice: str, comment: str = "") -> NoticeView:
            '''Hand a draft in for approval.'''

    desk.notices.submit(notice="n-1")
"""

import importlib
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Concatenate,
    Generic,
    Literal,
    ParamSpec,
    Protocol,
    Self,
    TypeVar,
    cast,
    get_type_hints,
    overload,
)

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    SecretStr,
    TypeAdapter,
    ValidationError,
    create_model,
)

from broadcaster.desk.bounds import beyond
from broadcaster.desk.errors import Invalid
from broadcaster.desk.files import Upload
from broadcaster.desk.problems import problems_of
from broadcaster.language import N_
from schedules.places import Place, place

if TYPE_CHECKING:
    from broadcaster.desk.house import Context
    from broadcaster.house import CountyHouse

P = ParamSpec("P")
R = TypeVar("R")
Verb = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


class Door(Protocol):
    """Carries calls to where they are answered."""

    def carry(self, entry: "Entry[..., R]", arguments: Mapping[str, object]) -> R:
        """The answer; a DeskError where there is none."""


class Noun:
    """One kind of thing at the desk; subclasses mark their methods with `question` and `order`."""

    def __init__(self, door: Door) -> None:
        self._door = door


class Desk:
    """What a person stands at. A subclass names its nouns, as in `notices: Notices`.

    A noun is loaded when it is first spoken of, so that a terminal need not wait for those that it does not ask. One whose
    class is named in quotes lies in the module beside the desk that has the attribute's name.
    """

    def __init__(self, door: Door) -> None:
        self._door = door

    if not TYPE_CHECKING:  # a checker knows the nouns by their names and no others

        def __getattr__(self, name: str) -> Noun:
            noun = type(self).noun(name)
            if noun is None:
                raise AttributeError(f"{type(self).__name__} has no noun {name!r}")
            standing = self.__dict__[name] = noun(self._door)
            return standing

    @classmethod
    def noun(cls, name: str) -> type[Noun] | None:
        """The class of a noun, or None where there is none of this name."""
        hint = cls.__annotations__.get(name)
        if not isinstance(hint, str):
            return hint if isinstance(hint, type) else None
        module = f"{cls.__module__.rpartition('.')[0]}.{name}"
        return cast(type[Noun], getattr(importlib.import_module(module), hint))


class Entry(Generic[P, R]):
    """A question or an order: the method that answers it, where the API has it, and the right it takes.

    `places` names the parameter that holds the places concerned. A method that learns of them only while it
    works asks `ctx.require` itself; an order does one or the other.
    """

    def __init__(
        self,
        answer: "Callable[Concatenate[Any, Context, P], R]",
        *,
        verb: Verb,
        path: str,
        right: StrEnum,
        places: str | None,
        is_order: bool,
    ) -> None:
        self.answer, self.verb, self.path, self.right = answer, verb, path, right
        self.places, self.is_order = places, is_order
        self.work: Callable[..., object] | None = None
        self.parameters = dict(list(inspect.signature(answer).parameters.items())[2:])
        missing = {*self.path_parameters, *([places] if places else [])} - self.parameters.keys()
        if missing:
            raise TypeError(f"{answer.__qualname__} does not take {sorted(missing)} of its path or places")

    def beforehand(self, work: "Callable[Concatenate[CountyHouse, P], object]") -> None:
        """Long work of an order, done before its transaction begins, so that nobody waits; its result is `ctx.prepared`."""
        self.work = work

    def __set_name__(self, noun: type[Noun], name: str) -> None:
        self.noun = noun
        self.name = f"{noun.__name__.lower()}.{name}"  # notices.submit: in the audit trail and the API

    @overload
    def __get__(self, noun: None, owner: type[Noun]) -> Self: ...
    @overload
    def __get__(self, noun: Noun, owner: type[Noun]) -> Callable[P, R]: ...
    def __get__(self, noun: Noun | None, owner: type[Noun]) -> Self | Callable[P, R]:
        if noun is None:
            return self

        def through_the_door(*args: P.args, **kwargs: P.kwargs) -> R:
            given = inspect.Signature(list(self.parameters.values())).bind(*args, **kwargs)
            return noun._door.carry(self, given.arguments)

        return through_the_door

    @property
    def path_parameters(self) -> tuple[str, ...]:
        """The parameters that stand in the path."""
        return tuple(re.findall(r"{(\w+)}", self.path))

    @property
    def uploads(self) -> tuple[str, ...]:
        """The parameters that are files handed in."""
        return tuple(name for name in self.parameters if self.hints[name] in (Upload, Upload | None))

    @property
    def contract(self) -> str:
        """The first line of the method's docstring."""
        return (inspect.getdoc(self.answer) or "").partition("\n")[0]

    @cached_property
    def hints(self) -> dict[str, Any]:
        """Types of the parameters and of the `return`."""
        return get_type_hints(self.answer, include_extras=True)

    @cached_property
    def answer_type(self) -> TypeAdapter[R]:
        """Reads and writes the answer."""
        return TypeAdapter(self.hints["return"])

    def checked(self, given: Mapping[str, object]) -> dict[str, Any]:
        """The arguments by their declared types, defaults filled in; Invalid names what does not fit."""
        try:
            model = self._model.model_validate(given)
        except ValidationError as error:
            raise Invalid(N_("The input cannot be used."), *problems_of(error.errors())) from None
        arguments = {name: getattr(model, name) for name in self.parameters}
        if problems := tuple(beyond(arguments)):
            raise Invalid(N_("The input cannot be used."), *problems)
        return arguments

    def plain(self, arguments: Mapping[str, Any], *, with_secrets: bool = False) -> dict[str, Any]:
        """Checked arguments as JSON values; a secret is stars, unless the other end is to know it."""
        values: dict[str, Any] = self._model.model_construct(**arguments).model_dump(mode="json")
        secrets = {
            name: value for name, value in arguments.items() if isinstance(value, SecretStr) and with_secrets
        }
        return values | {name: secret.get_secret_value() for name, secret in secrets.items()}

    def places_in(self, arguments: Mapping[str, Any]) -> tuple[Place, ...]:
        """The places that the arguments name."""
        named = arguments[self.places] if self.places else ()
        return (Place(named),) if isinstance(named, str) else tuple(named)

    def subject_in(self, arguments: Mapping[str, Any]) -> str:
        """The id of what the call is about: what stands first in the path."""
        return str(arguments[self.path_parameters[0]]) if self.path_parameters else ""

    @cached_property
    def _model(self) -> type[BaseModel]:
        fields: dict[str, Any] = {
            name: (
                _with_places(self.hints[name]),
                ... if parameter.default is parameter.empty else parameter.default,
            )
            for name, parameter in self.parameters.items()
        }
        config = ConfigDict(
            extra="forbid", revalidate_instances="always"
        )  # callers in process are checked too
        return create_model(self.name, __config__=config, **fields)


_CHECKED_PLACE = Annotated[str, AfterValidator(place)]


def _with_places(hint: Any) -> Any:
    """The type of an argument, in which places are places: what is stored as one is counted upon to be one."""
    if hint is Place:
        return _CHECKED_PLACE
    if hint == Place | None:
        return _CHECKED_PLACE | None
    return tuple[_CHECKED_PLACE, ...] if hint == tuple[Place, ...] else hint


def question(
    verb: Verb, path: str, *, right: StrEnum, places: str | None = None
) -> "Callable[[Callable[Concatenate[Any, Context, P], R]], Entry[P, R]]":
    """Marks a method that changes nothing."""
    return lambda answer: Entry(answer, verb=verb, path=path, right=right, places=places, is_order=False)


def order(
    verb: Verb, path: str, *, right: StrEnum, places: str | None = None
) -> "Callable[[Callable[Concatenate[Any, Context, P], R]], Entry[P, R]]":
    """Marks a method that changes something: it runs in one transaction together with its audit row."""
    return lambda answer: Entry(answer, verb=verb, path=path, right=right, places=places, is_order=True)


def entries(desk: type[Desk]) -> Iterator[Entry[..., Any]]:
    """Every question and order of a desk, by noun, in the order of their definition."""
    for noun in filter(None, map(desk.noun, desk.__annotations__)):
        yield from (each for each in vars(noun).values() if isinstance(each, Entry))
