"""Causes: what cash is that moves without an order, as a user names it."""

from __future__ import annotations

import enum
from collections.abc import Mapping


class FlowCause(enum.Enum):
    """What an announced amount is; interest, dividends and fees are P&L, the others are none."""

    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    INTEREST = "interest"
    DIVIDEND = "dividend"
    FEE = "fee"
    OTHER = "other"


# The term of the law that each cause counts in; what has none is a flow.
TERM_OF: Mapping[FlowCause, str] = {
    FlowCause.INTEREST: "financing",
    FlowCause.DIVIDEND: "dividends",
    FlowCause.FEE: "fees",
}
