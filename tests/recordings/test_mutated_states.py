"""A state in which a value was replaced is refused, or every question is answered of it.

All mutations are some 13,000 (`python -m tests.recordings.mutated_states`); here a sample is drawn
of those of each run.
"""

from __future__ import annotations

import pytest

from tests.recordings.mutated_states import RUNS, sample, sweep

TRIED, SEED = 40, 15


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNS)
def test_a_mutated_state_is_refused_or_whole(run: str) -> None:
    """Nothing else is raised, at the load or later, and no failure is counted."""
    seen = sweep(run, sample(run, TRIED, SEED))
    assert seen["wrong"] == []
    assert seen["refused"] > TRIED // 4
    assert seen["taken"] > 0
