"""The door of the face: what no question takes is refused by the name of its argument, before it goes anywhere.

Lives here: `guarded` and `checked`, which go by what a signature says. May enter: functions, values of any kind.
Never here: what a value means (criteria, inputs, ids), whether there is a record of that name (snapshot).
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, wraps
from inspect import Parameter, getattr_static, isfunction, signature
from os import PathLike, fspath
from pathlib import Path
from types import MappingProxyType, NoneType, SimpleNamespace, UnionType
from typing import Any, TypeAlias, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from kg.errors import InputError
from kg.meant import unknown

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
Fits: TypeAlias = Callable[[Any], bool]
NAME_BYTES, PATH_BYTES, BITS_SHOWN = 255, 4_095, 200
"""The longest name of a file and the longest path that common systems take; larger numbers are not written out."""
_HELD = (list, tuple, set, frozenset)
_LISTS = {Sequence, Iterable}


def guarded(**gathered: Iterable[str]) -> Callable[[type[T]], type[T]]:
    """Check what every public method of a class is called with, those that it inherits included.

    Args:
        gathered: By what a method calls the keywords that it gathers (`criteria` of `**criteria`), which these may be.
    """

    def guard(face: type[T]) -> type[T]:
        for name in dir(face):
            method = getattr_static(face, name)
            if isfunction(method) and not name.startswith("_"):
                setattr(face, name, checked(method, gathered))
        return face

    return guard


def checked(function: F, gathered: Mapping[str, Iterable[str]] = MappingProxyType({})) -> F:
    """Check what a function is called with against its signature; what is annotated `Any` it parses itself.

    Args:
        function: Of the face, or of a class that becomes one.
        gathered: As `guarded`; keywords under another name go through unchecked.

    Raises:
        InputError: names the argument, says what was given and what is expected.

    Cost: half a microsecond an argument; the signature is read at the first call.

    Example:
        >>> @checked
        ... def greet(name: str, times: int | None = None) -> str:
        ...     return name
        >>> greet("Ann", times=3)
        'Ann'
        >>> greet("Ann", times="3")
        Traceback (most recent call last):
        ...
        kg.errors.InputError: times: '3' (of type str) is not a whole number (give a whole number, or leave it out)
    """

    @cache
    def expected() -> tuple[tuple[str, ...], Mapping[str, tuple[Fits, Any]], Mapping[str, None]]:
        hints, parameters = _hints(function), signature(function).parameters
        wanted = {name: (_fits(hint), hint) for name, hint in hints.items()}
        return tuple(parameters), wanted, dict.fromkeys(_taken(parameters.values(), gathered))

    @wraps(function)
    def called(*given: Any, **named: Any) -> Any:
        order, wanted, taken = expected()
        for name in named if taken else ():
            if name not in taken:
                raise unknown(name, taken, f"parameter of `{function.__name__}`")
        for name, value in (*zip(order, given, strict=False), *named.items()):
            if name in wanted and not wanted[name][0](value):
                raise _refusal(name, value, wanted[name][1])
        return function(*given, **named)

    return cast(F, called)


def _taken(parameters: Iterable[Parameter], gathered: Mapping[str, Iterable[str]]) -> list[str]:
    """Return all keywords that a method takes, its own first; none where it gathers some that are not told."""
    own, more = [], []
    for one in parameters:
        if one.kind is one.VAR_KEYWORD:
            more = list(gathered.get(one.name, ()))
        elif one.name != "self":
            own.append(one.name)
    return [*own, *more] if more else []


class _Short(reprlib.Repr):
    """Shows a value cut short; a number that Python does not write out by its size."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 80

    def repr_int(self, x: int, level: int) -> str:  # noqa: ARG002 - its signature is given
        """Return a number in digits, unless there are thousands of them."""
        return f"a number of {x.bit_length()} bits" if x.bit_length() > BITS_SHOWN else repr(x)


def shown(value: object) -> str:
    """Return a value as a message shows it: cut short, whatever it is.

    Example:
        >>> shown("x" * 100), shown([10**5000])
        ("'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'", '[a number of 16610 bits]')
    """
    return _Short().repr(value)


def quoted(value: object) -> str:
    """Return a value in Chinese quotation marks, as a message in Chinese shows it: cut short, whatever it is.

    Example:
        >>> quoted("soon"), quoted(7)
        ('“soon”', '“7”')
    """
    return f"“{value[:80] if isinstance(value, str) else shown(value)}”"


def _refusal(name: str, value: object, hint: Any) -> InputError:
    said, left_out = _said(hint), ", or leave it out" if NoneType in _parts(hint) else ""
    if isinstance(value, str) and not _is_text(value):
        return InputError(f"{shown(value)} holds what no text holds", where=name, hint=f"give {said}{left_out}")
    what = f"{shown(value)} (of type {type(value).__name__}) is not {said}"
    return InputError(what, where=name, hint=f"give {said}{left_out}")


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Return what a function says of its parameters; a name that only a type checker knows may stand for anything."""
    known: dict[str, Any] = dict(getattr(function, "__globals__", {}))
    found: dict[str, Any] = {}
    for name, parameter in signature(function).parameters.items():
        said = parameter.annotation
        while name not in found and said is not parameter.empty and parameter.kind is not parameter.VAR_KEYWORD:
            try:
                found |= get_type_hints(SimpleNamespace(__annotations__={name: said}), known)
            except NameError as unknown:
                known[str(unknown.name)] = Any
    return {name: hint for name, hint in found.items() if hint is not Any}


def _parts(hint: Any) -> tuple[Any, ...]:
    """Return what a hint allows; a text that may be a path is one."""
    parts = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
    return tuple(one for one in parts if one is not str) if Path in parts else parts


def _fits(hint: Any) -> Fits:
    tests = [_fits_one(one) for one in _parts(hint)]
    return tests[0] if len(tests) == 1 else lambda value: any(test(value) for test in tests)


def _fits_one(hint: Any) -> Fits:
    origin = get_origin(hint) or hint
    if origin in _LISTS:
        inner = _fits(*get_args(hint))
        return lambda value: is_listed(value) and (not isinstance(value, _HELD) or all(map(inner, value)))
    if origin is Mapping:
        named = _fits((*get_args(hint), Any)[0])
        return lambda value: isinstance(value, Mapping) and all(map(named, value))
    if origin in _KNOWN:
        return _KNOWN[origin][0]
    if origin is Any or not isinstance(origin, type):
        return lambda _: True
    return lambda value: isinstance(value, origin)


def _said(hint: Any, *, several: bool = False) -> str:
    """Return what a hint allows in words, apart from None."""
    words = []
    for one in _parts(hint):
        origin = get_origin(one) or one
        if origin in _LISTS:
            words.append(f"a list of {_said(*get_args(one), several=True)}")
        elif origin in _KNOWN:
            _, single, plural = _KNOWN[origin]
            words.append(plural if several else single)
        elif origin is not NoneType:
            name = str(getattr(origin, "__name__", origin))
            words.append(name if several else f"{'an' if name[0] in 'AEIO' else 'a'} {name}")
    return " or ".join(dict.fromkeys(words))


def _is_text(value: Any) -> bool:
    """Say whether a value is a text that can be kept: without NUL, and without halves of characters."""
    return isinstance(value, str) and "\0" not in value and (value.isascii() or not _has_half(value))


def _has_half(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


def _is_path(value: Any) -> bool:
    text = fspath(value) if isinstance(value, str | PathLike) else None
    if not _is_text(text):
        return False
    parts = Path(str(text)).parts
    return len(str(text).encode()) <= PATH_BYTES and all(len(one.encode()) <= NAME_BYTES for one in parts)


def is_listed(value: Any) -> bool:
    """Say whether a value is a list, a tuple, a set or the like: several things, and no text."""
    return isinstance(value, Iterable) and not isinstance(value, str | bytes | bytearray | Mapping)


# What stands for a hint: whether a value fits, what it is called, and what several of it are called.
_KNOWN: dict[Any, tuple[Fits, str, str]] = {
    str: (_is_text, "a text", "texts"),
    int: (lambda value: isinstance(value, int) and not isinstance(value, bool), "a whole number", "whole numbers"),
    bool: (lambda value: isinstance(value, bool), "True or False", "True or False"),
    Path: (_is_path, "the path of a file or folder", "paths of files or folders"),
    Mapping: (lambda value: isinstance(value, Mapping), "a mapping of names to values", "mappings of names to values"),
    Callable: (callable, "a function", "functions"),
}
