"""What a reader is told first: what the run made, and whether that proves anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.certainty.estimates import Estimate
from workbench.report.comparing import Judged
from workbench.report.figures import between, change, grouped, shown
from workbench.runs.exactness import Exactness, worst
from workbench.runs.record import RunRecord

CERTAIN = 0.95


@dataclass(frozen=True, slots=True)
class Card:
    """A figure of the verdict.

    Attributes:
        key: Of its definition: part, dot and name.
        title: What it is called.
        form: How it is written.
        value: The figure; None where undefined.
        n: What it is of.
        interval: Its ends as text; empty without any.
        live: What the page computes it from again; empty where it does not.
        label: The figure or term whose label stands for it.
    """

    key: str
    title: str
    form: str
    value: Any
    n: int | None
    interval: str
    live: str
    label: str = "statistics"

    @property
    def text(self) -> str:
        """The figure as it is shown."""
        return shown(self.value, self.form)


# Definition, title and form of the figures of the portfolio and of the trades.
_OWN = (
    ("total_return", "total return", "change"),
    ("cagr", "CAGR", "change"),
    ("sharpe", "Sharpe ratio", "ratio"),
    ("sortino", "Sortino ratio", "ratio"),
    ("max_drawdown", "max drawdown", "percent"),
    ("volatility", "volatility", "percent"),
)
_TRADES = (
    ("trades", "trades", "whole"),
    ("win_rate", "win rate", "percent"),
    ("profit_factor", "profit factor", "ratio"),
    ("expectancy", "expectancy", "signed"),
    ("fees", "fees of closed trades", "money"),
)


def cards(record: RunRecord, judged: Judged | None) -> list[Card]:
    """The figures of the verdict."""
    own, trades = record.statistics["own"]["portfolio"], record.statistics["own"]["trades"]["all"]
    sure = judged.account if judged else {}

    def interval(name: str, form: str) -> str:
        found = sure.get(name)
        return between(found.low, found.high, form) if found else ""

    return [
        Card("ledger.equity", "equity", "money", record.equity, None, "", "money.equity", "equity"),
        *(
            Card(
                f"own.{name}",
                title,
                form,
                own[name]["value"],
                own[name]["n"],
                interval(name, form),
                f"own.{name}",
                "drawdown" if name == "max_drawdown" else "statistics",
            )
            for name, title, form in _OWN
        ),
        *(
            Card(
                f"trades.{name}",
                title,
                form,
                trades[name],
                trades["trades"],
                interval(name, form),
                f"trades.{name}",
                "trades",
            )
            for name, title, form in _TRADES
        ),
    ]


def sentences(record: RunRecord, judged: Judged | None) -> list[str]:
    """The verdict in words: what it made, whether it is sure, and whether the books balance."""
    return [_made(record), _sure(record, judged), _balanced(record)]


def _made(record: RunRecord) -> str:
    own, trades = record.statistics["own"]["portfolio"], record.statistics["own"]["trades"]["all"]
    total, start = own["total_return"], float(record.balance.get("starting_equity") or 0.0)
    made = record.equity - start - float(record.balance.get("flows") or 0.0)
    done = "made" if made >= 0 else "lost"
    grew = "" if total["value"] is None else f", {change(total['value'])}"
    over = f" over {total['n']:,} days" if total["n"] else ""
    kept = own["max_drawdown"]["value"]
    fell = "" if kept is None else f", at worst {grouped(100 * kept, 2)} % below its peak"
    return (
        f"It {done} {grouped(abs(made), 2)} {record.currency}{grew}{over}{fell}, in"
        f" {trades['trades']:,} closed trades."
    )


def _sure(record: RunRecord, judged: Judged | None) -> str:
    if judged is None:
        return "There is no daily value, so nothing can be said of how sure that is."
    sharpe, track = judged.account["sharpe"], judged.record
    if sharpe.value is None or track.probabilistic_sharpe is None or not _judgeable(sharpe):
        return f"{sharpe.n:,} days with a return are too few for a word on how sure that is."
    chance = track.probabilistic_sharpe
    ends = between(sharpe.low, sharpe.high, "ratio")
    ratio = f"Sharpe ratio {grouped(sharpe.value, 2)}{f' {ends}' if ends else ''}"
    if track.enough and chance >= CERTAIN:
        return f"{ratio}: that it earns more than cash is {grouped(100 * chance, 1)} % sure."
    if chance <= 1.0 - CERTAIN:
        return f"{ratio}: that it earns less than cash is {grouped(100 - 100 * chance, 1)} % sure."
    need = (
        f" {track.least_days:,} such days would be needed, and there are {track.days:,}."
        if track.least_days
        else " No number of such days would show that it earns more."
    )
    return f"{ratio}: whether it earns more than cash is not told apart from luck.{need}"


def _judgeable(sharpe: Estimate) -> bool:
    """Whether there are days enough for an interval."""
    return sharpe.low is not None or sharpe.high is not None


def _balanced(record: RunRecord) -> str:
    label = record.labels.get("unexplained")
    most = record.balance.get("max_abs_unexplained")
    if (label and label.exactness is not Exactness.EXACT) or most is None:
        note = label.note if label and label.note else "no moment could be tested"
        if label and label.exactness is Exactness.DERIVED and most is not None:
            return f"The books balance wherever this source lets them be tested: {note}."
        reason = note.removeprefix("not testable: ")
        return f"Whether the books balance is not testable from this source: {reason}."
    if most < 0.005:
        return (
            f"The books balance: at no mark is more than {most:.1e} {record.currency} unexplained."
        )
    return f"At worst {grouped(most, 2)} {record.currency} of the equity is unexplained."


def exactness(record: RunRecord) -> tuple[str, str]:
    """The worst label of the run, and what would lift it."""
    labels = list(record.labels.values())
    found = worst(labels)
    if found is Exactness.EXACT:
        return "all exact", ""
    notes = {label.note for label in labels if label.exactness is found and label.note}
    return f"worst: {found}", "; ".join(sorted(notes))
