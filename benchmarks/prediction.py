"""What a scene would cost inside LEAN: its reads at LEAN's prices, and the hooks' own time.

Warm is the shortest of several passes. For cold, one pass walks over 16 MB before every seventh
call; how much longer those calls took is applied to all of their kind. LEAN's own work between two
hooks pushes a part of the tracker out of the processor's caches, so a hook inside LEAN takes longer
than warm and less than cold: the tracker measured in LEAN was about halfway at `three-strategies`,
whose slices are an hour apart, and warm where slices are a second apart and LEAN itself takes 20 to
25 microseconds for one.

The walk comes before the objects are laid out that the hook reads: what reading them costs inside
LEAN, where they are cold too, is in the prices. Laid out before the walk, the reader that keeps
nothing came to 0.46 s halfway, where LEAN measured 0.27 to 0.33; laid out after it, to 0.36.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from cProfile import Profile
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from benchmarks.copies import READ
from benchmarks.parts import Part, shares
from benchmarks.passes import DATA, END, EVENT, MIDNIGHT, SAVE, START, Call, Learnt, Pass, billed
from benchmarks.scene import Scene
from workbench.engine.bill import Charge

PASSES: Final = 3
HALFWAY: Final = 0.5
COLD_EVERY: Final = 7  # odd: submissions and fills take turns
LONG: Final = 200_000  # nanoseconds from which a call books what others left
WALKED: Final = 16 * 1024 * 1024  # bytes
MICRO: Final = 1e-3  # microseconds in a nanosecond
PARTED: Final = (EVENT, DATA)
SHOWN: Final = frozenset(
    f"QCAlgorithm.{name}" for name in ("debug", "log", "error", "plot", "set_runtime_statistic")
)
ENDS: Final = {START: Part.ENDS, END: Part.ENDS, MIDNIGHT: Part.MIDNIGHTS}
Which = Callable[["Hook"], bool]


class Cache(StrEnum):
    """How much of the tracker is in the processor's caches when a hook begins."""

    WARM = "warm"
    HALF = "half"
    COLD = "cold"


@dataclass(frozen=True, slots=True)
class Hook:
    """One call of a hook, in microseconds.

    Attributes:
        call: What was called; its own time is the shortest.
        own: The Python time, by cache.
        charge: Its reads at LEAN's prices.
    """

    call: Call
    own: dict[Cache, float]
    charge: Charge

    def cost(self, cache: Cache) -> float:
        """Both together."""
        return self.own[cache] + self.charge.total


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a scene costs.

    Attributes:
        hooks: Each call of a hook in order.
        saves: Own microseconds of all saves together; what they hand to LEAN is among the reads.
        shares: By kind of hook, the parts of its Python time, 0 to 1.
        lacking: Hook and member of the reads whose price no table has, and how often they came.
        ratios: By kind of hook and whether it is long, how many times as long its Python takes
            cold as warm: what a long one needs is in the caches after a little of it.
    """

    hooks: list[Hook]
    saves: float
    shares: dict[str, dict[Part, float]]
    lacking: Counter[tuple[str, str]]
    ratios: dict[tuple[str, bool], float]

    def mean(self, which: Which, cache: Cache) -> float:
        """Microseconds of a hook of some kind."""
        costs = [hook.cost(cache) for hook in self.hooks if which(hook)]
        return sum(costs) / len(costs) if costs else 0.0

    def seconds(self, cache: Cache) -> float:
        """All of it."""
        return (sum(hook.cost(cache) for hook in self.hooks) + self.saves) / 1e6

    def order(self, cache: Cache) -> float:
        """Microseconds of a fill with the other events of its order."""
        events = [hook for hook in self.hooks if hook.call.kind == EVENT]
        fills = sum(hook.call.filled for hook in events)
        return sum(hook.cost(cache) for hook in events) / fills if fills else 0.0

    def parts(self, cache: Cache) -> dict[Part, tuple[float, float]]:
        """By part, seconds of LEAN's reads and of Python."""
        reads: defaultdict[Part, float] = defaultdict(float)
        own: defaultdict[Part, float] = defaultdict(float)
        own[Part.SAVES] += self.saves
        for hook in self.hooks:
            kind = hook.call.kind
            for member, cost in hook.charge.cost.items():
                reads[_part_of_read(kind, member)] += cost
            if kind in ENDS:
                own[ENDS[kind]] += hook.own[cache]
                continue
            for part, share in self.shares[kind].items():
                own[part] += share * hook.own[cache]
        return {part: (reads[part] / 1e6, own[part] / 1e6) for part in Part}


def of_kind(kind: str) -> Which:
    """The hooks of a kind."""
    return lambda hook: hook.call.kind == kind


def slices(held: int) -> Which:
    """The slices with so many instruments held."""
    return lambda hook: hook.call.kind == DATA and hook.call.held == held


def predict(scene: Scene, passes: int = PASSES) -> Prediction:
    """Play a scene for its bill, so many times warm, once cold and once profiled."""
    bill, learnt = billed(scene), Learnt(dict)
    Pass(scene, learnt).play()  # learns what is read
    runs = [Pass(scene, learnt).play() for _ in range(passes)]
    fastest = [min(same, key=lambda call: call.own) for same in zip(*runs, strict=True)]
    best = without_reads(fastest, bill.charges)
    cold = without_reads(Pass(scene, learnt, before=Walk()).play(), bill.charges)
    ratios = cold_ratios(best, cold)
    profiles = {kind: Profile(builtins=False) for kind in PARTED}
    Pass(scene, learnt, profiles=profiles).play()
    hooks = [call for call in best if call.kind != SAVE]
    return Prediction(
        list(_priced(hooks, bill.charges, ratios)),
        sum(call.own for call in best if call.kind == SAVE) * MICRO,
        {kind: shares(profile) for kind, profile in profiles.items()},
        bill.lacking,
        ratios,
    )


class Walk:
    """Reads 16 MB of memory before every seventh call."""

    def __init__(self) -> None:
        self._memory = np.ones(WALKED // 8)

    def __call__(self, number: int) -> None:
        """Walk, where the call of that number is to be cold."""
        if number % COLD_EVERY == 0:
            self._memory.sum()


def without_reads(calls: list[Call], charges: list[Charge]) -> list[Call]:
    """The calls without the time in which they read copies: that is in the prices of the reads."""
    charged = iter(charges)
    return [call if call.kind == SAVE else _unread(call, next(charged)) for call in calls]


def _unread(call: Call, charge: Charge) -> Call:
    return replace(call, own=max(call.own - READ * sum(charge.reads.values()), 0))


def kind_of(call: Call) -> tuple[str, bool]:
    """The kind of a call, and whether it is a long one."""
    return call.kind, call.own >= LONG


def cold_ratios(warm: list[Call], cold: list[Call]) -> dict[tuple[str, bool], float]:
    """By kind of call, how many times as long those took after a walk."""
    spent: defaultdict[tuple[str, bool], list[int]] = defaultdict(lambda: [0, 0])
    for number in range(0, len(warm), COLD_EVERY):
        times = spent[kind_of(warm[number])]
        times[0] += warm[number].own
        times[1] += cold[number].own
    return {kind: max(after / max(before, 1), 1.0) for kind, (before, after) in spent.items()}


def by_cache(warm: float, ratio: float) -> dict[Cache, float]:
    """A warm time, and what it comes to where the caches were swept."""
    cold = warm * ratio
    return {Cache.WARM: warm, Cache.HALF: warm + HALFWAY * (cold - warm), Cache.COLD: cold}


def _priced(
    calls: list[Call], charges: list[Charge], ratios: dict[tuple[str, bool], float]
) -> Iterator[Hook]:
    for call, charge in zip(calls, charges, strict=True):
        assert call.kind == charge.kind, "every pass makes the same calls"
        yield Hook(call, by_cache(call.own * MICRO, ratios.get(kind_of(call), 1.0)), charge)


def _part_of_read(kind: str, member: str) -> Part:
    if member.startswith("ObjectStore."):
        return Part.SAVES
    if kind in ENDS:
        return ENDS[kind]
    return Part.LOG if member in SHOWN else Part.READING
