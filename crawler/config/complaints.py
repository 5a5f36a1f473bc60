"""What is wrong about a configuration file, in sentences that name file, table, key and remedy.

Values are repeated only where none of them can be a secret.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from crawler.config.model import File

SECRET = re.compile(r"secret|passw|token|access_?key|credential|private_?key", re.I)
"""Keys whose values are secrets wherever they stand."""
PRIVATE = re.compile(rf"url$|endpoint|http|proxy|header|cookie|{SECRET.pattern}", re.I)
"""Keys whose values may hold a token or a password; they are never repeated."""

_KINDS = {
    "string": 'a text in quotes, as in "…"',
    "int": "a whole number without quotes",
    "float": "a number without quotes",
    "bool": "true or false, without quotes",
    "list": 'a list, as in ["…", "…"]',
    "tuple": 'a list, as in ["…", "…"]',
    "set": 'a list, as in ["…", "…"]',
    "dict": "a table of its own, under a line like [table]",
    "model": "a table of its own, under a line like [table]",
    "path": 'a path in quotes, as in "…"',
    "date": "a date, as in 2026-01-31",
    "datetime": "a time, as in 2026-01-31T03:00:00+08:00",
    "time": "a time of the day, as in 03:00:00",
}
_TRANSLATED = {
    "greater_than_equal": "should be at least {ge}",
    "greater_than": "should be more than {gt}",
    "less_than_equal": "should be at most {le}",
    "less_than": "should be less than {lt}",
    "literal_error": "should be {expected}",
    "enum": "should be {expected}",
    "too_short": "should have at least {min_length} in it",
    "too_long": "should have at most {max_length} in it",
    "string_too_short": "should have at least {min_length} characters",
    "string_too_long": "should have at most {max_length} characters",
}


def complaints(
    error: ValidationError, model: type[BaseModel], values: Mapping[str, Any], file: Path, table: str
) -> list[str]:
    """A sentence for each thing that is wrong about `values`, which `model` describes.

    `table`: their place in the file, "" at the top.
    """
    found: dict[str, list[str]] = {}
    for one in error.errors(include_url=False):
        names, index = _split(one["loc"], values, missing=one["type"] == "missing")
        of_table = one["type"] == "value_error" and isinstance(one["input"], dict)
        place = _place(file, table, [*names, ""] if of_table else names) + index
        said = found.setdefault(place, [])
        if (what := _what(one, model, names, table)) not in said:
            said.append(what)
    return [f"{place}: {_either(said)}" for place, said in found.items()]


def _split(loc: Sequence[int | str], values: Any, *, missing: bool) -> tuple[list[str], str]:
    """The names down to the key, and which element of a list it is.

    Of a value that may be this or that, pydantic's own names of the kinds stand there, too; they go.
    """
    names: list[str] = []
    for place, part in enumerate(loc):
        if isinstance(values, dict) and part in values:
            names.append(str(part))
            values = values[part]
        elif isinstance(values, list) and isinstance(part, int):
            return names, f", {part + 1}. of the list"
        elif missing and place == len(loc) - 1:
            names.append(str(part))
    return names, ""


def _place(file: Path, table: str, names: Sequence[str]) -> str:
    *tables, key = names or [""]
    within = ".".join([*([table] if table else []), *tables])
    return f"{file}:{f' [{within}]' if within else ''}{f' {key}' if key else ''}"


def _either(said: Sequence[str]) -> str:
    """What is said of a value that would be right in one of several ways."""
    if len(said) == 1:
        return said[0]
    *others, last = (one.removesuffix(".") for one in said)
    first = [one.partition(", not ")[0] for one in others]
    return " or ".join([*first, last.removeprefix("should be ")]) + "."


def _what(one: Any, model: type[BaseModel], names: Sequence[str], table: str) -> str:
    kind, context = one["type"], one.get("ctx", {})
    key = names[-1] if names else ""
    if kind == "extra_forbidden":
        if (table or names[:-1]) and key in File.model_fields:
            return "belongs to the top of the file. Write it above the first line with a [table]."
        return unknown(key, _fields_at(model, names[:-1]))
    if kind == "missing":
        return "missing. Add it."
    if kind == "value_error":
        return _sentence(str(context["error"]))
    if kind == "string_pattern_mismatch":
        return "its name has a character that it cannot have: use ASCII letters, digits, - and _, 40 at most."
    if kind in _TRANSLATED:
        return _sentence(_TRANSLATED[kind].format(**context) + _not(key, one["input"]))
    wanted = _KINDS.get(kind.removesuffix("_type").removesuffix("_parsing").removesuffix("_from_float"))
    return _sentence((f"should be {wanted}" if wanted else one["msg"]) + _not(key, one["input"]))


def unknown(key: str, known: Sequence[str], like: str | None = None) -> str:
    """What is said of a key that does not exist; `like`: as the nearest that does would be written."""
    if SECRET.search(key):
        return (
            "secrets do not belong into this file. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the "
            'environment, or name an AWS profile: [s3] profile = "…"; a channel\'s secret is named by '
            "password_env, url_env or url_file."
        )
    close = difflib.get_close_matches(like or key.lower().replace("-", "_"), known, n=1, cutoff=0.6)
    if close:
        return f"no such key. Did you mean {close[0]}?"
    return f"no such key. The keys here are {', '.join(known)}." if 0 < len(known) < 30 else "no such key."


def _not(key: str, value: Any) -> str:
    if PRIVATE.search(key) or isinstance(value, dict | list):
        return ""
    return f", not {json.dumps(value, ensure_ascii=False):.60}"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?")) else f"{text}."


def _fields_at(model: type[BaseModel], names: Sequence[str]) -> list[str]:
    """The keys of the table that stands at `names` below the one that `model` describes."""
    here: list[type[BaseModel]] = [model]
    for name in names:
        annotations = [one.model_fields[name].annotation for one in here if name in one.model_fields]
        if annotations:
            here = [found for annotation in annotations for found in _models(annotation)]
    return sorted({field for one in here for field in one.model_fields})


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a field's type speaks of, those of the values of a table of tables included."""
    origin = get_origin(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and origin is None:
        yield annotation
    elif origin in (Union, UnionType, Annotated):
        for argument in get_args(annotation):
            yield from _models(argument)
    elif origin is not Literal and isinstance(origin, type) and issubclass(origin, Mapping):
        yield from _models(get_args(annotation)[1])
