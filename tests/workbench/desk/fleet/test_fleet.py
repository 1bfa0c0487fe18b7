"""What comes of deployments, and what is shown of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.workbench.desk.fleet.conftest import Heard
from tests.workbench.desk.fleet.senders import (
    BEGUN,
    came,
    digest_of,
    event_row,
    fill_row,
    state_row,
    trade_row,
)
from workbench.desk.digest import Digest
from workbench.desk.fleet.accepting import Outcome
from workbench.desk.fleet.details import DetailKind
from workbench.desk.fleet.errors import (
    AstrayError,
    ClockError,
    ConflictError,
    CursorError,
    UnknownDeploymentError,
)
from workbench.desk.fleet.fleet import Accepted, Fleet

NOON = BEGUN + timedelta(hours=4)


def take(fleet: Fleet, digest: Digest) -> Accepted:
    """Give a digest to a fleet when it comes."""
    return fleet.accept("rotation", digest, came(digest))


def test_a_digest_is_shown_as_it_was_sent(fleet: Fleet) -> None:
    """Its state, its rows and when it came are on the deployment's page."""
    digest = digest_of(
        fills=(fill_row(1, BEGUN),),
        closed=(trade_row(1, BEGUN),),
        events=(event_row("a", BEGUN), event_row("b", BEGUN, "flow")),
        left_out=3,
    )
    assert take(fleet, digest) == Accepted(Outcome.TAKEN, 4, True, 1)
    shown = fleet.deployment("rotation", came(digest) + timedelta(seconds=7))
    assert shown["state"] == digest.state
    assert shown["last_fills"] == [*digest.fills]
    assert shown["last_trades"] == [*digest.closed]
    assert shown["last_alerts"] == [digest.events[0]]
    assert shown["last_events"] == [digest.events[1]]
    assert (shown["age"], shown["standing"], shown["every"]) == (7.0, "alive", 360.0)
    assert (shown["left_out"], shown["known_gaps"], shown["gaps"]) == (3, [], 0)
    assert shown["boots"][0]["boot"] == digest.boot
    assert shown["source"] == "digests"


def test_the_list_has_a_line_for_each(fleet: Fleet) -> None:
    """With what is seen without opening it, in the order of their ids."""
    opposed = {"account": [], "strategies": {"a": [{"opposed": True}]}}
    state = state_row(BEGUN, 1_010.0, positions=opposed, alerts=[{}, {}])
    for name in ("b", "a"):
        fleet.accept(name, digest_of(deployment=name, state=state), NOON)
    lines = fleet.deployments(NOON + timedelta(seconds=360 * 3))
    assert [line["id"] for line in lines] == ["a", "b"]
    line = lines[0]
    assert (line["equity"], line["today"], line["currency"]) == (1_010.0, 10.0, "USD")
    assert (line["standing"], line["alerts"], line["opposed"]) == ("late", 2, True)
    assert "state" not in line


def test_the_same_again_changes_nothing(fleet: Fleet, heard: Heard) -> None:
    """Neither what is shown, nor the age, nor does the stream hear of it."""
    digest = digest_of(fills=(fill_row(1, BEGUN),))
    take(fleet, digest)
    before, told = fleet.deployment("rotation", NOON), len(heard.news)
    again = fleet.accept("rotation", digest, NOON)
    assert (again.outcome, again.new) == (Outcome.KNOWN, 0)
    assert fleet.deployment("rotation", NOON) == before
    assert len(heard.news) == told


def test_another_digest_of_the_same_number_is_refused(fleet: Fleet) -> None:
    """The first is kept, and the page says that there was another."""
    first = digest_of()
    take(fleet, first)
    with pytest.raises(ConflictError, match=r"digest 1 of boot .* is known with other content"):
        take(fleet, digest_of(state=state_row(BEGUN, 5.0)))
    shown = fleet.deployment("rotation", NOON)
    assert shown["state"] == first.state
    assert shown["conflicts"]["count"] == 1
    assert "digest 1" in shown["conflicts"]["last"]


def test_another_fill_of_the_same_id_is_refused(fleet: Fleet) -> None:
    """The first is kept; the state of the digest is taken, and it is refused again."""
    take(fleet, digest_of(fills=(fill_row(1, BEGUN),)))
    second = digest_of(2, fills=(fill_row(1, BEGUN, price=7.0), fill_row(2, BEGUN)))
    for _ in range(2):
        with pytest.raises(ConflictError, match="known with other content"):
            take(fleet, second)
    shown = fleet.deployment("rotation", NOON)
    assert [(row["order"], row["price"]) for row in shown["last_fills"]] == [(2, 102.0), (1, 101.0)]
    assert shown["state"] == second.state


def test_what_was_not_known_is_told_later(fleet: Fleet, heard: Heard) -> None:
    """A fee that comes with a repeat fills its place; one that is null again takes nothing away."""
    for seq, fee in enumerate((None, 2.5, None), 1):
        take(fleet, digest_of(seq, fills=(fill_row(1, BEGUN, fee=fee),)))
    (fill,) = fleet.deployment("rotation", NOON)["last_fills"]
    assert fill["fee"] == 2.5
    assert heard.kinds("deployment/rotation") == ["fill", "mark", "fill", "mark", "mark"]


def test_the_state_of_a_late_digest_does_not_count(fleet: Fleet) -> None:
    """What it tells is kept, and the age goes on."""
    newest = digest_of(3)
    assert take(fleet, newest).counts
    late = fleet.accept("rotation", digest_of(2, fills=(fill_row(1, BEGUN),)), NOON)
    assert (late.counts, late.new) == (False, 1)
    shown = fleet.deployment("rotation", NOON)
    assert (shown["seq"], shown["state"]) == (3, newest.state)
    assert shown["age"] == (NOON - came(newest)).total_seconds()


def test_the_boot_that_began_last_counts(fleet: Fleet) -> None:
    """Whatever the numbers are, and whichever comes last."""
    for digest in (digest_of(1, boot=1), digest_of(9)):
        take(fleet, digest)
    shown = fleet.deployment("rotation", NOON)
    assert shown["boot"] == digest_of(1, boot=1).boot
    assert [boot["seq"] for boot in shown["boots"]] == [9, 1]


def test_a_boot_begins_with_the_first_that_it_sent(fleet: Fleet) -> None:
    """Also where that comes last: what began later in between counts then."""
    between = digest_of(5, boot=1)
    for hours, counts in ((30, True), (1, False)):
        sent = BEGUN + timedelta(hours=hours)
        take(fleet, digest_of(hours, boot=0, sent=sent, state=state_row(sent, float(hours))))
        take(fleet, between)
        shown = fleet.deployment("rotation", NOON)
        assert (shown["state"] == between.state) is not counts


def test_what_is_watched_counts_where_it_is_newer(fleet: Fleet) -> None:
    """A state on this machine and a digest of the same run are one deployment."""
    digest = digest_of(2, fills=(fill_row(1, BEGUN),))
    take(fleet, digest)
    for minutes, counts in ((-1, False), (1, True), (0, False)):
        time = digest.sent + timedelta(minutes=minutes)
        state = state_row(time, 2_000.0 + minutes)
        seen = fleet.observe("rotation", state, [fill_row(1, BEGUN)], [], [], time)
        assert (seen.counts, seen.new) == (counts, 0)
    shown = fleet.deployment("rotation", NOON)
    assert (shown["source"], shown["state"]["equity"]) == ("watched", 2_001.0)
    take(fleet, digest_of(3))
    assert fleet.deployment("rotation", NOON)["source"] == "digests"


def test_what_is_watched_with_other_content_is_counted(fleet: Fleet) -> None:
    """The first stays, and no error stops the one that watches."""
    take(fleet, digest_of(fills=(fill_row(1, BEGUN),)))
    fleet.observe("rotation", state_row(NOON, 1.0), [fill_row(1, BEGUN, price=1.0)], [], [], NOON)
    shown = fleet.deployment("rotation", NOON)
    assert shown["last_fills"][0]["price"] == 101.0
    assert shown["conflicts"] == {
        "count": 1,
        "last": "fill L-1:1:1:1 is known with other content",
    }


def test_the_stream_hears_of_it_in_order(fleet: Fleet, heard: Heard) -> None:
    """Details by their time, gaps, then the state; the list hears of alerts, gaps and the line."""
    late, early = BEGUN + timedelta(minutes=2), BEGUN + timedelta(minutes=1)
    digest = digest_of(
        9, fills=(fill_row(1, late),), closed=(trade_row(1, early),), events=(event_row("a", late),)
    )
    take(fleet, digest)
    assert heard.kinds("deployment/rotation") == ["trade", "fill", "alert", "gap", "mark"]
    assert heard.kinds("deployments") == ["alert", "gap", "mark"]
    of_it = [each for each in heard.news if each.topic == "deployment/rotation"]
    assert of_it[1].data == {"deployment": "rotation", **digest.fills[0]}
    assert (of_it[1].time, of_it[3].time) == (late, came(digest))
    assert of_it[4].data["state"] == digest.state
    assert "state" not in heard.news[-1].data
    assert (of_it[3].data["lost"], of_it[3].data["healed"]) == (3, False)


def test_a_wrong_place_or_time_is_refused(fleet: Fleet) -> None:
    """A digest for another deployment, and one of the day after tomorrow."""
    with pytest.raises(AstrayError, match="is of deployment rotation, and was posted for other"):
        fleet.accept("other", digest_of(), NOON)
    with pytest.raises(ClockError, match="set the clock"):
        fleet.accept("rotation", digest_of(), BEGUN - timedelta(days=1))
    assert fleet.deployments(NOON) == []


def test_a_digest_of_long_ago_is_not_taken(fleet: Fleet) -> None:
    """For whether it came before is forgotten by then."""
    old = fleet.accept("rotation", digest_of(), BEGUN + timedelta(days=31))
    assert (old.outcome, old.revision) == (Outcome.OLD, 0)
    assert fleet.deployments(NOON) == []


def test_lists_go_on_where_they_ended(fleet: Fleet) -> None:
    """Each part is the next, the newest first, though all have one time; every one is in one."""
    rows = tuple(fill_row(order, BEGUN) for order in range(1, 8))
    for name in ("a", "b"):
        fleet.accept(name, digest_of(deployment=name, fills=rows), NOON)
    for whose, count in (("a", 7), (None, 14)):
        found, cursor = [], None
        while True:
            part = fleet.details([DetailKind.FILL], 3, deployment=whose, cursor=cursor)
            found += [(name, each.order) for name, each in part.details]
            cursor = part.cursor
            if cursor is None:
                break
        assert len(found) == len(set(found)) == count
    for wrong in ("", "x", "1~x", "1~1~", "9" * 30 + "~1~a"):
        with pytest.raises(CursorError, match="is no cursor"):
            fleet.details([DetailKind.FILL], 3, cursor=wrong)


def test_an_orders_way_is_found(fleet: Fleet) -> None:
    """Its fills, and the trades that it opened or closed."""
    take(
        fleet,
        digest_of(
            fills=(fill_row(1, BEGUN), fill_row(2, BEGUN), fill_row(2, BEGUN, 2)),
            closed=(trade_row(1, BEGUN), trade_row(2, BEGUN), trade_row(7, BEGUN)),
        ),
    )
    part = fleet.details([*DetailKind], 10, deployment="rotation", order=2)
    assert sorted(detail.name for _, detail in part.details) == [
        "1:1",
        "1:2",
        "L-1:1:2:1",
        "L-1:1:2:2",
    ]


def test_what_no_database_can_keep_is_kept_otherwise(fleet: Fleet) -> None:
    """An id with a NUL, and an order beyond all numbers."""
    fill = fill_row(10**30, BEGUN, id="a\0b", tag="c\0\ud800")
    assert take(fleet, digest_of(fills=(fill,))).new == 1
    assert take(fleet, digest_of(2, fills=(fill,))).new == 0
    assert fleet.deployment("rotation", NOON)["last_fills"] == [fill]


def test_a_deployment_that_was_never_heard_is_unknown(fleet: Fleet) -> None:
    """The error says where the others are."""
    with pytest.raises(UnknownDeploymentError, match="'x': /api/v1/deployments lists them"):
        fleet.deployment("x", NOON)
    with pytest.raises(UnknownDeploymentError):
        fleet.equity("x", None, NOON, 10)
    with pytest.raises(UnknownDeploymentError):
        fleet.details([DetailKind.FILL], 1, deployment="x")


def test_the_curve_has_what_is_missing(fleet: Fleet) -> None:
    """Points, gaps, times without any process, and where LEAN was started."""
    for digest in (digest_of(1), digest_of(9), digest_of(1, boot=1)):
        take(fleet, digest)
    now = BEGUN + timedelta(days=2)
    shown = fleet.equity("rotation", None, now, 100)
    assert [point["equity"] for point in shown["points"]] == [1_001.0, 1_009.0, 1_101.0]
    assert [(gap["first"], gap["last"]) for gap in shown["gaps"]] == [(2, 8)]
    (silence,) = shown["silences"]
    assert silence == {
        "begun": digest_of(9).sent.isoformat(),
        "ended": digest_of(1, boot=1).sent.isoformat(),
    }
    assert shown["deployments"][0]["name"] == "L-1"
    since = digest_of(1, boot=1).sent
    later = fleet.equity("rotation", since, now, 100)
    assert [point["equity"] for point in later["points"]] == [1_101.0]
    assert later["gaps"] == []


def test_pulses_tell_when_each_was_heard(fleet: Fleet) -> None:
    """For whoever says that one is silent."""
    digest = digest_of()
    take(fleet, digest)
    (pulse,) = fleet.pulses()
    assert (pulse.id, pulse.received, pulse.every) == ("rotation", came(digest), 360.0)
