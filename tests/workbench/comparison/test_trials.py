"""What remains of the best of many runs."""

from __future__ import annotations

import numpy as np

from tests.workbench.comparison.runs import noise, run, subjects
from workbench.comparison.trials import BENCHMARK, CASH, tried


def test_a_good_run_is_told_from_the_bad_ones() -> None:
    """The run that is better than cash is named, and picking it is no overfitting."""
    runs = [run(f"{at}", noise(at, mean=0.004 * (at == 2))) for at in range(6)]
    found = tried(subjects(*runs), np.full(300, np.nan), 0.0, 40)
    (cash,) = found.beating
    assert (cash.what, cash.superior) == (CASH, ("2",))
    assert cash.lower <= cash.p_value <= cash.upper
    assert cash.p_value < 0.01
    assert found.overfitting is not None
    assert found.overfitting.probability < 0.05
    assert (found.trials, found.given) == (40, 6)


def test_the_benchmark_is_beaten_on_its_own_days() -> None:
    """Days without a benchmark are left out of the test against it."""
    benchmark = noise(9)
    benchmark[:100] = np.nan
    runs = [run("same", np.nan_to_num(benchmark) + 0.002), run("other", noise(1))]
    found = tried(subjects(*runs), benchmark, 0.0, 2)
    against = {each.what: each for each in found.beating}
    assert set(against) == {CASH, BENCHMARK}
    assert against[BENCHMARK].superior == ("same",)


def test_a_few_days_say_nothing() -> None:
    """Below twenty days there is neither a test nor a probability."""
    runs = [run(f"{at}", noise(at, 10)) for at in range(3)]
    found = tried(subjects(*runs), np.full(10, np.nan), 0.0, 3)
    assert (found.beating, found.overfitting) == ((), None)
