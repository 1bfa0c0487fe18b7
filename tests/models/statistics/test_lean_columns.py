"""LEAN's figures of stretches of trades, cut from columns, against trade after trade."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.statistics.lean_columns import LeanTradeColumns
from models.statistics.lean_windows import lean_trade_statistics
from models.trades.lean_trade import LeanTrade
from tests.models.statistics.test_lean_trades import trade

CENTS = st.integers(-50_000, 50_000).map(lambda cents: cents / 100)
TRADES = st.lists(
    st.builds(
        trade,
        st.one_of(CENTS, st.sampled_from([0.0, 0.005, -0.015])),
        st.integers(0, 5_000).map(lambda seconds: seconds / 60),
        st.integers(0, 50_000).map(float),
        is_win=st.booleans(),
        mae=CENTS,
        mfe=CENTS,
        end_trade_drawdown=CENTS,
        total_fees=st.floats(-3.0, 100.0),
    ),
    max_size=40,
)


@given(TRADES, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8))
def test_a_stretch_is_as_trade_after_trade(
    trades: list[LeanTrade], bounds: list[tuple[int, int]]
) -> None:
    """Every figure of any stretch, also an empty one, is that of its trades added one by one."""
    count = len(trades)
    sorted_bounds = [sorted((min(one, count), min(other, count))) for one, other in bounds]
    stretches = [(low, high) for low, high in sorted_bounds]
    found = [each.block() for each in LeanTradeColumns(trades).of(stretches)]
    assert found == [lean_trade_statistics(trades[low:high]) for low, high in stretches]


def test_amounts_beyond_what_a_machine_word_squares_stay_exact() -> None:
    """The deviation of profits of thirty billion and more is worked out in whole numbers."""
    trades = [trade(profit) for profit in (3e10, -4e10, 3e10 + 0.01, 7e10)]
    (found,) = LeanTradeColumns(trades).of([(0, 4)])
    assert found.block() == lean_trade_statistics(trades)
