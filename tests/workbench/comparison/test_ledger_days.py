"""The terms of the ledger by day."""

from __future__ import annotations

import numpy as np

from workbench.comparison.ledger_days import NO_LEDGER, TRADING, LedgerDays


def ledger() -> LedgerDays:
    """Three days of all terms that matter here."""
    return LedgerDays(
        np.array([10, 12, 13]),
        {
            "realized": np.array([1.0, 2.0, 3.0]),
            "fx": np.array([0.5, 0.0, 0.0]),
            "fees": np.array([-0.1, -0.2, 0.0]),
        },
    )


def test_the_coarse_terms_have_the_same_sum() -> None:
    """What sessions do not tell apart becomes one term, and nothing is lost."""
    found = ledger().coarse()
    assert {name: each.tolist() for name, each in found.terms.items()} == {
        TRADING: [1.5, 2.0, 3.0],
        "fees": [-0.1, -0.2, 0.0],
    }


def test_what_is_coarse_stays_as_it_is() -> None:
    """A ledger of sessions, and one that tells nothing, cannot be coarser."""
    coarse = ledger().coarse()
    assert coarse.coarse() is coarse
    assert NO_LEDGER.coarse() is NO_LEDGER


def test_what_came_between_two_days_belongs_to_the_later() -> None:
    """On other days each term has what came since the one before, and none has what came before."""
    found = ledger().on(np.array([11, 12, 14]))
    assert found["realized"].tolist() == [0.0, 2.0, 3.0]
    assert ledger().on(np.array([9, 10]))["realized"].tolist() == [0.0, 1.0]
    assert dict(NO_LEDGER.on(np.array([1, 2]))) == {}
