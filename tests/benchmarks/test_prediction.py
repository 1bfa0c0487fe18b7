"""What a hook's Python time is, without what the double takes itself."""

from __future__ import annotations

from collections import Counter

from benchmarks.copies import READ
from benchmarks.passes import DATA, EVENT, SAVE, Call
from benchmarks.prediction import without_reads
from workbench.engine.bill import Charge


def test_reads_of_copies_are_in_no_hooks_time() -> None:
    """A save's are counted with those of its hook; nothing takes less than no time."""
    calls = [Call(SAVE, 0, False, 900), Call(DATA, 5, False, 10_000), Call(EVENT, 5, True, 1)]
    charges = [Charge(DATA, Counter({"Cash.amount": 1, "SecurityHolding.price": 5}))]
    charges.append(Charge(EVENT, Counter({"OrderEvent.id": 1})))
    own = [call.own for call in without_reads(calls, charges)]
    assert own == [900, 10_000 - 6 * READ, max(1 - READ, 0)]
