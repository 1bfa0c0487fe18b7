"""`replay` as a person and a machine use it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from models.trades.lean_trade import LeanTrade
from models.trades.record import TradeRecord
from tests.workbench.commands.calls import broken, read_lines, run
from tests.workbench.engine import tapes
from workbench.engine.tape import TAPE_NAME
from workbench.recordings import recordings

BALANCE = {
    "starting_equity", "realized", "unrealized", "fees", "dividends", "financing", "settlement",
    "fx", "flows", "unexplained", "equity", "lean_equity", "max_abs_unexplained",
}  # fmt: skip
STRATEGY = {"realized", "unrealized", "fees", "dividends", "financing", "settlement", "net_pnl"}


def test_a_replay_shows_the_balance_sheet_strategies_and_trades() -> None:
    """By name, a recording's replay prints what explains the account, in tables."""
    shown = run("replay", "option-combos")
    assert shown.exit_code == 0
    for text in ("Balance sheet, USD", "LEAN's equity", "998,853.20", "condor", "Largest trades"):
        assert text in shown.output
    assert "The books balance" in shown.output


def test_out_writes_the_four_files(tmp_path: Path) -> None:
    """`--out` writes the summary, a line a mark, and both books of trades."""
    assert run("replay", "option-combos", "--out", tmp_path, "--quiet").output == ""
    summary = json.loads((tmp_path / "summary.json").read_text())
    marks = read_lines(tmp_path / "marks.jsonl")
    trades = read_lines(tmp_path / "trades.jsonl")
    lean_trades = read_lines(tmp_path / "lean_trades.jsonl")
    assert set(summary["balance"]) == BALANCE
    assert summary["marks"] == len(marks) == 143
    assert summary["fills"] > len(trades) > 0
    for strategy in summary["strategies"].values():
        assert set(strategy) >= STRATEGY
        earned = strategy["realized"] + strategy["unrealized"] - strategy["fees"]
        moved = strategy["dividends"] + strategy["financing"] + strategy["settlement"]
        assert strategy["net_pnl"] == pytest.approx(earned + moved)
    assert summary["balance"]["fees"] > 0
    keys = {"utc", "equity", "lean_equity", "unexplained", "nav", "drawdown", "strategies"}
    assert set(marks[-1]) == keys
    assert {"daily", "weekly", "monthly", "yearly"} == set(summary["sessions"])
    assert summary["drawdown"]["depth"] == marks[-1]["drawdown"]
    for name, net_pnl in marks[-1]["strategies"].items():
        assert net_pnl == summary["strategies"][name]["net_pnl"]
    assert [TradeRecord.from_dict(trade).to_dict() for trade in trades] == trades
    assert [LeanTrade.from_dict(trade).to_dict() for trade in lean_trades] == lean_trades


def test_flows_say_when_how_much_and_why(tmp_path: Path) -> None:
    """Each deposit is listed with its time, currency, amount and cause."""
    run("replay", "opposed-futures", "--out", tmp_path, "--quiet")
    flows = json.loads((tmp_path / "summary.json").read_text())["flows"]
    assert len(flows) == 4
    for flow in flows:
        assert {"time", "currency", "amount", "cause"} <= set(flow)
        assert flow["cause"] == "unannounced"


def test_json_is_the_summary_and_nothing_else() -> None:
    """`--json` prints one JSON object for machines."""
    summary = json.loads(run("replay", "cash-account", "--json").output)
    assert summary["recording"] == "cash-account"
    assert summary["balance"]["equity"] == pytest.approx(201_124.0)


def test_grouping_and_matching_choose_leans_trades(tmp_path: Path) -> None:
    """The LEAN book follows `--grouping` and `--matching`."""
    words = ("--grouping", "flat-to-flat", "--matching", "lifo", "--quiet")
    run("replay", "sliced-fills", "--out", tmp_path, *words)
    path = recordings()["sliced-fills"].path / "closed-trades.FLAT_TO_FLAT.LIFO.json.gz"
    with gzip.open(path, "rt") as file:
        expected = json.load(file)
    assert len(read_lines(tmp_path / "lean_trades.jsonl")) == len(expected)


@pytest.mark.parametrize("words", [["--grouping", "none"], ["--matching", "hifo"], ["--speed"]])
def test_a_wrong_option_is_refused(words: list[str]) -> None:
    """A wrong choice or option is a usage error that names what there is."""
    refused = run("replay", "no-trades", *words)
    assert refused.exit_code == 2
    assert "Error" in refused.output


@pytest.mark.parametrize("kind", ["empty", "no gzip", "cut", "no end", "bad line", "no tape"])
def test_what_is_no_recording_is_refused_with_file_and_line(tmp_path: Path, kind: str) -> None:
    """A damaged recording ends with exit code 2 and one sentence that names the file."""
    refused = run("replay", broken(tmp_path, kind))
    assert refused.exit_code == 2
    assert refused.exception is None or isinstance(refused.exception, SystemExit)
    assert TAPE_NAME in refused.output
    assert "Traceback" not in refused.output


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    """The error says in which line the trouble is."""
    assert "line 2" in run("replay", broken(tmp_path, "bad line")).output


ABSURD: dict[str, tapes.Line | str] = {
    "infinite equity": json.dumps(tapes.mark(tpv=1.0)).replace("1.0", "1e999"),
    "huge fill": tapes.order(fill_price=1e308, fill_qty=1e308),
    "no multiplier": tapes.security(multiplier=0.0),
    "negative multiplier": tapes.security(multiplier=-1.0),
    "no lot": tapes.security(lot=0.0),
    "no quote": tapes.security(quote=""),
    "split by zero": tapes.corporate("split", factor=0.0),
}


@pytest.mark.parametrize("kind", ABSURD)
def test_an_absurd_line_is_refused_and_leniently_left_out(tmp_path: Path, kind: str) -> None:
    """What no run can contain is no recording; leniently it is a warning and the rest is played."""
    lines = [tapes.start(), tapes.security(), ABSURD[kind], tapes.mark(tpv=1000.0), tapes.end()]
    folder = tapes.write(tmp_path / "absurd", lines)
    refused = run("replay", folder)
    assert refused.exit_code == 2
    assert f"{TAPE_NAME}, line 3: field " in refused.output
    played = run("replay", folder, "--lenient", "--out", tmp_path / "out", "--json")
    assert played.exit_code == 0
    assert f"Warning: {folder / TAPE_NAME}, line 3: field " in played.stderr
    assert json.loads(played.stdout)["balance"]["equity"] == 1000.0


def test_a_mark_that_omits_equity_is_not_the_days(tmp_path: Path) -> None:
    """What a day line says of equity between two marks does not reach the second."""
    full: tapes.Line = {"tpv": 1000.0, "cash": {"USD": [1000.0, 1.0]}, "h": {}}
    day = tapes.day(date="2020-01-03", tpv=1010.0)
    last = tapes.mark() | {"utc": tapes.utc("14:30", "2020-01-03")}
    end = tapes.end() | {"utc": tapes.utc("21:00", "2020-01-03")}
    folder = tapes.write(tmp_path / "days", [tapes.start(), tapes.mark(**full), day, last, end])
    balance = json.loads(run("replay", folder, "--json").output)["balance"]
    assert (balance["lean_equity"], balance["unexplained"]) == (1000.0, 0.0)


@pytest.mark.parametrize("kind", ["no end", "bad line"])
def test_lenient_plays_what_can_be_read(tmp_path: Path, kind: str) -> None:
    """`--lenient` plays the rest and warns of what it left out."""
    played = run("replay", broken(tmp_path, kind), "--lenient")
    assert played.exit_code == 0
    assert "Warning" in played.output
    assert "The books balance" in played.output


def test_an_unknown_recording_names_those_there_are() -> None:
    """A name that is none lists the names there are."""
    refused = run("replay", "no-such-run")
    assert refused.exit_code == 2
    assert "three-strategies" in refused.output
