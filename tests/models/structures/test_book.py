"""Structures as text: shapes by combo, group and time, partial closes, rolls, stock, exercises.

How scenarios are read stands in `tests.scenario` and `tests.models.structures.traded`.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from tests.models.structures.traded import MARKET, StructurePlayer, trade
from tests.scenario import Scenario, scenarios

SCENARIOS = """
the four legs of a combo are one iron condor with the risk of its wider side
BUY 2 P90F @ 0.5 fee 1 combo 7 by income at 14:31
SELL 2 P95F @ 1.5 fee 1 combo 7 by income at 14:31
SELL 2 C105F @ 1.25 fee 1 combo 7 by income at 14:31
BUY 2 C110F @ 0.25 fee 1 combo 7 by income at 14:31
MARK P90F 0.5 P95F 1.5 C105F 1.25 C110F 0.25
=> open income iron_condor credit 2 entry 2 exit no in 400 out no gross 0 fees 4 net -4
MARK P90F 0.5
=> open income iron_condor credit 2 risk 600 profit 400 group combo7 reason _
MARK P90F 1 P95F 2.5
=> open income iron_condor credit 2 gross -100 mae -100 mfe 0 kept -1/4
MARK P90F 0.25 P95F 0.5 C105F 0.5 C110F 0.25
=> open income iron_condor credit 2 gross 300 mae -100 mfe 300
SELL 2 P90F @ 0.25 fee 1 combo 8 by income at 14:41
BUY 2 P95F @ 0.75 fee 1 combo 8 by income at 14:41
BUY 2 C105F @ 0.75 fee 1 combo 8 by income at 14:41
SELL 2 C110F @ 0.25 fee 1 combo 8 by income at 14:41
=> structure income iron_condor credit 2 exit 1 out -200 fees 8 net 192 mfe 300 kept 1/2 days 1/144
=> open none

a debit spread is paid for and keeps a share of its width less what it cost
BUY 1 C100F @ 5 fee 1 combo 1 by bull at 14:31
SELL 1 C105F @ 3 fee 1 combo 1 by bull at 14:31
MARK C100F 5 C105F 3
=> open bull vertical debit 1 entry 2 in -200 risk 200 profit 300
SELL 1 C100F @ 6.5 combo 2 by bull at 14:35
BUY 1 C105F @ 3 combo 2 by bull at 14:35
=> structure bull vertical debit 1 exit 3.5 in -200 out 350 gross 150 fees 2 net 148 kept 1/2

options sent one by one within a minute are one trade whatever their order
SELL 1 P95F @ 1.5 by income at 14:31
SELL 1 C105F @ 1.25 by income at 14:31
BUY 1 P90F @ 0.5 by income at 14:31
BUY 1 C110F @ 0.25 by income at 14:31
MARK P90F 0.5 P95F 1.5 C105F 1.25 C110F 0.25
=> open income iron_condor credit 1 entry 2 group _ id s1
BUY 1 P95F @ 0.5 by income at 14:40
SELL 1 P90F @ 0.1 by income at 14:41
MARK P90F 0.1 P95F 0.5
=> open income iron_condor credit 1 legs 4 gross 60
BUY 1 C105F @ 1 by income at 14:50
SELL 1 C110F @ 0.25 by income at 14:51
=> structure income iron_condor credit 1 gross 85 kept 17/40 legs 4

the second leg may come at a mark's end of the minute and still joins the first
BUY 1 C100F @ 5 by bull at 14:31
MARK C100F 5
=> open bull long_call debit 1 risk 500 profit no
SELL 1 C105F @ 3 by bull at 14:32
MARK C105F 3
=> open bull vertical debit 1 risk 200 profit 300 id s1
SELL 1 C100F @ 5 by bull
BUY 1 C105F @ 3 by bull
=> structure bull vertical debit 1 gross 0

options more than a minute apart are two trades
BUY 1 C100F @ 5 by bull at 14:31
SELL 1 C105F @ 3 by bull at 14:33
MARK C100F 5 C105F 3
=> open bull long_call debit 1
=> open bull short_call credit 1 risk no profit 300
SELL 1 C100F @ 6 by bull
=> structure bull long_call debit 1 gross 100
BUY 1 C105F @ 4 by bull
=> structure bull short_call credit 1 gross -100 exit 4

options of two strategies never make one trade
BUY 1 C100F @ 5 by bull at 14:31
SELL 1 C105F @ 3 by bear at 14:31
MARK C100F 5 C105F 3
=> open bull long_call debit 1
=> open bear short_call credit 1
SELL 1 C100F @ 5 by bull
=> structure bull long_call debit 1
BUY 1 C105F @ 3 by bear
=> structure bear short_call credit 1

a user's group holds together what has no shape and what comes days later
BUY 1 C100F @ 5 by mix group ticket
DAY
SELL 3 P95F @ 1 by mix group ticket
MARK C100F 5 P95F 1
=> open mix custom debit 1 in -200 group ticket legs 2 risk 28700 profit no

the sold side of a custom group is bounded where no call is sold
BUY 1 C100F @ 5 by mix group a
SELL 1 P95F @ 1 by mix group a
MARK C100F 5 P95F 1
=> open mix custom debit 1 in -400 risk 9900 profit no

two groups in one contract are closed by name and not by lot
SELL 1 P95F @ 2 by income group a
SELL 1 P95F @ 3 by income group b
MARK P95F 2
=> open income short_put credit 1 group a
=> open income short_put credit 1 group b
BUY 1 P95F @ 1 by income group b
=> structure income short_put credit 1 group b gross 200
MARK P95F 1
=> open income short_put credit 1 group a gross 100
BUY 1 P95F @ 1.5 by income
=> structure income short_put credit 1 group a gross 50
=> rest 0

one contract in two trades is closed lot by lot, the oldest first
SELL 2 P95F @ 2 by income
AT 15:00
SELL 1 P95F @ 3 by income
MARK P95F 2
BUY 1 P95F @ 1 by income
=> open income short_put credit 2 legs 1 gross 100
BUY 2 P95F @ 1 by income
=> structure income short_put credit 2 gross 200 kept 1/2
=> structure income short_put credit 1 gross 200

fills of one order are one trade and partial closes stay inside
SELL 1 P95F @ 2 by income order 5 done no
AT 15:00
SELL 2 P95F @ 1.7 by income order 5
MARK P95F 1.8
=> open income short_put credit 3 entry 1.8 in 540
BUY 1 P95F @ 1 by income
BUY 2 P95F @ 1.5 by income
=> structure income short_put credit 3 entry 1.8 exit 4/3 gross 140

a combo that closes a whole spread and opens another is a roll and goes on with its chain
SELL 1 P95F @ 2 fee 1 combo 1 by income at 14:31
BUY 1 P90F @ 1 fee 1 combo 1 by income at 14:31
MARK P95F 2 P90F 1
BUY 1 P95F @ 3 fee 1 combo 2 by income at 14:40
SELL 1 P90F @ 1.5 fee 1 combo 2 by income at 14:40
=> structure income vertical credit 1 gross -50 net -54 chain s1 chain_pnl -54
SELL 1 P95S @ 4 fee 1 combo 2 by income at 14:40
BUY 1 P90S @ 2 fee 1 combo 2 by income at 14:40
MARK P95S 4 P90S 2
=> open income vertical credit 1 from s1 chain s1 chain_pnl -56 risk 300 profit 200
BUY 1 P95S @ 1 fee 1 combo 3 by income at 15:40
SELL 1 P90S @ 0.5 fee 1 combo 3 by income at 15:40
=> structure income vertical credit 1 net 146 from s1 chain s1 chain_pnl 92

a roll may open before it closes
SELL 1 P95F @ 2 combo 1 by income
MARK P95F 2
SELL 1 P95S @ 3 combo 2 by income at 14:40
BUY 1 P95F @ 1.5 combo 2 by income at 14:40
=> structure income short_put credit 1 gross 50 chain s1
MARK P95S 3
=> open income short_put credit 1 from s1 chain s1 chain_pnl 50
BUY 1 P95S @ 3.5 combo 3 by income
=> structure income short_put credit 1 from s1 chain_pnl 0

a roll of one side keeps the trade in one
BUY 1 P90F @ 0.5 combo 7 by income at 14:31
SELL 1 P95F @ 1.5 combo 7 by income at 14:31
SELL 1 C105F @ 1.25 combo 7 by income at 14:31
BUY 1 C110F @ 0.25 combo 7 by income at 14:31
MARK P90F 0.5 P95F 1.5 C105F 1.25 C110F 0.25
SELL 1 P90F @ 0.25 combo 8 by income at 14:41
BUY 1 P95F @ 0.5 combo 8 by income at 14:41
BUY 1 P95F @ 0.5 combo 8 order 20 by income at 14:41
SELL 1 P100F @ 2 combo 8 by income at 14:41
MARK P95F 0.5 P100F 2
=> open income iron_condor credit 1 rolls 1 id s1 legs 6 in 350 gross 75 risk 175 profit 325
SELL 1 P95F @ 0.25 by income
BUY 1 P100F @ 1 by income
BUY 1 C105F @ 1.25 by income
SELL 1 C110F @ 0.25 by income
=> structure income iron_condor credit 1 rolls 1 gross 150 legs 6

the near leg of a calendar is rolled and the far one stays
SELL 1 C100F @ 3 combo 1 by time at 14:31
BUY 1 C100S @ 5 combo 1 by time at 14:31
MARK C100F 3 C100S 5
=> open time calendar debit 1 entry 2 risk 200 profit no
BUY 1 C100F @ 1 combo 2 by time at 14:40
SELL 1 C105S @ 2 combo 2 by time at 14:40
MARK C105S 2
=> open time vertical debit 1 rolls 1 gross 200
SELL 1 C100S @ 5 by time
BUY 1 C105S @ 2 by time
=> structure time vertical debit 1 gross 200

half of a roll leaves the other half as it was
SELL 2 P95F @ 2 combo 1 by income at 14:31
BUY 2 P90F @ 1 combo 1 by income at 14:31
MARK P95F 2 P90F 1
BUY 1 P95F @ 3 combo 2 by income at 14:40
SELL 1 P90F @ 1.5 combo 2 by income at 14:40
SELL 1 P95S @ 4 combo 2 by income at 14:40
BUY 1 P90S @ 2 combo 2 by income at 14:40
MARK P95F 3 P90F 1.5 P95S 4 P90S 2
=> open income vertical credit 2 id s1
=> open income vertical credit 1 id s2 from s1 chain s1
BUY 1 P95F @ 3 combo 3 by income at 14:50
SELL 1 P90F @ 1.5 combo 3 by income at 14:50
=> structure income vertical credit 2 id s1 gross -100
AT 15:00
BUY 1 P95S @ 4 by income
SELL 1 P90S @ 2 by income
=> structure income vertical credit 1 id s2 gross 0 chain_pnl -100

a short put is assigned and the stock that follows stays inside until it is sold
SELL 1 P95F @ 2 fee 1 by wheel
MARK P95F 2
=> open wheel short_put credit 1 risk 9300 profit 200
MARK P95F 6 XYZ 90
EXERCISE P95F spot 89.5 early yes
MARK XYZ 90
=> open wheel short_put credit 1 gross -300 in 200 legs 2
SELL 100 XYZ @ 93 fee 1 by wheel
=> structure wheel short_put credit 1 gross 0 fees 2 net -2 kept 0 reason order legs 2
=> rest 0

calls sold against delivered stock join it until it is called away
SELL 1 P95F @ 2 by wheel
MARK P95F 2
EXERCISE P95F spot 94 early yes
MARK XYZ 94
DAY
SELL 1 C95S @ 3 by wheel
MARK C95S 3 XYZ 94
=> open wheel covered_call credit 1 legs 3 in 500 gross 100 profit 500 id s1
MARK C95S 4 XYZ 97
EXERCISE C95S spot 99
=> structure wheel covered_call credit 1 legs 3 gross 500 kept 1 id s1 reason assignment
=> open none
=> rest 0

free stock joins a call sold later at the mark's price and its earlier gain stays outside
BUY 100 XYZ @ 90 fee 5 by income
MARK XYZ 97
DAY
SELL 1 C105F @ 2 fee 1 by income
MARK XYZ 98 C105F 2
=> open income covered_call debit 1 gross 0 fees 1 in -9600 entry 96 risk 9600 profit 900
MARK XYZ 100 C105F 3
=> open income covered_call debit 1 gross 100 mfe 100 distance -5
BUY 1 C105F @ 3 fee 1 by income
=> open income covered_call debit 1 gross 100 fees 2 legs 2
SELL 100 XYZ @ 101 fee 5 by income
=> structure income covered_call debit 1 gross 200 fees 7
=> rest 800

a call that is sold with the stock takes the stock at what it cost
BUY 100 XYZ @ 97 fee 5 by income at 14:31
SELL 1 C105F @ 2 fee 1 by income at 14:31
MARK XYZ 98 C105F 2
=> open income covered_call debit 1 gross 100 fees 6 in -9500
EXERCISE C105F spot 107
=> structure income covered_call debit 1 gross 1000 fees 6 kept 1 reason assignment
=> rest 0

stock that is bought within the minute after the call is part of it
SELL 1 C105F @ 2 by income at 14:31
MARK C105F 2
BUY 100 XYZ @ 97 by income at 14:32
MARK XYZ 97
=> open income covered_call debit 1 in -9500
EXERCISE C105F spot 107
=> structure income covered_call debit 1 gross 1000

stock that is bought long after the call stays free
SELL 1 C105F @ 2 by income at 14:31
MARK C105F 2
AT 15:00
BUY 100 XYZ @ 97 by income
MARK XYZ 97
=> open income short_call credit 1 legs 1
BUY 1 C105F @ 1 by income
=> structure income short_call credit 1 gross 100

of more calls than the stock covers the rest stay by themselves
BUY 250 XYZ @ 90 by income
DAY
SELL 3 C105F @ 2 by income
MARK XYZ 95 C105F 2
=> open income short_call credit 1 legs 1
=> open income covered_call debit 2 legs 2
BUY 3 C105F @ 1 by income
=> structure income short_call credit 1 gross 100
SELL 250 XYZ @ 96 by income
=> structure income covered_call debit 2 gross 400
=> rest 1300

who sells part of the stock sells the free part first
BUY 200 XYZ @ 90 by income
DAY
SELL 1 C105F @ 2 by income
MARK XYZ 95 C105F 2
SELL 100 XYZ @ 99 by income
MARK XYZ 99
=> open income covered_call debit 1 legs 2 gross 400
SELL 100 XYZ @ 99 by income
BUY 1 C105F @ 2 by income
=> structure income covered_call debit 1 gross 400
=> rest 1400

a call away takes the stock of its covered call though another lot is older
BUY 100 XYZ @ 80 by income
DAY
BUY 100 XYZ @ 97 combo 3 by income at 14:31
SELL 1 C105F @ 2 combo 3 by income at 14:31
MARK XYZ 98 C105F 2
=> open income covered_call debit 1 in -9500 group combo3
EXERCISE C105F spot 107
=> structure income covered_call debit 1 gross 1000 reason assignment
MARK XYZ 107
=> open none
=> lots income XYZ 100 @ 97
SELL 100 XYZ @ 107 by income
=> rest 2700

a put bought against held stock protects it and a call sold later makes it a collar
BUY 100 XYZ @ 90 by safe
DAY
BUY 1 P95F @ 1 by safe
MARK XYZ 100 P95F 1
=> open safe protective_put debit 1 in -10100 risk 600 profit no
DAY
SELL 1 C105F @ 1 by safe
MARK C105F 1
=> open safe collar debit 1 in -10000 risk 500 profit 500
SELL 1 P95F @ 1 by safe
BUY 1 C105F @ 1 by safe
SELL 100 XYZ @ 100 by safe
=> structure safe collar debit 1 gross 0
=> rest 1000

a collar's two options as one combo join held stock
BUY 100 XYZ @ 90 by safe
DAY
BUY 1 P95F @ 1 combo 1 by safe at 14:31
SELL 1 C105F @ 1.5 combo 1 by safe at 14:31
MARK XYZ 100 P95F 1 C105F 1.5
=> open safe collar debit 1 in -9950 risk 450 profit 550
SELL 1 P95F @ 1 combo 2 by safe
BUY 1 C105F @ 1.5 combo 2 by safe
SELL 100 XYZ @ 100 by safe
=> structure safe collar debit 1 gross 0

a put sold against short stock is a covered put
SELL 100 XYZ @ 100 by bear
DAY
SELL 1 P95F @ 2 by bear
MARK XYZ 98 P95F 2
=> open bear covered_put credit 1 in 10000 profit 500 risk no
BUY 1 P95F @ 1 by bear
BUY 100 XYZ @ 97 by bear
=> structure bear covered_put credit 1 gross 200
=> rest 200

a spread beside stock is no covered call
BUY 100 XYZ @ 90 by mix
DAY
SELL 1 C105F @ 2 combo 1 by mix at 14:31
BUY 1 C110F @ 1 combo 1 by mix at 14:31
MARK XYZ 98 C105F 2 C110F 1
=> open mix vertical credit 1 legs 2 risk 400 profit 100
BUY 1 C105F @ 2 combo 2 by mix
SELL 1 C110F @ 1 combo 2 by mix
=> structure mix vertical credit 1

one leg of a spread is assigned and all that follows stays inside until it is flat
SELL 1 P95F @ 2 combo 1 by income at 14:31
BUY 1 P90F @ 1 combo 1 by income at 14:31
MARK P95F 2 P90F 1
EXERCISE P95F spot 92 early yes
MARK XYZ 92 P90F 1.5
=> open income vertical credit 1 gross -50 legs 3
SELL 1 P90F @ 1.5 by income
SELL 100 XYZ @ 92 by income
=> structure income vertical credit 1 gross -50 legs 3
=> rest 0

both legs of a spread expire
SELL 1 P95F @ 2 combo 1 by income at 14:31
BUY 1 P90F @ 1 combo 1 by income at 14:31
MARK P95F 2 P90F 1
EXERCISE P95F spot 99
EXERCISE P90F spot 99
=> structure income vertical credit 1 gross 100 kept 1 reason expiry

an assignment that meets stock of another trade hands it over at the mark's price
SELL 100 XYZ @ 95 by mix
MARK XYZ 93
AT 15:00
SELL 1 P105F @ 12 combo 1 by mix at 15:00
BUY 1 P100F @ 7 combo 1 by mix at 15:00
MARK P105F 12 P100F 7 XYZ 92
EXERCISE P105F spot 92 early yes
MARK P100F 8
=> open mix vertical credit 1 gross 0 legs 3
=> rest 300
SELL 1 P100F @ 8 by mix
=> structure mix vertical credit 1 gross 0

the right side of a long call is exercised into stock and sold
BUY 1 C100F @ 3 by bull
MARK C100F 3
EXERCISE C100F spot 106
MARK XYZ 106
=> open bull long_call debit 1 gross 300
SELL 100 XYZ @ 107 by bull
=> structure bull long_call debit 1 gross 400 in -300 out 700

a fee that comes after its fill is the structure's too
SELL 1 P95F @ 2 order 9 by income done no
SUBMIT order 9 status FILLED sid P95F fee 3
MARK P95F 2
=> open income short_put credit 1 fees 3
BUY 1 P95F @ 1 by income
=> structure income short_put credit 1 fees 3 net 97

a split makes more and cheaper shares of those in a structure
BUY 100 XYZ @ 98 by income at 14:31
SELL 1 C105F @ 2 by income at 14:31
MARK XYZ 98 C105F 2
SPLIT XYZ 0.5
MARK XYZ 50
=> open income covered_call debit 1 gross 200
SELL 200 XYZ @ 50 by income
BUY 1 C105F @ 1 by income
=> structure income covered_call debit 1 gross 300

what a broker closed outside leaves its structure at the price of the adoption
SELL 2 P95F @ 2 by income
MARK P95F 2
OUTSIDE BUY 2 P95F @ 1.5
MARK? P95F 1.5
=> structure income short_put credit 2 gross 100 reason outside
=> anomaly adopted
"""


@pytest.mark.parametrize("scenario", scenarios(SCENARIOS))
def test_structures(scenario: Scenario) -> None:
    """What was one trade is one record, and nothing is lost between structures and the rest."""
    trade([*MARKET, *scenario.lines])


@pytest.mark.parametrize("scenario", scenarios(SCENARIOS))
def test_structures_survive_a_save_after_every_line(scenario: Scenario) -> None:
    """A book that is restored goes on as if it had never stopped."""
    lines = [*MARKET, *scenario.lines]
    assert trade(lines, reloading=True).ended == trade(lines).ended


@pytest.mark.parametrize("seed", range(24))
def test_random_trades_are_kept_apart_without_a_loss(seed: int) -> None:
    """Whatever is traded, structures hold no more than the lots, and of options all of them."""
    player = StructurePlayer()
    for line in (*MARKET, *random_lines(Random(seed), 40)):
        player.play(line)
    assert player.ended


def random_lines(dice: Random, count: int) -> Iterator[str]:
    """Lines of combos, groups, single orders, stock, exercises and marks of two strategies."""
    contracts = [line.split()[1] for line in MARKET if line.startswith("OPTION")][:12]
    held = dict.fromkeys(contracts, 0)
    for number in range(1, count + 1):
        strategy, price = dice.choice("ab"), 90 + dice.random() * 20
        how = dice.choice(["", "", f"combo {number}", "group g"])
        for sid in dice.sample(contracts, dice.choice([1, 1, 2, 4])):
            side, size = dice.choice(["BUY", "SELL"]), dice.choice([1, 1, 2])
            held[sid] += size if side == "BUY" else -size
            yield f"{side} {size} {sid} @ {1 + dice.random() * 5:.2f} fee 1 by {strategy} {how}"
        if dice.random() < 0.4:
            yield f"{dice.choice(['BUY', 'SELL'])} 100 XYZ @ {price:.2f} fee 1 by {strategy}"
        if dice.random() < 0.2:
            sid = dice.choice(contracts)
            yield f"EXERCISE {sid} spot {price:.2f}" if held[sid] else f"MARK XYZ {price:.2f}"
            held[sid] = 0
        if dice.random() < 0.6:
            yield f"MARK XYZ {price:.2f} {dice.choice(contracts)} {dice.random() * 5:.2f}"
