"""What a desk tells of runs and of their comparison in the tests of the page."""

from __future__ import annotations

import math
from datetime import timedelta

from tests.workbench.desk.page.states import CAPITAL, START, STRATEGIES, Json, at


def run(identifier: str, name: str, live: bool = False, **parameters: str) -> Json:
    """A run as a list of the library tells it."""
    values = {"net_pnl": 3_448.0, "total_return": 0.0208, "sharpe": 0.357, "max_drawdown": 0.0227}
    exactness = {"sharpe": "derived"}
    figures = {
        key: {"value": value, "n": 260, "unit": "", "exactness": exactness.get(key, "exact")}
        for key, value in values.items()
    }
    return {
        "id": identifier,
        "name": name,
        "algorithm": "Rotation",
        "project": "7",
        "live": live,
        "currency": "USD",
        "code": "3fb45d6",
        "begun": at(-90_000),
        "ended": at(-10),
        "exactness": "exact",
        "star": live,
        "baseline": False,
        "tags": ["prod"],
        "notes": "",
        "strategies": [*STRATEGIES],
        "parameters": parameters,
        "figures": {**figures, "trades": None},
    }


def comparison(first: str, second: str) -> Json:
    """A comparison of a backtest and its live run."""
    days = [(START + timedelta(days=number)).date().isoformat() for number in range(60)]

    def returns(phase: float) -> list[float]:
        return [0.004 * math.sin(number / 5.0 + phase) + 0.0006 for number in range(60)]

    def profile(name: str, sharpe: float, enough: bool) -> Json:
        ratio = {"value": sharpe, "low": sharpe - 1.8, "high": sharpe + 2.0, "n": 60}
        return {
            "name": name,
            "capital": CAPITAL,
            "net_pnl": 3_448.0 * sharpe,
            "trades": 39,
            "total_return": 0.02,
            "expected_shortfall": -0.006,
            "worst_day": -0.0098,
            "fees": 40.0,
            "track_record": {
                "days": 60,
                "least_days": 1_200,
                "enough": enough,
                "probabilistic_sharpe": 0.8,
                "deflated_sharpe": 0.31,
                "minimum_backtest_years": None,
            },
            "estimates": {"sharpe": {**ratio, "enough": enough}},
        }

    difference = {"value": -0.98, "low": -3.3, "high": 1.9, "n": 60, "enough": True}
    beating = {"what": "cash", "p_value": 0.153, "lower": 0.1, "upper": 0.2, "superior": []}
    return {
        "of": "runs",
        "currency": "USD",
        "window": {"first": days[0], "last": days[-1], "days": 60, "left_out": {first: 12}},
        "parameters": {"different": {"fast": ["10", "12"]}, "same": {"slow": "20"}},
        "runs": [profile(first, 0.36, False), profile(second, 1.34, True)],
        "pairs": [
            {"first": first, "second": second, "correlation": 0.25, "both_lose_rate": 0.18}
            | {"difference": difference, "chance_first": 0.2056, "p_value": 0.46}
            | {"p_adjusted": 0.46}
        ],
        "trials": {"trials": 12, "given": 2, "overfitting": None, "beating": [beating]},
        "partings": [
            {"backtest": first, "live": second, "days": 60, "same": 41, "parted": days[3]}
            | {"apart": -0.0012, "cause": "fees", "totals": {"fees": -0.0031, "trading": 0.0004}}
        ],
        "overlay": {"days": days, "returns": {first: returns(0.0), second: returns(0.7)}},
    }
