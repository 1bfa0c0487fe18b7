"""What a desk tells of deployments in the tests of the page, in the shapes of the wire."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]

# A text that would be markup, end a script, or leave an attribute somewhere.
HOSTILE = '</script><img src=x onerror="window.hurt=1">\'"&<!--'

START = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
EVERY = 360.0
STRATEGIES = ("trend", "reversion", "rotation")
CAPITAL = 1_000_000.0


def at(minutes: float) -> str:
    """A moment so many minutes after the start."""
    return (START + timedelta(minutes=minutes)).isoformat()


def figures(made: float, today: float) -> Json:
    """The account or a strategy in figures."""
    return {
        "trades": 39,
        "winning_trades": 22,
        "losing_trades": 17,
        "net_pnl": made,
        "fees": 129.5,
        "avg_pnl": made / 39,
        "win_rate": 22 / 39,
        "profit_factor": 1.42,
        "capital": CAPITAL,
        "max_drawdown": 0.0191,
        "sharpe_ratio": 1.31,
        "sortino_ratio": None,
        "nav": 1.0,
        "trading_days": 84,
        "total_return": made / CAPITAL,
        "drawdown": 0.0042,
        "today": today,
        "drawdown_amount": 4_210.0,
        "since_deploy": {"net_pnl": made / 3, "total_return": made / 3 / CAPITAL, "trades": 13},
    }


def session(made: float) -> Json:
    """An open session."""
    return {
        "session_date": "2026-11-23",
        "trades": 4,
        "net_pnl": made,
        "commissions": 12.5,
        "start_equity": CAPITAL,
        "start_nav": 1.0,
        "end_nav": 1.0 + made / CAPITAL,
        "max_drawdown": 0.0031,
        "win_rate": 0.5,
    }


def position(strategy: str, symbol: str, quantity: float, opposed: bool = False) -> Json:
    """What a strategy holds of an instrument."""
    return {
        "strategy": strategy,
        "symbol": symbol,
        "sid": f"{symbol} 2T",
        "quantity": quantity,
        "average_price": 105.744,
        "price": 106.25,
        "market_value": 106.25 * quantity,
        "unrealized_pnl": 0.506 * quantity,
        "since": at(-300),
        "opposed": opposed,
    }


def open_order(number: int, symbol: str, strategy: str) -> Json:
    """A limit order that waits."""
    return {
        "order": number,
        "symbol": symbol,
        "sid": f"{symbol} 2T",
        "strategy": strategy,
        "type": "STOP_LIMIT",
        "quantity": -25.0,
        "filled": 5.0,
        "limit": 102.4,
        "stop": 103.0,
        "submitted": at(-12),
        "tag": "second leg",
    }


def structure(strategy: str) -> Json:
    """An open iron condor."""
    legs = [
        {"symbol": "SPY", "direction": side, "quantity": 2.0, "open_quantity": 2.0}
        | {"strike": strike, "expiry": "2026-12-18T00:00:00+00:00", "right": right}
        for side, strike, right in (
            *(("long", 560.0, "put"), ("short", 570.0, "put")),
            *(("short", 610.0, "call"), ("long", 620.0, "call")),
        )
    ]
    return {
        "structure_id": "s1",
        "name": "iron condor",
        "side": "short",
        "strategy": strategy,
        "symbol": "SPY",
        "opened": at(-2_000),
        "quantity": 2.0,
        "net_entry": 412.0,
        "net_pnl": 131.2,
        "max_risk": 1_588.0,
        "max_profit": 412.0,
        "kept": 0.318,
        "days": 1.4,
        "legs": legs,
    }


def alert(fired: bool = True) -> Json:
    """An alert of a drawdown."""
    return {
        "alarm": "drawdown",
        "strategy": "trend",
        "fired": fired,
        "time": at(-30),
        "value": 0.021,
        "threshold": 0.02,
        "since": at(-60),
        "text": "drawdown of trend reached 2.10 % (threshold 2.00 %)",
    }


def state(equity: float = 1_004_213.0, today: float = 1_204.5, minutes: float = 0.0) -> Json:
    """A state with something in every panel."""
    made = equity - CAPITAL
    return {
        "as_of": at(minutes),
        "marked_at": at(minutes),
        "currency": "USD",
        "live": True,
        "algorithm": "Rotation",
        "equity": equity,
        "nav": equity / CAPITAL,
        "balance": {
            "starting_equity": CAPITAL,
            "realized": made + 320.0,
            "unrealized": -190.5,
            "fees": 129.5,
            "dividends": 0.0,
            "fx": None,
            "unexplained": 0.0,
            "equity": equity,
        },
        "account": figures(made, today),
        "strategies": {name: figures(made / 3, today / 3) for name in STRATEGIES},
        "since_deploy": {"deployment": 4, "time": at(-240), "net_pnl": 1_404.0, "trades": 13},
        "deployments": [
            {"number": 3, "name": "L-1", "time": at(-5_000), "equity": CAPITAL},
            {"number": 4, "name": "L-2f1c", "time": at(-240), "equity": CAPITAL + 2_809.0},
        ],
        "sessions": {
            "daily": session(today),
            "weekly": session(today * 2),
            "monthly": session(-today),
            "yearly": None,
            "inception": session(made),
        },
        "drawdown": {
            "depth": 0.0042,
            "amount": 4_210.0,
            "max_depth": 0.0191,
            "open": {"start": at(-200), "trough_time": at(-90), "depth": 0.0063},
        },
        "exposure": {"gross": 412_000.0, "net": 96_000.0, "leverage": 0.41},
        "positions": {
            "account": [position("", "AAPL", 60.0), position("", "MSFT", 40.0)],
            "strategies": {
                "trend": [position("trend", "AAPL", 100.0, True)],
                "reversion": [position("reversion", "AAPL", -40.0, True)],
                "rotation": [position("rotation", "MSFT", 40.0)],
            },
        },
        "open_orders": [open_order(91, "AAPL", "trend"), open_order(92, "MSFT", "rotation")],
        "structures": [structure("rotation")],
        "execution": {
            "orders": 79,
            "fills": 65,
            "fill_rate": 0.91,
            "value": 3_646_514.8,
            "fees": 129.5,
            "slippage": -181.2,
            "slippage_bps": -0.5,
            "worse_rate": 0.03,
            "score": 71.0,
        },
        "alerts": [alert()],
        "anomalies": {"unknown_order": 1},
        "errors": {},
        "fills": 65,
        "marks": 721,
        "open_trades": 3,
    }


def fill(number: int, minutes: float = 0.0, price: float = 106.31) -> Json:
    """A fill of an order."""
    return {
        "id": f"L-2f1c:1:{number}:1",
        "order": number,
        "event": 1,
        "time": at(minutes),
        "symbol": "AAPL",
        "sid": "AAPL 2T",
        "strategy": STRATEGIES[number % 3],
        "quantity": 25.0 if number % 2 else -25.0,
        "price": price,
        "fee": 1.0,
        "fee_currency": "USD",
        "slippage": -1.25,
        "slippage_bps": -4.7,
        "tag": "entry",
    }


def closed_trade(opening: int, closing: int, minutes: float) -> Json:
    """A closed trade."""
    return {
        "id": f"1:{closing}",
        "time": at(minutes),
        "entry_time": at(minutes - 20),
        "symbol": "AAPL",
        "sid": "AAPL 2T",
        "strategy": "trend",
        "direction": "long",
        "quantity": 25.0,
        "entry_price": 105.1,
        "exit_price": 106.31,
        "pnl": 29.2,
        "fees": 2.0,
        "slippage_bps": -4.7,
        "reason": "order",
        "orders": [opening, closing],
        "tag": "entry",
    }


def event(kind: str, text: str, minutes: float, data: Json | None = None) -> Json:
    """An event of the log."""
    found = {"kind": kind, "time": at(minutes), "strategy": "", "text": text, "data": data or {}}
    return {"id": f"{kind} {minutes}", **found}


def curve(equity: float, points: int = 300) -> list[Json]:
    """A day and a half of equity that ends with this one, with a hole in it."""
    found = []
    for number in range(points):
        if 190 <= number < 215:
            continue
        left = (points - 1 - number) / points
        value = equity - 5_000.0 * left + 900.0 * left * math.sin(number / 9.0)
        spread = 40.0 + 30.0 * math.sin(number / 4.0)
        found.append({"time": at(-6.0 * (points - 1 - number)), "equity": value}
                     | {"low": value - spread, "high": value + spread})  # fmt: skip
    return found


GAP = {
    "boot": "b1",
    "first": 31,
    "last": 55,
    "lost": 20,
    "healed": False,
    "begun": at(-6.0 * 110),
    "ended": at(-6.0 * 84),
}


def deployment(name: str, age: float = 3.0, **changes: Any) -> Json:
    """Everything that a desk tells of a deployment."""
    standing = "alive" if age <= 2 * EVERY else "late" if age <= 6 * EVERY else "silent"
    found = state(**changes)
    return {
        "id": name,
        "project": f"Project {name}",
        "since": at(-9_000),
        "source": "digests",
        "boot": "b2",
        "seq": 57,
        "sent": at(0),
        "received": at(0),
        "every": EVERY,
        "age": age,
        "standing": standing,
        "revision": 57,
        "conflicts": {"count": 0, "last": None},
        **{key: found[key] for key in ("algorithm", "live", "currency", "as_of", "equity")},
        **{key: found["account"][key] for key in ("today", "total_return", "drawdown")},
        "since_deploy": found["since_deploy"],
        "opposed": True,
        "gaps": 1,
        "alerts": len(found["alerts"]),
        "open_orders": 2,
        "left_out": 0,
        "boots": [],
        "state": found,
        "last_fills": [fill(number, -3.0 * (60 - number)) for number in range(59, 44, -1)],
        "last_trades": [closed_trade(50, 53, -21), closed_trade(45, 47, -39)],
        "last_alerts": [event("alert", alert()["text"], -30, alert())],
        "last_events": [
            event("flow", "deposit: 10,000.00 USD", -100),
            event("deployment", "deployment 4 began", -240, {"number": 4}),
        ],
        "known_gaps": [GAP],
    }


# What a list has not, and one deployment has.
WHOLE = ("state", "last_fills", "last_trades", "last_alerts", "last_events", "known_gaps")


def line(whole: Json) -> Json:
    """A deployment as the list has it."""
    return {key: value for key, value in whole.items() if key not in (*WHOLE, "left_out", "boots")}
