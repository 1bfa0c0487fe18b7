"""Digests: when one is posted, what it has, and what a desk makes of those that reach it."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.tracker.desk_rows import trade_row
from models.tracker.desk_state import desk_state
from tests.utils.notify.senders import ALGORITHM, TOKEN, Reader, Sender
from tests.utils.runs import Project, bought, stock
from tests.workbench.engine import tapes
from utils.notify.digests import HOURLY_DIGESTS, HOURLY_MESSAGES, MOST_ROWS, REPEATS, desk_name
from utils.tracking import LeanTracker
from workbench.desk.digest import read_digest
from workbench.engine.faults import Faults

DESK: dict[str, Any] = {"desk": "https://desk.example.com/", "desk_token": TOKEN}


def trades_of(sender: Sender) -> set[str]:
    """The ids of all trades that a sender's tracker knows."""
    return {trade_row(sender.tracker.core, each)["id"] for each in sender.tracker.trades()}


# --- when


def test_the_first_comes_six_minutes_after_the_start() -> None:
    """So that no row of restarts posts more than LEAN sends."""
    sender = Sender()
    sender.trade()
    sender.wait(350.0)
    assert sender.posted == []
    sender.wait(10.0)
    assert len(sender.posted) == 1
    sender.wait(3_600.0)
    times = [each.at for each in sender.posted]
    assert [later - at for at, later in pairwise(times)] == [360.0] * 10


def test_nothing_is_posted_before_the_account_is_known() -> None:
    """There is nothing to tell."""
    sender = Sender()
    sender.wait(1_000.0)
    assert sender.posted == []


def test_an_alert_that_waits_comes_first() -> None:
    """A digest is posted once it was sent."""
    sender = Sender()
    sender.trade()
    sender.notifier.waits = True
    sender.alert()
    sender.wait(400.0)
    assert (sender.mails, sender.posted) == ([], [])
    sender.notifier.release(1)
    sender.notifier.deliver()
    sender.wait(10.0)
    assert (len(sender.mails), len(sender.posted)) == (1, 1)


def test_digests_give_way_to_the_alerts_of_the_hour() -> None:
    """Eighteen alerts leave room for two digests until the hour is over."""
    sender = Sender()
    sender.trade()
    sender.alert(18)
    sender.wait(3_600.0)
    assert len(sender.posted) == 2
    sender.wait(720.0)
    assert len(sender.posted) == 4


def test_a_clock_that_is_set_back_keeps_nothing_waiting() -> None:
    """What seems to come from the future counts as sent now, and goes with the hour."""
    sender = Sender()
    sender.trade()
    sender.wait(3_600.0)
    sender.now -= 86_400.0
    sender.wait(7_200.0)
    assert len(sender.posted) > 15


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 6), st.booleans()), max_size=40))
def test_no_hour_has_more_than_lean_sends(steps: list[tuple[int, int, bool]]) -> None:
    """Whatever alerts there are, and however often the process is killed and begins anew."""
    sender = Sender()
    sender.trade()
    posts: list[float] = []
    for seconds, alerts, killed in steps:
        sender.alert(alerts)
        sender.wait(float(seconds))
        if killed:
            posts += [each.at for each in sender.posted]
            sender = Sender(sender.state(), sender.now)
    posts += [each.at for each in sender.posted]
    for at in posts:
        assert sum(at <= other < at + 3_600.0 for other in posts) <= HOURLY_DIGESTS


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 6)), max_size=40))
def test_a_digest_never_takes_the_hour_beyond_its_messages(steps: list[tuple[int, int]]) -> None:
    """Of the hour that ends with any digest, alerts included."""
    sender = Sender()
    sender.trade()
    for seconds, alerts in steps:
        sender.alert(alerts)
        sender.wait(float(seconds))
    for each in sender.posted:
        sent = [*sender.mails, *(other.at for other in sender.posted)]
        recent = sum(each.at - 3_600.0 < at <= each.at for at in sent)
        assert recent <= HOURLY_MESSAGES


# --- what


def test_a_digest_has_the_state_and_what_happened() -> None:
    """It goes to the desk's address for the project, with the token in a header alone."""
    sender = Sender()
    sender.trade()
    sender.tracker.open_trade("B", 2, 5.0, time=sender.time, strategy="other")
    sender.wait()
    (posted,) = sender.posted
    assert posted.address == "https://desk.example.com/ingest/v1/4711"
    assert posted.headers == {"Authorization": f"Bearer {TOKEN}"}
    assert TOKEN not in posted.text
    digest = posted.digest
    assert (digest.deployment, digest.seq, digest.every, digest.left_out) == ("4711", 1, 360.0, 0)
    assert digest.sent.timestamp() == posted.at
    assert digest.state == desk_state(sender.tracker, algorithm=ALGORITHM)
    assert {row["id"] for row in digest.closed} == trades_of(sender)
    assert [row["kind"] for row in digest.events] == ["deployment"]


def test_a_row_comes_in_the_five_digests_after_its_first() -> None:
    """And in no later one."""
    sender = Sender()
    sender.trade()
    sender.wait((REPEATS + 3) * 360.0)
    assert [len(each.digest.closed) for each in sender.posted] == [1] * (REPEATS + 1) + [0, 0]
    assert [each.digest.seq for each in sender.posted] == [*range(1, REPEATS + 4)]
    assert len({each.digest.boot for each in sender.posted}) == 1


def test_what_lean_does_not_take_is_told_by_the_next() -> None:
    """The failure is counted each time and warned of once; the rows are not told yet."""
    sender = Sender()
    warned: list[str] = []
    sender.tracker.core.guard.warn = warned.append
    sender.tracker.core.guard.hide([TOKEN])
    sender.trade()
    sender.answer = OSError(f"no route for Bearer {TOKEN}")
    sender.wait(720.0)
    sender.answer = False
    sender.wait()
    assert sender.tracker.errors == {"desk: OSError": 2, "desk: RefusedError": 1}
    assert len(warned) == 2
    assert TOKEN not in "".join(warned)
    sender.posted.clear()
    sender.answer = True
    sender.wait((REPEATS + 1) * 360.0)
    assert [each.digest.seq for each in sender.posted] == [4, 5, 6, 7, 8, 9]
    assert all(len(each.digest.closed) == 1 for each in sender.posted)


def test_rows_without_room_come_later_and_are_counted() -> None:
    """The newest come first; what no digest had yet comes before what one had."""
    sender = Sender()
    for _ in range(400):
        sender.trade()
    sender.wait()
    first = sender.posted[0]
    assert len(json.dumps(first.text)) <= 65_536
    told = {row["id"] for row in first.digest.closed}
    assert 0 < len(told) < 400
    assert first.digest.left_out == 400 + 1 - len(told) - len(first.digest.events)
    reader = Reader()
    sender.wait(3 * 360.0)
    for each in sender.posted:
        reader.take(each.digest)
    assert reader.ids("closed") == trades_of(sender)


def test_rows_that_were_dropped_for_ever_are_counted() -> None:
    """Of more than are kept, the oldest go."""
    sender = Sender()
    for _ in range(MOST_ROWS + 5):
        sender.trade()
    sender.wait()
    digest = sender.posted[0].digest
    told = len(digest.closed) + len(digest.events)
    assert digest.left_out == MOST_ROWS + 5 + 1 - told


def test_a_flow_and_an_anomaly_are_events() -> None:
    """A closed day of the account is one, that of a strategy is none."""
    sender = Sender()
    sender.trade()
    sender.tracker.core.reject(sender.time, "bad event", "no price")
    sender.now += 86_400.0
    sender.tracker.update_unrealized_pnl({"A": 10.0}, sender.time)
    sender.now += 86_400.0
    sender.tracker.update_unrealized_pnl({"A": 10.0}, sender.time)
    sender.wait()
    kinds = [row["kind"] for row in sender.posted[0].digest.events]
    assert sorted(set(kinds)) == ["anomaly", "deployment", "session"]
    sessions = [row for row in sender.posted[0].digest.events if row["kind"] == "session"]
    assert {row["strategy"] for row in sessions} == {""}


# --- what a desk makes of it


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_a_desk_ends_with_the_senders_figures(data: st.DataObject) -> None:
    """Lost, doubled and out of order: the newest state is the sender's, and no row is told twice.

    What is lost for at most five digests in a row costs no row at all.
    """
    sender = Sender()
    for _ in range(data.draw(st.integers(1, 12))):
        for _ in range(data.draw(st.integers(0, 3))):
            sender.trade(data.draw(st.sampled_from([9.0, 11.0])))
        sender.tracker.open_trade("C", 1, 5.0, time=sender.time, strategy="other")
        sender.wait()
    sender.wait(REPEATS * 360.0)
    count = len(sender.posted)
    lost = set(data.draw(st.lists(st.integers(0, count - 2), max_size=REPEATS)))
    reached = [each.digest for at, each in enumerate(sender.posted) if at not in lost]
    doubled = data.draw(st.lists(st.sampled_from(reached)))
    reader = Reader()
    for digest in data.draw(st.permutations([*reached, *doubled])):
        reader.take(digest)
    assert (
        reader.state
        == sender.posted[-1].digest.state
        == desk_state(sender.tracker, algorithm=ALGORITHM)
    )
    assert reader.ids("closed") == trades_of(sender)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()), max_size=15))
def test_a_sender_that_was_killed_loses_no_row_that_was_saved(
    steps: list[tuple[int, int, bool]],
) -> None:
    """The one that goes on with its state tells what may not have been told, under the same ids."""
    sender, reader, boots = Sender(), Reader(), set[str]()
    sender.trade()
    for trades, waits, killed in steps:
        for _ in range(trades):
            sender.trade()
        state = sender.state()
        sender.wait(waits * 180.0)
        if killed:
            for each in sender.posted:
                reader.take(each.digest)
                boots.add(each.digest.boot)
            sender = Sender(state, sender.now)
    sender.wait(360.0)
    for each in sender.posted:
        reader.take(each.digest)
    assert reader.ids("closed") == trades_of(sender)
    assert reader.state == desk_state(sender.tracker, algorithm=ALGORITHM)
    assert sender.posted[-1].digest.boot not in boots


def test_what_was_saved_of_another_kind_is_left_out() -> None:
    """A row without an id or of an unknown list breaks no digest."""
    sender = Sender()
    sender.trade()
    row = {"id": "1", "time": "2024-01-02T00:00:00+00:00"}
    sender.digests.restore({"rows": [["fills", 0, {}], ["others", 0, row], ["fills", 6, row]]})
    assert sender.digests.state() == {"rows": [["fills", 6, row]]}


def test_a_desk_calls_a_project_as_the_store_does() -> None:
    """Without a project's id by the class of the algorithm; nothing that no path takes."""
    assert desk_name("4711", "Main") == "4711"
    assert desk_name("0", "Main") == "0-Main"
    assert desk_name("a/b", "Main").startswith("a-b-")


# --- inside LEAN


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project that never ran."""
    return Project(tmp_path)


def digests_of(run: Any) -> list[Any]:
    """The digests that a run posted."""
    return [read_digest(text.encode()) for kind, _, text in run.engine.notifications]


def test_a_live_run_posts_its_fills(project: Project) -> None:
    """LEAN's timer posts; a fill is told with its order, event and strategy."""
    run = project.run(*bought(), each=project.later(400.0), **DESK)
    found = digests_of(run)
    assert [each.seq for each in found] == [*range(1, len(found) + 1)]
    assert len(found) > 1
    (fill,) = found[0].fills
    assert (fill["order"], fill["event"], fill["strategy"]) == (1, 2, "a")
    assert found[-1].state["equity"] == run.tracker.summary().equity
    assert found[0].project == "Made"
    assert run.warnings == []


def test_a_fill_that_comes_twice_is_told_once(project: Project) -> None:
    """Only what was booked is told."""
    faults = Faults(duplicate_events=True)
    run = project.run(*bought(), each=project.later(400.0), faults=faults, **DESK)
    assert len(digests_of(run)[0].fills) == 1


def test_a_backtest_posts_nothing(project: Project) -> None:
    """It has nothing that would, and its state says nothing of a desk."""
    run = project.run(*bought(), live=False, each=project.later(400.0), **DESK)
    assert run.engine.notifications == []
    assert run.tracker.reporting.digests is None
    assert "desk" not in run.tracker.state()


def test_digests_are_no_messages_of_the_day(project: Project) -> None:
    """`notify_daily` counts alerts alone."""
    given_both: dict[str, Any] = {
        "alerts": "drawdown=0.05",
        "notify": "email=a@b.c",
        "notify_daily": 1,
    }
    fallen = tapes.mark("14:50", h=stock(10.0, 40.0), tpv=899.0, cash={"USD": [499.0, 1.0]})
    run = project.run(*bought(), fallen, each=project.later(400.0), **given_both, **DESK)
    kinds = [kind for kind, *_ in run.engine.notifications]
    assert kinds.count("email") == 1
    assert kinds.count("web") > 1


def test_the_token_is_in_no_log_error_state_or_result(project: Project) -> None:
    """Neither where LEAN raises with it in the text."""

    def fail(tracker: LeanTracker) -> None:
        digests: Any = tracker.reporting.digests

        def refuse() -> None:
            raise OSError(f"401 for Bearer {TOKEN}")

        digests._make = refuse

    run = project.run(*bought(), each=project.later(400.0), started=fail, **DESK)
    told = [*(message.text for message in run.engine.messages), *run.engine.summary_statistics]
    told += [*run.engine.runtime_statistics.values(), *run.engine.summary_statistics.values()]
    told += [json.dumps(run.tracker.state()), json.dumps(dict(run.tracker.errors))]
    told += [
        path.read_text(errors="replace") for path in project.folder.rglob("*") if path.is_file()
    ]
    assert run.tracker.errors["desk: OSError"] > 1
    assert len(run.warnings) == 1
    assert not [text for text in told if TOKEN in text]


def test_what_waits_to_be_told_goes_on_with_the_next_run(project: Project) -> None:
    """A fill that no digest had is told by the next process, which is another boot."""
    first = project.run(*bought(), **DESK)
    assert first.engine.notifications == []
    held = tapes.mark("14:32", h=stock(10.0, 50.25), tpv=1001.5, cash={"USD": [499.0, 1.0]})
    second = project.run(tapes.security(), held, cash=499.0, each=project.later(400.0), **DESK)
    digest = digests_of(second)[0]
    assert [fill["order"] for fill in digest.fills] == [1]
    begun = [row["data"]["number"] for row in digest.events if row["kind"] == "deployment"]
    assert begun == [1, 2]
    assert digest.state["since_deploy"]["deployment"] == 2
