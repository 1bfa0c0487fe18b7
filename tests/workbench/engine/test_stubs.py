"""The recorded surface against LEAN's stubs: nothing is offered that LEAN does not have."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from types import FunctionType

import pytest

from workbench.engine import enums
from workbench.engine.algorithm import RecordedAlgorithm
from workbench.engine.enums import LeanEnum
from workbench.engine.reads import LeanObject

STUBS = (
    "__init__", "Algorithm/__init__", "Benchmarks/__init__", "Data/__init__",
    "Data/Market/__init__", "Interfaces/__init__", "Notifications/__init__",
    "Orders/__init__", "Orders/Fees/__init__",
    "Scheduling/__init__", "Securities/__init__", "Securities/Cfd/__init__",
    "Securities/Crypto/__init__", "Securities/CryptoFuture/__init__",
    "Securities/Equity/__init__", "Securities/Forex/__init__", "Securities/Future/__init__",
    "Securities/FutureOption/__init__", "Securities/Index/__init__",
    "Securities/IndexOption/__init__", "Securities/Option/__init__", "Storage/__init__",
    "Util/__init__",
)  # fmt: skip
# Classes whose stub has another name, being LEAN's interface.
NAMED = {
    "RecordedAlgorithm": "QCAlgorithm",
    "LeanDictionary": "ExtendedDictionary",
    "Benchmark": "IBenchmark",
    "InterestRateModel": "IRiskFreeInterestRateModel",
    "DateRule": "IDateRule",
    "TimeRule": "ITimeRule",
}
# NodaTime's and .NET's own, which the package has no full stubs of.
FOREIGN = {"DateTimeZone": {"id": False}, "KeyValuePair": {"key": False, "value": False}}


@functools.cache
def stubs() -> dict[str, ast.ClassDef]:
    """Every class of the stubs a tracker may meet, by name."""
    root = Path(str(distribution("quantconnect-stubs").locate_file("QuantConnect")))
    found: dict[str, ast.ClassDef] = {}
    for module in STUBS:
        for node in ast.parse((root / f"{module}.pyi").read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, node)
    return found


def members(name: str) -> dict[str, bool]:
    """What a class of the stubs offers, its bases included: whether each is called."""
    if name not in stubs():
        return {}
    found: dict[str, bool] = {}
    for base in stubs()[name].bases:
        found |= members(ast.unparse(base).partition("[")[0].rpartition(".")[2])
    for node in stubs()[name].body:
        if isinstance(node, ast.FunctionDef):
            marks = [ast.unparse(mark) for mark in node.decorator_list]
            found[node.name] = not any(m == "property" or m.endswith(".setter") for m in marks)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = False
    return found


def recorded(kind: type[LeanObject] = LeanObject) -> Iterator[type[LeanObject]]:
    """All recorded classes, those of tests left out."""
    for below in kind.__subclasses__():
        if below.__module__.startswith("workbench.engine."):
            yield below
        yield from recorded(below)


def offered(kind: type) -> dict[str, bool]:
    """The public members of a recorded class, and whether each is called."""
    names = (name for name in dir(kind) if not name.startswith("_"))
    return {name: isinstance(getattr(kind, name), FunctionType) for name in names}


CLASSES = sorted(
    {kind for kind in recorded() if not kind.__name__.startswith("_")},
    key=lambda kind: kind.__name__,
)
ENUMS = [kind for kind in vars(enums).values() if kind in LeanEnum.__subclasses__()]


def test_the_surface_is_found() -> None:
    """The classes a tracker lives on are among those judged here."""
    names = {kind.__name__ for kind in CLASSES}
    assert {"OrderEvent", "Security", "SecurityHolding", "Slice", "ObjectStore"} <= names
    assert RecordedAlgorithm in CLASSES
    assert len(ENUMS) == 10


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_lean_has_every_member(kind: type[LeanObject]) -> None:
    """Whatever a recorded object offers, LEAN's of that class has, called if it is called here."""
    name = NAMED.get(kind.__name__, kind.__name__)
    known = FOREIGN.get(name) or members(name)
    assert known, f"there is no stub of {name}"
    assert offered(kind).items() - known.items() == set()


@pytest.mark.parametrize("kind", ENUMS, ids=lambda kind: kind.__name__)
def test_enumerations_are_leans(kind: type[LeanEnum]) -> None:
    """Names and numbers are those of the stubs, all of them."""
    body = stubs()[kind.__name__].body
    theirs = {
        ast.unparse(node.targets[0]): ast.literal_eval(node.value)
        for node in body
        if isinstance(node, ast.Assign)
    }
    assert {name: int(getattr(kind, name)) for name in theirs} == theirs
    assert list(enums.names_of(kind)) == sorted(theirs, key=lambda name: theirs[name])
    assert offered(kind) == {}
