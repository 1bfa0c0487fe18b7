"""The bill of a recorded run: what its reads of LEAN would have cost inside LEAN.

A `Bill` is an observer of the recorded engine. It prices each read and each conversion by the
tables of `prices`, notes what it comes to for every hook, and lists what no table has.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sized
from dataclasses import dataclass, field

from workbench.engine.prices import (
    ASSUMED,
    FIRST_VALUE,
    LOADED,
    LOADED_FIRST,
    LOADED_KILOBYTE,
    MEASURED,
    SAVED,
    SAVED_FIRST,
    SAVED_KILOBYTE,
    UNKNOWN_CALL,
    UNKNOWN_READ,
)
from workbench.engine.reads import LeanRead
from workbench.engine.store import ObjectStore

_KILOBYTE = 1024.0
_VALUE = "SecurityPortfolioManager.total_portfolio_value"
_SAVES = frozenset({"ObjectStore.save", "ObjectStore.save_bytes"})
_LOADS = frozenset({"ObjectStore.read", "ObjectStore.read_bytes"})


@dataclass(slots=True)
class Charge:
    """What one call of a hook has read.

    Attributes:
        kind: The hook.
        reads: Reads and conversions by LEAN's class and member.
        cost: What they cost, microseconds, by LEAN's class and member.
    """

    kind: str
    reads: Counter[str] = field(default_factory=Counter)
    cost: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    @property
    def total(self) -> float:
        """What all of it costs, microseconds."""
        return sum(self.cost.values())


class Bill:
    """Prices what it observes.

    Attributes:
        charges: One for each hook in the order of their calls; what is read outside is free.
        lacking: The hook and the member of each read that no table has, and how often it came.
    """

    def __init__(self) -> None:
        self.charges: list[Charge] = []
        self.lacking: Counter[tuple[str, str]] = Counter()
        self._open: Charge | None = None
        self._names: dict[tuple[type, str], str] = {}
        self._valued = False  # the equity was read in this step: LEAN keeps it
        self._stored = self._loaded = False

    def hook(self, kind: str) -> None:
        """Begin a hook's charge; each hook is a step of LEAN's own, so its equity is unread."""
        if not kind:
            self._open = None
            return
        self._valued = False
        self._open = Charge(kind)
        self.charges.append(self._open)

    def read(self, owner: object, member: str, arguments: tuple[object, ...]) -> None:
        """Charge one read or conversion to the hook that makes it."""
        charge = self._open
        if charge is None:
            return
        name = self._name(type(owner), member)
        charge.reads[name] += 1
        charge.cost[name] += self._price(name, owner, member, arguments)

    def _name(self, kind: type, member: str) -> str:
        """The class and member a price is found under: the class itself, else a base of it."""
        key = kind, member
        if key not in self._names:
            names = [f"{_lean_name(base)}.{member}" for base in kind.__mro__[:-1]]
            known = (name for name in names if name in MEASURED or name in ASSUMED)
            self._names[key] = next(known, names[0])
        return self._names[key]

    def _price(self, name: str, owner: object, member: str, arguments: tuple[object, ...]) -> float:
        if name == _VALUE and not self._valued:
            self._valued = True
            return FIRST_VALUE
        if name in _SAVES:
            return self._save_price(arguments[1])
        if isinstance(owner, ObjectStore) and name in _LOADS:
            return self._load_price(owner, arguments[0])
        price = MEASURED.get(name)
        if price is None:
            price = ASSUMED.get(name)
        return self._unknown(name, owner, member) if price is None else price

    def _save_price(self, contents: object) -> float:
        first, self._stored = not self._stored, True
        size = len(contents) if isinstance(contents, Sized) else 0
        return SAVED_FIRST * first + SAVED + SAVED_KILOBYTE * size / _KILOBYTE

    def _load_price(self, store: ObjectStore, path: object) -> float:
        first, self._loaded = not self._loaded, True
        size = store._size(str(path))
        return LOADED_FIRST * first + LOADED + LOADED_KILOBYTE * size / _KILOBYTE

    def _unknown(self, name: str, owner: object, member: str) -> float:
        assert self._open is not None, "only what a hook reads is priced"
        self.lacking[self._open.kind, name] += 1
        is_read = isinstance(getattr(type(owner), member, None), LeanRead | property)
        return UNKNOWN_READ if is_read else UNKNOWN_CALL


def _lean_name(kind: type) -> str:
    name: str = vars(kind).get("_lean_name", kind.__name__)
    return name
