"""Going on after a stop: what is restored, what changed meanwhile, and what is told of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.tracker.state import STATE_VERSION
from models.trades.log import BATCH
from tests.utils.runs import DAY, Project, Run, bought, stock
from tests.utils.store.saved import ids
from tests.workbench.engine import tapes
from utils.store.categories import STORE_POLICY
from utils.store.object_store import ObjectStoreManager
from utils.tracking import LeanTracker
from workbench.engine.faults import Faults

LEFT = 499.0  # dollars, after 10 shares were bought for 500 and a dollar


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project that bought 10 shares in its first deployment, and was stopped."""
    made = Project(tmp_path)
    made.run(*bought())
    return made


def shown(
    held: dict[str, list[float]], clock: str = "14:33", cash: float = LEFT, **more: Any
) -> tapes.Line:
    """A mark that shows these holdings and dollars."""
    tpv = cash + sum(figures[4] for figures in held.values())
    return tapes.mark(clock, h=held, tpv=tpv, cash={"USD": [cash, 1.0]}, **more)


def again(
    project: Project,
    held: dict[str, list[float]],
    cash: float = LEFT,
    *more: tapes.Line,
    **run: Any,
) -> Run:
    """Deploy once more, with what the broker holds by now."""
    return project.run(tapes.security(), shown(held, cash=cash), *more, cash=cash, **run)


# --- what is restored


def test_the_books_go_on(project: Project) -> None:
    """Holdings, strategies, fees and fills are those of before; nothing is adopted."""
    tracker = again(project, stock(10.0, 52.0)).tracker
    assert tracker.ledger.books.fills == 1
    assert [lot.price for lot in tracker.ledger.books.accounts["a"].open[tapes.STOCK].lots] == [
        50.0
    ]
    assert tracker.sheets()["a"].net_pnl == 19.0
    assert tracker.ledger.books.anomalies == []
    assert tracker.ledger.flows == []
    assert tracker.balance()["unexplained"] == 0.0
    assert tracker.balance()["starting_equity"] == 1000.0


def test_figures_since_the_deployment_stand_beside_those_since_inception(project: Project) -> None:
    """The account made 1.5 before the stop and 17.5 after it."""
    tracker = again(project, stock(10.0, 52.0)).tracker
    summary = tracker.summary()
    assert summary.net_pnl == 19.0
    assert summary.total_return == pytest.approx(0.019)
    since = summary.since_deploy
    assert (since.deployment, since.net_pnl, since.trades) == (2, 17.5, 0)
    assert since.total_return == pytest.approx(1019.0 / 1001.5 - 1.0)
    assert [each.number for each in tracker.deployments] == [1, 2]


def test_deployments_are_counted(project: Project) -> None:
    """Each knows its number, LEAN's id, and where the account stood."""
    for _ in range(3):
        run = again(project, stock(10.0, 52.0))
    found = [(each.number, each.name, each.equity) for each in run.tracker.deployments]
    assert found == [(1, "", 1000.0), (2, "L-2", 1001.5), (3, "L-3", 1019.0), (4, "L-4", 1019.0)]


def test_off_starts_anew(project: Project) -> None:
    """What the broker holds is unassigned, and the account begins with it."""
    tracker = again(project, stock(10.0, 52.0), resume="off").tracker
    assert [each.number for each in tracker.deployments] == [1]
    assert tracker.ledger.books.fills == 0
    assert tracker.sheets()["unassigned"].unrealized == 20.0


def test_a_backtest_starts_anew(project: Project) -> None:
    """It sees nothing of live trading, nor of the backtest before it."""
    for _ in range(2):
        tracker = project.run(*bought(), live=False).tracker
        assert len(tracker.deployments) == 1
        assert tracker.balance()["starting_equity"] == 1000.0


def test_a_backtest_that_resumes_goes_on_from_the_last_that_did(project: Project) -> None:
    """Under a name of its own: live trading's state is neither read nor written."""
    slots = {
        path: path.read_bytes() for path in project.folder.rglob("live-[ab]") if path.is_file()
    }
    first = project.run(*bought(), live=False, resume="on").tracker
    assert len(first.deployments) == 1
    second = again(project, stock(10.0, 52.0), live=False, resume="on").tracker
    assert [each.number for each in second.deployments] == [1, 2]
    assert second.sheets()["a"].net_pnl == 19.0
    assert slots
    assert all(path.read_bytes() == data for path, data in slots.items())


def test_a_backtest_does_not_go_on_from_its_future(project: Project) -> None:
    """The same days again are no continuation: it begins anew, and says why."""
    project.run(*bought(), live=False, resume="on", day="2020-02-03")
    run = project.run(*bought(), live=False, resume="on", day="2020-02-03")
    assert len(run.tracker.deployments) == 1
    assert run.tracker.sheets()["a"].net_pnl == 1.5
    assert run.tracker.balance()["starting_equity"] == 1000.0
    assert any("beyond this backtest's start" in text for text in run.warnings)


def test_nothing_saved_is_nothing_to_go_on_from(tmp_path: Path) -> None:
    """A first deployment is one, and warns of nothing."""
    run = Project(tmp_path).run(*bought())
    assert [each.number for each in run.tracker.deployments] == [1]
    assert (run.warnings, run.tracker.errors) == ([], {})


def test_an_account_that_never_opened_opens_now(tmp_path: Path) -> None:
    """A state that was saved by hand before the first event is no deployment."""
    project = Project(tmp_path)
    project.run(started=lambda tracker: tracker.save_to_object_store(), persist="off")
    run = project.run(*bought())
    assert [each.number for each in run.tracker.deployments] == [1]
    assert run.tracker.balance()["unexplained"] == 0.0


# --- order ids that start again


def sold(clock: str = "14:34", **changes: Any) -> tapes.Line:
    """LEAN's order 1 of the new deployment: 4 of the 10 shares sold at 55."""
    terms: tapes.Line = {
        "direction": "SELL", "fill_qty": -4.0, "qty": -4.0, "order_qty": -4.0, "fill_price": 55.0,
        "price": 55.0, "position": 6.0, "tpv": LEFT + 219.0 + 330.0,
        "cash": {"USD": [LEFT + 219.0, 1.0]},
    }  # fmt: skip
    return tapes.order(clock, **terms | changes)


def test_an_order_id_that_came_before_is_a_new_order(project: Project) -> None:
    """Order 1, event 2 was booked in the first deployment; here it is another fill."""
    after = shown(stock(6.0, 55.0), "14:35", LEFT + 219.0)
    run = again(project, stock(10.0, 52.0), LEFT, sold(), after)
    (trade,) = run.tracker.trades()
    assert (trade.quantity, trade.pnl, trade.strategy) == (4.0, 18.6, "a")
    assert run.tracker.ledger.books.fills == 2
    assert run.tracker.balance()["unexplained"] == 0.0
    assert run.tracker.ledger.books.anomalies == []


def test_a_fill_that_comes_before_the_first_slice_is_booked_as_its_own(project: Project) -> None:
    """Its order is read as a new one, tag and all, though its id is that of an old one."""
    first = sold("14:33", tag="strategy=b")
    after = shown(stock(6.0, 55.0), "14:35", LEFT + 219.0)
    run = project.run(tapes.security(), first, after, cash=LEFT)
    tracker = run.tracker
    assert tracker.ledger.books.fills == 2
    assert tracker.sheets()["b"].fees == 1.0
    assert tracker.ledger.books.accounts["b"].open[tapes.STOCK].quantity == -4.0
    assert tracker.ledger.books.accounts["a"].open[tapes.STOCK].quantity == 10.0
    assert [each.number for each in tracker.deployments] == [1, 2]
    assert tracker.ledger.books.anomalies == []
    assert tracker.ledger.flows == []
    assert tracker.balance()["unexplained"] == 0.0


def test_orders_are_named_by_their_deployment(project: Project) -> None:
    """In the log the new order 1 is another one than the old."""
    after = shown(stock(6.0, 55.0), "14:35", LEFT + 219.0)
    run = again(project, stock(10.0, 52.0), LEFT, sold(), after, log_level="debug")
    assert "id=2-o1 " in run.logged("order filled")[0]
    (closed,) = run.logged("trade closed")
    assert "closed_by=2-o1" in closed


# --- what changed while LEAN was stopped


def test_what_grew_is_adopted_at_the_brokers_average(project: Project) -> None:
    """5 more at 56: unassigned, at what they cost, and the cash they took is a flow."""
    run = again(project, stock(15.0, 60.0, average=52.0), LEFT - 280.0)
    tracker = run.tracker
    (lot,) = tracker.ledger.books.accounts["unassigned"].open[tapes.STOCK].lots
    assert (lot.quantity, lot.price, lot.seeded) == (5.0, 56.0, True)
    assert [anomaly.kind for anomaly in tracker.ledger.books.anomalies] == ["adopted"]
    assert tracker.balance()["unexplained"] == pytest.approx(0.0, abs=1e-9)
    assert tracker.balance()["flows"] == pytest.approx(0.0, abs=1e-9)
    assert tracker.balance()["equity"] == LEFT - 280.0 + 900.0


def test_what_shrank_is_closed_at_the_price_that_its_cash_implies(project: Project) -> None:
    """6 of 10 are left and 200 came: 4 were sold at 50, as trades that say `outside`."""
    run = again(project, stock(6.0, 55.0), LEFT + 200.0)
    (trade,) = run.tracker.trades()
    assert (trade.quantity, trade.exit_price, trade.exit_reason) == (4.0, 50.0, "outside")
    assert trade.strategy == "a"
    assert run.tracker.flows() == ()
    assert run.tracker.balance()["unexplained"] == pytest.approx(0.0, abs=1e-9)


def test_what_shrank_beside_a_deposit_is_closed_at_the_current_price(project: Project) -> None:
    """No market was at 300: 4 close at the first mark's price, and the rest is a flow."""
    run = again(project, stock(6.0, 55.0), LEFT + 1200.0)
    (trade,) = run.tracker.trades()
    assert (trade.quantity, trade.exit_price, trade.exit_reason) == (4.0, 55.0, "outside")
    (flow,) = run.tracker.flows()
    assert flow.value == pytest.approx(980.0)
    assert flow.cause == "while stopped"
    assert run.tracker.balance()["unexplained"] == pytest.approx(0.0, abs=1e-9)


def test_what_vanished_is_closed_at_the_current_price(project: Project) -> None:
    """All of it, at the price LEAN has of it now."""
    run = again(project, {tapes.STOCK: [0.0, 55.0, 0.0, 0.0, 0.0]}, LEFT + 550.0)
    (trade,) = run.tracker.trades()
    assert (trade.quantity, trade.exit_price, trade.exit_reason) == (10.0, 55.0, "outside")
    assert run.tracker.ledger.flows == []
    assert run.tracker.ledger.books.holdings[tapes.STOCK].quantity == 0.0
    assert run.tracker.balance()["unexplained"] == pytest.approx(0.0, abs=1e-9)


def test_what_vanished_and_has_no_price_yet_is_closed_at_the_last_one(project: Project) -> None:
    """A price of 0 is none: the loss of everything would be an invention."""
    run = again(project, {}, LEFT + 502.5)
    (trade,) = run.tracker.trades()
    assert (trade.exit_price, trade.pnl) == (50.25, 1.5)
    assert run.tracker.ledger.flows == []


def test_a_future_that_vanished_is_closed_at_the_current_price(tmp_path: Path) -> None:
    """LEAN shows no profit of what it does not hold: the price does, not the average."""
    project = Project(tmp_path)
    held = {tapes.FUTURE: [1.0, 4010.0, 4000.0, 500.0, 200_500.0, 0.0]}
    fill = tapes.order(
        sid=tapes.FUTURE, fill_price=4000.0, fill_qty=1.0, qty=1.0, order_qty=1.0, fee=2.0,
        fee_account=2.0, price=4000.0, position=1.0, tpv=99_998.0, cash={"USD": [99_998.0, 1.0]},
    )  # fmt: skip
    after = tapes.mark("14:32", h=held, tpv=100_498.0, cash={"USD": [99_998.0, 1.0]})
    project.run(tapes.future(), fill, after, cash=100_000.0)
    gone = {tapes.FUTURE: [0.0, 4030.0, 0.0, 0.0, 0.0, 0.0]}
    mark = tapes.mark("14:33", h=gone, tpv=101_498.0, cash={"USD": [101_498.0, 1.0]})
    run = project.run(tapes.future(), mark, cash=101_498.0)
    (trade,) = run.tracker.trades()
    assert (trade.exit_price, trade.gross_pnl, trade.exit_reason) == (4030.0, 1_500.0, "outside")
    assert run.tracker.ledger.flows == []
    assert run.tracker.balance()["unexplained"] == pytest.approx(0.0, abs=1e-9)


def test_what_flipped_is_closed_and_opened(project: Project) -> None:
    """From 10 long to 3 short at 54: the longs close at the market, the shorts cost 54."""
    run = again(project, stock(-3.0, 55.0, average=54.0), LEFT + 550.0 + 162.0)
    tracker = run.tracker
    (trade,) = tracker.trades()
    assert (trade.quantity, trade.exit_price, trade.strategy) == (10.0, 55.0, "a")
    (lot,) = tracker.ledger.books.accounts["unassigned"].open[tapes.STOCK].lots
    assert (lot.quantity, lot.price) == (-3.0, 54.0)
    assert tracker.balance()["flows"] == pytest.approx(0.0, abs=1e-9)
    assert tracker.balance()["unexplained"] == pytest.approx(0.0, abs=1e-9)


def test_cash_that_moved_is_a_flow(project: Project) -> None:
    """A deposit while LEAN was stopped is no profit and no return."""
    run = again(project, stock(10.0, 50.25), LEFT + 5_000.0)
    (flow,) = run.tracker.ledger.flows
    assert (flow.value, flow.cause) == (5_000.0, "while stopped")
    summary = run.tracker.summary()
    assert (summary.net_pnl, summary.since_deploy.net_pnl) == (1.5, 0.0)
    assert summary.total_return == pytest.approx(0.0015)
    assert summary.balance["unexplained"] == 0.0


def test_all_of_it_is_told_once(project: Project) -> None:
    """One line says that the state was restored, one what was adopted."""
    cash = LEFT + 1200.0
    later = [shown(stock(6.0, 55.0), f"14:{minute}", cash) for minute in (34, 35, 36)]
    run = again(project, stock(6.0, 55.0), cash, *later)
    (restored,) = run.logged("restored")
    assert "deployment=2" in restored
    (adopted,) = run.logged("adopted")
    assert "holdings=1 cash=980" in adopted
    quiet = again(project, stock(6.0, 55.0), cash)
    assert len(quiet.logged("restored")) == 1
    assert quiet.logged("adopted") == []


def test_the_comparison_waits_for_the_first_slice(project: Project) -> None:
    """Midnight and timers come before LEAN has fetched the account: they neither mark nor save."""
    empty = tapes.start(live=True, cash={"USD": [0.0, 1.0]}, tpv=0.0, utc=tapes.utc("04:30"))
    start = {**empty, "start": f"{DAY}T00:00:00"}
    midnight = tapes.day("05:00")
    run = project.run(
        start,
        midnight,
        tapes.security(),
        shown(stock(10.0, 52.0)),
        each=project.later(100.0),
    )
    tracker = run.tracker
    assert tracker.ledger.books.anomalies == []
    assert tracker.ledger.flows == []
    assert tracker.balance()["unexplained"] == 0.0
    assert tracker.summary().total_return == pytest.approx(0.019)


def test_a_stop_before_the_first_slice_loses_nothing(project: Project) -> None:
    """What was restored and never compared is saved as it was, and compared the next time."""
    project.run(cash=0.0)
    run = again(project, stock(10.0, 52.0))
    assert run.tracker.sheets()["a"].net_pnl == 19.0
    assert run.tracker.ledger.flows == []
    assert run.tracker.balance()["unexplained"] == 0.0


# --- what cannot be gone on with


def spoil(project: Project, **changes: Any) -> dict[Path, bytes]:
    """Change the saved documents; returns the files as they are then."""
    run = Project(project.folder).run(tapes.security(), persist="off", resume="off")
    store: Any = run.engine.algorithm.object_store
    manager = ObjectStoreManager(store, STORE_POLICY, project="0-Made", live=True)
    for name in manager.names("state"):
        text = json.loads(manager.load_text("state", name).value or "")
        manager.save_text("state", name, json.dumps({**text, **changes}), force=True)
    files = (project.folder / "store").rglob("live-[ab]")
    return {path: path.read_bytes() for path in files}


def test_a_newer_state_is_left_alone(project: Project) -> None:
    """The run goes on without it, says why, and saves nothing in its place."""
    before = spoil(project, version=STATE_VERSION + 1)
    assert before
    project.runs += 5
    run = again(project, stock(10.0, 52.0), each=project.later(100.0))
    assert {path: path.read_bytes() for path in before} == before
    assert len(run.tracker.deployments) == 1
    assert run.tracker.balance()["unexplained"] == 0.0
    assert run.tracker.errors == {"load: NewerError": 1}
    assert len(run.warnings) == 2
    assert "update the tracker" in run.warnings[0]
    assert "nothing is saved" in run.warnings[1]


def test_a_state_that_cannot_be_read_now_is_not_written_over(project: Project) -> None:
    """The store fails while the run starts: it is left alone, and found by the next deployment."""
    faults = Faults(raises=frozenset({"ObjectStore.read"}))
    run = again(project, stock(10.0, 52.0), each=project.later(100.0), faults=faults)
    assert len(run.tracker.deployments) == 1
    assert run.tracker.errors == {"load: SnapshotError": 1}
    third = again(project, stock(10.0, 52.0))
    assert third.tracker.sheets()["a"].net_pnl == 19.0
    assert len(third.tracker.deployments) == 2


def test_a_state_in_another_currency_is_left_alone(project: Project) -> None:
    """A deployment in euros neither takes it over nor writes over it."""
    start = tapes.start(live=True, account_currency="EUR", cash={"EUR": [1000.0, 1.0]}, tpv=1000.0)
    run = project.run(start, tapes.mark("14:33", tpv=1000.0))
    assert run.tracker.errors == {"restore: TrackerError": 1}
    assert run.tracker.balance()["equity"] == 1000.0
    back = again(project, stock(10.0, 52.0))
    assert back.tracker.sheets()["a"].net_pnl == 19.0


# --- what else outlives a stop


@pytest.mark.slow
def test_all_trades_are_answered_after_many_deployments(tmp_path: Path) -> None:
    """Those in segments of each deployment and those in memory, each once and in order."""
    project = Project(tmp_path)
    made = 0
    for _ in range(3):
        tracker = project.run(tapes.mark(tpv=1000.0), keep_trades=10, resume="on").tracker
        for _ in range(BATCH + 50):
            tracker.open_trade("A", 1, 10.0)
            tracker.close_trade("A", price=11.0)
        made += BATCH + 50
        assert tracker.save_to_object_store()
        assert ids(tracker) == list(range(1, made + 1))
        assert not tracker.errors
    assert len(tracker.trades(limit=5)) == 5


def test_a_lost_segment_costs_its_trades_and_not_the_state(tmp_path: Path) -> None:
    """The next deployment goes on with everything else, and its summary says what is lost."""
    project = Project(tmp_path)
    tracker = project.run(tapes.mark(tpv=1000.0), keep_trades=10).tracker
    for _ in range(2 * BATCH + 50):
        tracker.open_trade("A", 1, 10.0)
        tracker.close_trade("A", price=11.0)
    assert tracker.save_to_object_store()
    lost = next(project.folder.rglob("trades/*/live-000001"))
    lost.unlink()
    run = project.run(tapes.mark(tpv=1000.0), keep_trades=10)
    assert [each.number for each in run.tracker.deployments] == [1, 2]
    assert run.tracker.summary().account.trades == 2 * BATCH + 50
    assert run.tracker.errors == {"read of the archive: SnapshotError": 1}
    (warning,) = run.warnings
    assert "are lost with live-000001" in warning
    assert run.tracker.saving.persists


def test_an_alert_that_fires_goes_on_firing(project: Project) -> None:
    """A drawdown that was told before the stop is not told again after it, its end is."""
    fallen = [shown(stock(10.0, 40.0)), shown(stock(10.0, 39.0), "14:34")]
    settings: dict[str, Any] = {"alerts": "drawdown=0.05", "notify": "email=a@b.c"}
    run = project.run(tapes.security(), *fallen, cash=LEFT, **settings)
    assert len(run.engine.notifications) == 1
    more = [shown(stock(10.0, 38.0), "14:34"), shown(stock(10.0, 60.0), "14:35")]
    run = again(project, stock(10.0, 39.0), LEFT, *more, **settings)
    (told,) = run.engine.notifications
    assert "recovered to 0.00 %" in told[2]
    assert len(run.logged("drawdown alert")) == 0
    assert len(run.logged("drawdown recovery")) == 1


def test_a_streak_goes_on_over_a_stop(project: Project) -> None:
    """Two losses before and one after make three in a row."""
    settings: dict[str, Any] = {"alerts": "losing_streak=3"}
    tracker = again(project, stock(10.0, 50.25), **settings).tracker
    for _ in range(2):
        tracker.open_trade("B", 1, 10.0)
        tracker.close_trade("B", price=9.0)
    assert tracker.save_to_object_store()
    tracker = again(project, stock(10.0, 50.25), **settings).tracker
    heard: list[Any] = []
    tracker.add_listener(heard.append, "alert")
    tracker.open_trade("B", 1, 10.0)
    tracker.close_trade("B", price=9.0)
    assert [notice.record.value for notice in heard] == [3.0]


def test_what_is_held_is_known_to_the_log(project: Project) -> None:
    """A purchase after the stop adds to a position, it does not open one."""
    more = tapes.order(
        "14:34", fill_qty=5.0, qty=5.0, order_qty=5.0, position=15.0,
        cash={"USD": [LEFT - 251.0, 1.0]}, tpv=1_001.75,
    )  # fmt: skip
    run = again(project, stock(10.0, 50.25), LEFT, more, log_level="info")
    assert len(run.logged("position increased")) == 1
    assert run.logged("position opened") == []


# --- resetting


def test_a_reset_begins_a_new_account(project: Project) -> None:
    """At the next hook the account opens as it stands; nothing of before alerts or is saved."""

    def reset_at(played: Any) -> None:
        if played.type == "mark" and "14:33" in played.line["utc"]:
            watch[0].reset()

    watch: list[Any] = []
    later = [shown(stock(10.0, 40.0), "14:34"), shown(stock(10.0, 41.0), "14:35")]
    run = again(
        project,
        stock(10.0, 30.0),
        LEFT,
        *later,
        started=watch.append,
        each=reset_at,
        alerts="drawdown=0.05",
    )
    tracker = run.tracker
    assert [each.number for each in tracker.deployments] == [1]
    assert tracker.balance()["unexplained"] == 0.0
    assert tracker.ledger.marks == 2
    assert tracker.alerts.state()["firing"] == []
    assert set(tracker.sheets()) == {"unassigned"}
    assert tracker.errors == {}


# --- what one run is told by hand, and another reads


def test_execution_takes_an_old_id_for_a_new_order(project: Project) -> None:
    """Order 1 of the second deployment is not the late fill of the first one's."""
    after = shown(stock(6.0, 55.0), "14:35", LEFT + 219.0)
    run = again(project, stock(10.0, 52.0), LEFT, sold(), after)
    account = run.tracker.execution_quality()[0]
    assert (account.orders, account.fills) == (2, 2)
    assert run.tracker.core.execution is not None
    assert run.tracker.core.execution.late_fills == 0


def test_loading_another_runs_state_by_hand_begins_a_deployment(project: Project) -> None:
    """It books what `tracker_resume` would: no fill is taken for one that came before."""
    after = shown(stock(6.0, 55.0), "14:35", LEFT + 219.0)
    loaded: list[bool] = []

    def load(tracker: LeanTracker) -> None:
        loaded.append(tracker.load_from_object_store())

    run = again(project, stock(10.0, 52.0), LEFT, sold(), after, resume="off", started=load)
    assert loaded == [True]
    assert run.tracker.ledger.books.fills == 2
    assert [trade.pnl for trade in run.tracker.trades()] == [18.6]
    assert run.tracker.ledger.flows == []
    assert [each.number for each in run.tracker.deployments] == [1, 2]


def test_statistics_count_what_an_earlier_run_archived(tmp_path: Path) -> None:
    """Also where this run archives nothing itself, and in the one after it."""
    project = Project(tmp_path)
    tracker = project.run(tapes.mark(tpv=1000.0), keep_trades=10).tracker
    for _ in range(BATCH + 50):
        tracker.open_trade("A", 1, 10.0)
        tracker.close_trade("A", price=11.0)
    assert tracker.save_to_object_store()
    for persist in ("off", "on"):
        tracker = project.run(tapes.mark(tpv=1000.0), keep_trades=10, persist=persist).tracker
        assert tracker.trade_statistics().trades == BATCH + 50
        assert tracker.save_to_object_store()
    assert not tracker.errors
