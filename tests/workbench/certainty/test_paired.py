"""The paired test of two series."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from workbench.certainty.paired import paired_mean


def test_independent_differences_are_judged_as_by_the_paired_t_test() -> None:
    """The p-value is close to that of the t-test, and the interval to its interval."""
    differences = 0.0006 + 0.01 * np.random.default_rng(5).standard_normal(900)
    found, theirs = paired_mean(differences, 252.0), stats.ttest_1samp(differences, 0.0)
    assert found.p_value == pytest.approx(theirs.pvalue, abs=0.03)
    ends = [each * 252.0 for each in theirs.confidence_interval()]
    width = ends[1] - ends[0]
    assert found.difference.value == pytest.approx(differences.mean() * 252.0)
    assert found.difference.low == pytest.approx(ends[0], abs=0.07 * width)
    assert found.difference.high == pytest.approx(ends[1], abs=0.07 * width)


@pytest.mark.parametrize("differences", [np.zeros(100), np.full(100, 0.001), np.ones(5)])
def test_what_does_not_vary_has_no_test(differences: object) -> None:
    """Runs that are the same, or of a few days, have a difference and no p-value."""
    assert isinstance(differences, np.ndarray)
    found = paired_mean(differences, 252.0)
    assert found.p_value is None
    assert found.difference.low is None
    assert found.difference.value == pytest.approx(differences.mean() * 252.0)
