"""Quantiles: exact at first, then within a stated error, and as good after a restart."""

from __future__ import annotations

import json
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.execution.quantiles import ERROR, LARGEST_BIN, SMALLEST_BIN, Quantiles

sizes = st.floats(SMALLEST_BIN * 2, LARGEST_BIN / 2)
values = st.lists(st.one_of(st.just(0.0), sizes, sizes.map(float.__neg__)), min_size=1, max_size=80)
PARTS = {"p5": 0.05, "median": 0.5, "p95": 0.95, "p99": 0.99}


def quantiles(numbers: list[float], *, exact: bool = True) -> Quantiles:
    """Quantiles that took these numbers."""
    made = Quantiles(exact)
    for number in numbers:
        made.add(number)
    return made


@given(values)
def test_quantiles_are_exact_at_first(numbers: list[float]) -> None:
    """They are numpy's, interpolated in a straight line."""
    found = quantiles(numbers).distribution()
    assert found.exact
    assert (found.n, found.minimum, found.maximum) == (
        len(numbers),
        min(numbers),
        max(numbers),
    )
    assert found.average == pytest.approx(sum(numbers) / len(numbers))
    for name, part in PARTS.items():
        assert getattr(found, name) == pytest.approx(np.quantile(numbers, part), rel=1e-9, abs=1e-9)


@given(values)
def test_the_digest_keeps_its_error(numbers: list[float]) -> None:
    """Both orders that a quantile lies between are known within one percent of their size."""
    digest = quantiles(numbers, exact=False).distribution()
    ordered = sorted(numbers)
    assert not digest.exact
    assert (digest.minimum, digest.maximum) == (ordered[0], ordered[-1])
    assert all(ordered[0] <= getattr(digest, name) <= ordered[-1] for name in PARTS)
    for name, part in PARTS.items():
        place = part * (len(ordered) - 1)
        first, second = ordered[floor(place)], ordered[ceil(place)]
        error = 1.0001 * ERROR * max(abs(first), abs(second))
        between = first + (second - first) * (place - floor(place))
        assert abs(getattr(digest, name) - between) <= error


def test_what_the_digest_cannot_hold_goes_to_its_ends() -> None:
    """Less than a billionth counts as 0; more than a billion never shows beyond the greatest."""
    digest = quantiles([1e-12, -1e-12, 5e9, 5e9, 5e9], exact=False).distribution()
    assert digest.median == pytest.approx(LARGEST_BIN, rel=ERROR)
    assert digest.maximum == 5e9
    assert digest.p5 == 0.0


@given(values, values)
def test_condensing_forgets_nothing_but_digits(numbers: list[float], more: list[float]) -> None:
    """A digest of what was exact is the digest that was one from the start."""
    condensed = quantiles(numbers)
    condensed.condense()
    for number in more:
        condensed.add(number)
    assert condensed.state() == quantiles([*numbers, *more], exact=False).state()


@given(values, values)
def test_quantiles_of_several_are_those_of_all(one: list[float], other: list[float]) -> None:
    """Put together they are exact where each is, else the digest of all."""
    both = [*one, *other]
    exact = Quantiles.together([quantiles(one), quantiles(other)]).distribution()
    whole = quantiles(both).distribution()
    assert (exact.exact, exact.n) == (True, len(both))
    assert (exact.minimum, exact.median, exact.p99) == (whole.minimum, whole.median, whole.p99)
    mixed = Quantiles.together([quantiles(one), quantiles(other, exact=False)]).distribution()
    digest = quantiles(both, exact=False).distribution()
    assert (mixed.exact, mixed.median, mixed.p95) == (False, digest.median, digest.p95)


@pytest.mark.parametrize("exact", [True, False])
@given(numbers=st.one_of(st.just([]), values))
def test_quantiles_survive_a_restart(exact: bool, numbers: list[float]) -> None:
    """What comes back from JSON is the same, and goes on the same."""
    made = quantiles(numbers, exact=exact)
    back = Quantiles()
    back.restore(json.loads(json.dumps(made.state())))
    for each in (made, back):
        each.add(1.5)
    assert back.state() == made.state()
    assert back.distribution() == made.distribution()


def test_no_values_have_no_quantiles() -> None:
    """Without a value everything but the number is None."""
    found = Quantiles().distribution()
    assert (found.n, found.average, found.median, found.maximum) == (0, None, None, None)
