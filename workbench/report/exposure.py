"""What a run held, from its fills: the value of all positions at the price of each one's last fill.

No source tells the value of what is held at each moment. Between two fills of an instrument its
price moves and this value does not, so it is derived, and labelled so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.frames.records import FillRow

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Exposure:
    """What was held after each fill.

    Attributes:
        times: Of the fills, milliseconds of Unix time.
        gross: Value of what is held, long and short both positive, account currency.
        net: Long less short.
    """

    times: Times
    gross: Floats
    net: Floats

    def at(self, times: Times, values: Floats) -> Floats:
        """Values at other times: those after the last fill before them."""
        after = np.searchsorted(self.times, times, "right")
        return np.append(0.0, values)[after]


def exposure_of(fills: Sequence[FillRow]) -> Exposure:
    """The exposure of a run, strategies that are opposed in an instrument counted apart."""
    held: dict[tuple[str, str], tuple[float, float]] = {}
    times, gross, net = [], [], []
    long = short = 0.0
    for fill in fills:
        key = (fill.strategy, fill.sid)
        quantity, value = held.get(key, (0.0, 0.0))
        long, short = long - max(value, 0.0), short - max(-value, 0.0)
        quantity += fill.quantity
        value = quantity * fill.price * fill.multiplier * fill.rate
        held[key] = (quantity, value)
        long, short = long + max(value, 0.0), short + max(-value, 0.0)
        times.append(round(fill.time.timestamp() * 1000.0))
        gross.append(long + short)
        net.append(long - short)
    return Exposure(np.array(times, np.int64), np.array(gross, float), np.array(net, float))
