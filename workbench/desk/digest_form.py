"""Whether a digest is of the form of its schema, told fast.

To walk a schema with jsonschema takes longer than all else that is done with a digest. So the
schema is made into functions once. They say yes or that they do not know: what they do not pass is
for jsonschema to judge, and to say what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any, Final

Check = Callable[[Any], bool]

# The types that surely are of a name; 1.0 is an integer too, which jsonschema says.
TYPES: Final[Mapping[str, frozenset[type]]] = {
    "object": frozenset({dict}),
    "array": frozenset({list}),
    "string": frozenset({str}),
    "number": frozenset({int, float}),
    "integer": frozenset({int}),
    "boolean": frozenset({bool}),
    "null": frozenset({NoneType}),
}
# What says nothing of the form; a time is read by who takes the digest.
SILENT: Final = frozenset({"$schema", "$defs", "title", "description", "format"})
MEMBERS: Final = frozenset({"properties", "required", "additionalProperties"})


def form_of(schema: Mapping[str, Any]) -> Check:
    """What tells whether a value is surely of a schema, in which no part refers to another.

    Raises:
        KeyError: The schema has a keyword that is not known here.
    """
    words = schema.keys() - SILENT
    checks = [MADE[word](schema[word]) for word in sorted(words - MEMBERS, key=_first_type)]
    if words & MEMBERS:
        checks.append(_members(schema))
    return _all(checks)


def _first_type(word: str) -> tuple[bool, str]:
    return word != "type", word


def _all(checks: list[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]
    return lambda value: all(check(value) for check in checks)


def _type(names: str | list[str]) -> Check:
    several = [names] if isinstance(names, str) else names
    allowed = frozenset().union(*(TYPES[name] for name in several))
    return lambda value: type(value) in allowed


def _one_of(allowed: list[Any]) -> Check:
    pairs = [(type(each), each) for each in allowed]  # True is no 1
    return lambda value: (type(value), value) in pairs


def _length(kind: type[str] | type[list[Any]], judge: Callable[[int], bool]) -> Check:
    def check(value: Any) -> bool:
        return not isinstance(value, kind) or judge(len(value))

    return check


def _number(judge: Callable[[float], bool]) -> Check:
    return lambda value: type(value) not in TYPES["number"] or judge(value)


def _pattern(pattern: str) -> Check:
    search = re.compile(pattern).search
    return lambda value: type(value) is not str or search(value) is not None


def _items(schema: Mapping[str, Any]) -> Check:
    check = form_of(schema)
    return lambda value: type(value) is not list or all(map(check, value))


def _members(schema: Mapping[str, Any]) -> Check:
    known = {name: form_of(part) for name, part in schema.get("properties", {}).items()}
    needed = frozenset(schema.get("required", ()))
    other = form_of(schema.get("additionalProperties", {}))

    def check(value: Any) -> bool:
        if type(value) is not dict:
            return True
        if not needed <= value.keys():
            return False
        return all(known.get(name, other)(each) for name, each in value.items())

    return check


# Keyword -> what makes a check of what stands behind it.
MADE: Final[Mapping[str, Callable[[Any], Check]]] = {
    "type": _type,
    "const": lambda value: _one_of([value]),
    "enum": _one_of,
    "pattern": _pattern,
    "items": _items,
    "minItems": lambda least: _length(list, lambda size: size >= least),
    "maxItems": lambda most: _length(list, lambda size: size <= most),
    "minLength": lambda least: _length(str, lambda size: size >= least),
    "maxLength": lambda most: _length(str, lambda size: size <= most),
    "minimum": lambda least: _number(lambda value: value >= least),
    "maximum": lambda most: _number(lambda value: value <= most),
    "exclusiveMinimum": lambda least: _number(lambda value: value > least),
}
