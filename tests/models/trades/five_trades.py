"""Trades made by hand: five whose figures are worked out, and a win, a loss and a breakeven."""

from __future__ import annotations

from tests.closed_trades import deal

HOUR, DAY = 3_600.0, 86_400.0
FIVE = [
    deal(30.0, fees=2.0, mae=-4.0, mfe=40.0, lasts=HOUR, stake=300.0, risk=10.0),
    deal(-10.0, fees=1.0, mae=-12.0, mfe=6.0, start=DAY, lasts=2 * HOUR, stake=100.0, risk=10.0),
    deal(0.0, fees=1.0, mae=-1.0, mfe=5.0, start=DAY, lasts=4 * HOUR, stake=100.0, risk=5.0),
    deal(-5.0, fees=1.0, mae=-9.0, mfe=2.0, start=2 * DAY, lasts=6 * HOUR, stake=100.0, risk=20.0),
    deal(20.0, fees=1.0, mae=-6.0, mfe=21.0, start=6 * DAY, lasts=DAY, stake=100.0, risk=10.0),
]
WIN, LOSS, EVEN = deal(10.0), deal(-10.0), deal(0.0)
