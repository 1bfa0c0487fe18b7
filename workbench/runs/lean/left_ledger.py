"""The terms that a run's own tracker left in its result, in place of those that were rebuilt."""

from __future__ import annotations

from dataclasses import replace

from workbench.results.ledger_text import ResultLedger
from workbench.runs.exactness import Exactness, Label
from workbench.runs.record import RunRecord


def with_ledger(record: RunRecord, ledger: ResultLedger) -> RunRecord:
    """The record with the terms that the run's own tracker left in its result: they are exact."""
    total = ledger.total
    terms = {name: value for name, value in total.to_dict().items() if name in record.balance}
    exact = Label(Exactness.EXACT)
    named = (*terms, "starting_equity", "flows", "unexplained", "equity")
    labels = dict.fromkeys(named, exact)
    if not ledger.strategies_left_out:
        labels["strategies"] = exact
    equity = ledger.starting_equity + total.net_pnl + total.fx + ledger.flows + ledger.unexplained
    balance = {
        **record.balance,
        **terms,
        "starting_equity": ledger.starting_equity,
        "flows": ledger.flows,
        "unexplained": ledger.unexplained,
        "equity": equity - ledger.unexplained,
        "lean_equity": equity,
    }
    sheets = dict(ledger.strategies)
    if any(ledger.others.to_dict().values()):
        sheets["others"] = ledger.others
    return replace(
        record,
        balance=balance,
        sheets=sheets,
        fees=total.fees,
        equity=balance["equity"],
        labels={**record.labels, **labels},
    )
