"""What a scenario's lines that start with `=>` say must hold.

=> trade trend LONG 10 AAPL 100->110 gross 100 fees 3 net 97 reason order
                                the next trade that closed; also percent, slippage, bps, tag,
                                orders 1,2, seeded True, mae, mfe; spaces in a value are written _
=> lots trend AAPL 10 @ 100, 5 @ 101
                                all its open lots, or `none`
=> trend realized 100 fees 3    a strategy's terms, or the `account`'s: those not named are 0
=> in AAPL trend realized 100   the same of one instrument
=> equity 10121 unexplained 0   terms of the account, those named
=> flow USD 100 100 announced: a note
                                the next flow: amount, value, cause
=> flows none                   there is none but those told of
=> anomaly adopted              the next anomaly's kind
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from models.ledger.statement import Sheet
from tests.laws import close

if TYPE_CHECKING:
    from tests.scenario import Player


def number(text: str) -> float:
    """A number, or a fraction such as 100/3."""
    return float(Fraction(text))


def pairs(words: list[str]) -> dict[str, str]:
    """Words that come in pairs, a name and its value."""
    return dict(zip(words[::2], words[1::2], strict=True))


def expect(player: Player, words: list[str]) -> None:
    """Assert what one line says."""
    _EXPECT.get(words[0], _strategy)(player, words)


def _trade(player: Player, words: list[str]) -> None:
    _, strategy, direction, quantity, symbol, prices, *rest = words
    assert len(player.trades) > player.told_trades, "no such trade closed"
    trade = player.trades[player.told_trades]
    player.told_trades += 1
    whose = trade.strategy, trade.direction, trade.symbol
    assert whose == (strategy, direction.lower(), symbol), f"it is {trade}"
    shown = trade.quantity, trade.entry_price, trade.exit_price
    told = map(number, (quantity, *prices.split("->")))
    assert all(map(close, shown, told)), f"it is {trade}"
    figures = {"gross": trade.gross_pnl, "fees": trade.commission, "net": trade.pnl}
    figures |= {
        "percent": trade.pnl_pct or 0.0,
        "slippage": trade.slippage or 0.0,
        "bps": trade.slippage_bps or 0.0,
        "mae": trade.mae,
        "mfe": trade.mfe,
    }
    texts = {"reason": trade.exit_reason.replace(" ", "_"), "tag": trade.tag.replace(" ", "_")}
    texts |= {"orders": "{},{}".format(*trade.order_ids), "seeded": str(trade.seeded)}
    for name, value in pairs(rest).items():
        same = close(figures[name], number(value)) if name in figures else texts[name] == value
        assert same, f"{name}: it is {trade}"


def _lots(player: Player, words: list[str]) -> None:
    _, strategy, sid, *rest = words
    lots = player.ledger.books.accounts[strategy].positions[sid].lots
    told = [text.split(" @ ") for text in " ".join(rest).split(", ") if text != "none"]
    assert len(told) == len(lots), f"they are {lots}"
    for lot, (quantity, price) in zip(lots, told, strict=True):
        assert close(lot.quantity, number(quantity)), f"they are {lots}"
        assert close(lot.price, number(price)), f"they are {lots}"


def _strategy(player: Player, words: list[str]) -> None:
    strategy, *rest = words
    ledger = player.ledger
    _sheet(ledger.total() if strategy == "account" else ledger.sheet(strategy), rest)


def _instrument(player: Player, words: list[str]) -> None:
    _, sid, strategy, *rest = words
    _sheet(player.ledger.by_instrument()[sid][strategy], rest)


def _sheet(sheet: Sheet, words: list[str]) -> None:
    told = Sheet(**{name: number(value) for name, value in pairs(words).items()}).to_dict()
    same = all(close(value, told[name]) for name, value in sheet.to_dict().items())
    assert same, f"it is {sheet}"


def _balance(player: Player, words: list[str]) -> None:
    balance = player.ledger.balance()
    for name, value in pairs(words).items():
        key = "starting_equity" if name == "starting" else name
        assert close(balance[key] or 0.0, number(value)), f"{name} is {balance[key]}"


def _anomaly(player: Player, words: list[str]) -> None:
    anomalies = player.ledger.books.anomalies
    assert len(anomalies) > player.told_anomalies, "there is no such anomaly"
    kind = anomalies[player.told_anomalies].kind
    player.told_anomalies += 1
    assert kind == " ".join(words[1:])


def _flow(player: Player, words: list[str]) -> None:
    _, currency, amount, value, *cause = words
    assert len(player.ledger.flows) > player.told_flows, "there is no such flow"
    flow = player.ledger.flows[player.told_flows]
    player.told_flows += 1
    assert (flow.currency, flow.cause) == (currency, " ".join(cause)), f"it is {flow}"
    assert close(flow.amount, number(amount)), f"it is {flow}"
    assert close(flow.value, number(value)), f"it is {flow}"


def _flows(player: Player, words: list[str]) -> None:
    if words[1] == "none":
        assert player.ledger.flows[player.told_flows :] == []
    else:
        _balance(player, words)


_EXPECT: dict[str, Callable[[Player, list[str]], None]] = {
    "trade": _trade,
    "lots": _lots,
    "in": _instrument,
    "anomaly": _anomaly,
    "flow": _flow,
    "flows": _flows,
    "equity": _balance,
    "unexplained": _balance,
    "starting": _balance,
    "max_abs_unexplained": _balance,
}
