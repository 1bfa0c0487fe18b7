"""Allocation: who gets which part of a fill that LEAN made itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.ledger.allocation import largest_remainder, share_fill
from models.ledger.tags import UNASSIGNED


@given(
    st.integers(-2000, 2000).filter(bool),
    st.lists(st.integers(0, 500), min_size=1, max_size=6).filter(any),
    st.sampled_from([1.0, 0.01, 100.0, 1e-8]),
)
def test_largest_remainder_gives_each_its_quota_but_for_one_unit(
    units: int, weights: list[int], unit: float
) -> None:
    """Parts are whole units, sum to the total and lie within a unit of the exact share."""
    total = units * unit
    parts = largest_remainder(total, [float(weight) for weight in weights], unit)
    assert sum(round(part / unit) for part in parts) == units
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part / unit - round(part / unit)) < 1e-6
        assert abs(part / unit - units * weight / sum(weights)) < 1 + 1e-6
        assert part * units >= 0


def test_the_largest_remainders_get_the_units_left() -> None:
    """16.5, 9.9 and 6.6 of 33 are 16, 10 and 7; of equals the first comes first."""
    assert largest_remainder(33.0, [50.0, 30.0, 20.0], 1.0) == [16.0, 10.0, 7.0]
    assert largest_remainder(-33.0, [50.0, 30.0, 20.0], 1.0) == [-16.0, -10.0, -7.0]
    assert largest_remainder(1.0, [1.0, 1.0, 1.0], 1.0) == [1.0, 0.0, 0.0]


def test_what_is_no_whole_unit_goes_with_one_part() -> None:
    """A total with a fraction of a lot is shared all the same, to the last bit."""
    parts = largest_remainder(2.5, [1.0, 1.0], 1.0)
    assert sorted(parts) == [1.0, 1.5]


HOLDERS = st.dictionaries(
    st.sampled_from("abcdef"), st.integers(-50, 50).filter(bool), min_size=1, max_size=6
)


@given(HOLDERS, st.integers(-200, 200).filter(bool))
def test_a_shared_fill_sums_to_the_fill(holders: dict[str, int], quantity: int) -> None:
    """Nobody is turned over, only the closing side trades, and the excess is nobody's."""
    held = [(name, float(size)) for name, size in holders.items()]
    flattens = sum(holders.values()) == -quantity
    parts = share_fill(float(quantity), held, flattens, 1.0)
    assert sum(part for _, part in parts) == quantity
    shares = dict(parts)
    excess = shares.pop(UNASSIGNED, 0.0)
    for name, part in shares.items():
        assert part * holders[name] < 0
        assert abs(part) <= abs(holders[name])
    if flattens:
        assert shares == {name: -size for name, size in holders.items()}
        return
    closing = sum(abs(size) for size in holders.values() if size * quantity < 0)
    assert abs(excess) == max(0, abs(quantity) - closing)
    assert all(part * quantity > 0 for _, part in parts)


def test_with_no_holder_a_fill_is_nobodys() -> None:
    """Even when LEAN is flat after it."""
    assert share_fill(5.0, [], True, 1.0) == [(UNASSIGNED, 5.0)]
