"""How far each figure of an import can be trusted, and which file would lift it."""

from __future__ import annotations

from dataclasses import dataclass

from models.events.causes import FlowCause
from models.events.instruments import Instrument, SecurityType
from models.events.orders import OrderStatus, OrderType
from models.ledger.tags import lean_reason, strategy_in_tag
from workbench.runs.exactness import Exactness, Label
from workbench.runs.lean.facts import LeanFacts
from workbench.runs.lean.feed import ROUNDING, ResultFeed
from workbench.runs.lean.riskless import RisklessRate

EXACT = Label(Exactness.EXACT)
LIFTS = "the run's saved state, or a run with the tracker in it, has it"
DATA = "LEAN's data folder (--data)"

# What may be paid while something is held, by kind of instrument.
PAYS_DIVIDENDS = frozenset({"RAW", "SPLIT_ADJUSTED", ""})
BEARS_FUNDING = frozenset({SecurityType.CRYPTO_FUTURE, SecurityType.CFD, SecurityType.FOREX})
CENT = 0.01
# The events that an order's tag may change with.
RETAGGING = frozenset(
    {OrderStatus.CANCELED, OrderStatus.CANCEL_PENDING, OrderStatus.UPDATE_SUBMITTED}
)
# The spread that closing crosses, as a part of the price: of options, and of all else.
WIDE, NARROW = 0.3, 0.001


@dataclass(frozen=True, slots=True)
class Findings:
    """What an import found out about itself.

    Attributes:
        facts: The result.
        feed: The feed at its end.
        instruments: By Symbol ID.
        modes: By Symbol ID, how prices were adjusted; empty where nothing says.
        unmatched: Closing fills of which LEAN's record is missing.
        unsolved: Closing fills whose exchange rate LEAN's record does not tell.
        unsure: Symbol IDs whose multiplier is LEAN's usual one or that of a kin.
        unknown: Symbol IDs whose multiplier nothing tells.
        differing: How many of LEAN's trades come out otherwise; None where there are none to
            compare with.
        opposed: Symbol IDs that strategies held against each other when they expired.
        splits: Whether splits were found in the trades alone.
        loose: Whether there was foreign cash at the start that no holding explains.
        paid: Whether LEAN's data told the dividends.
        priced: Whether LEAN's data told the prices at the end.
    """

    facts: LeanFacts
    feed: ResultFeed
    instruments: dict[str, Instrument]
    modes: dict[str, str]
    unmatched: int
    unsolved: int
    unsure: set[str]
    unknown: set[str]
    differing: int | None
    opposed: bool
    splits: bool
    loose: bool = False
    paid: bool = False
    priced: bool = False
    riskless: RisklessRate | None = None

    @property
    def foreign(self) -> bool:
        """Whether something has its P&L or its prices in another currency than the account's."""
        home = self.facts.currency
        used = self.instruments.values()
        return any(home not in (each.quote, each.base) or each.currency != home for each in used)

    @property
    def exchanged(self) -> bool:
        """Whether exchange rates may have moved the equity."""
        return self.foreign or self.loose

    @property
    def shares(self) -> bool:
        """Whether something may have paid a dividend."""
        return not self.paid and any(
            each.rules.pays_dividends and (self.facts.live or self.modes[sid] in PAYS_DIVIDENDS)
            for sid, each in self.instruments.items()
        )

    @property
    def funded(self) -> bool:
        """Whether something may have borne funding or interest."""
        return any(each.security_type in BEARS_FUNDING for each in self.instruments.values())

    @property
    def open(self) -> bool:
        """Whether something is held at the end."""
        return bool(self.feed.tracker.ledger.books.held)

    @property
    def separable(self) -> bool:
        """Whether nothing but prices can have moved the equity while something was held."""
        return not (self.shares or self.funded or self.exchanged or self.facts.live)

    @property
    def tested(self) -> str:
        """How often the books were compared with LEAN's equity while nothing was held."""
        flat = self.feed.flat
        points = f"{flat.points:,} point{'s' * (flat.points != 1)} of LEAN's chart"
        return f"tested at {points} at which nothing was held, worst {flat.worst:.2g}"

    @property
    def why_untested(self) -> str:
        """Why what is left over cannot be told at the end, and what was tested before it."""
        reasons = [
            ("something is held at the end", self.open),
            ("exchange rates may have moved the equity", self.exchanged),
            ("what was paid comes out of LEAN's equity itself", self.facts.live),
            (
                "money came or went that no file tells",
                self.feed.flat.booked or self.feed.flat.taken,
            ),
        ]
        found = "; ".join(reason for reason, holds in reasons if holds)
        return f"{found or 'something was held all the time'} ({self.tested})"


def cause_of(findings_shares: bool) -> FlowCause:
    """What money is taken for that came while something was held."""
    return FlowCause.DIVIDEND if findings_shares else FlowCause.INTEREST


def labels_of(found: Findings, unrealized: Label) -> dict[str, Label]:
    """The labels of an import by figure.

    Args:
        found: What it found out.
        unrealized: That of the P&L of what is open.
    """
    trades, strategies = _trades(found), _strategies(found)
    return {
        "starting_equity": _start(found),
        "equity": _equity(found),
        "realized": _realized(found, trades),
        "fees": _fees(found),
        "unrealized": unrealized,
        **_unstated(found, unrealized),
        "unexplained": _unexplained(found),
        "lean_trades": _lean_trades(found),
        "trades": trades,
        "strategies": strategies,
        "structures": trades,  # whose legs the groups of orders tell
        "drawdown": Label(Exactness.SAMPLED, note=f"at the points of LEAN's chart; {LIFTS}"),
        "mae_mfe": Label(
            Exactness.SAMPLED, note="at the points of LEAN's chart; LEAN's own trades have theirs"
        ),
        "statistics": Label(Exactness.SAMPLED, note=f"of days at LEAN's chart, {_rate(found)}"),
        "execution": _execution(found),
    }


def _rate(found: Findings) -> str:
    """Which risk-free rate the ratios are of."""
    known = found.riskless
    if known is None:
        return f"without a risk-free rate: nothing in the result tells the one LEAN used; {LIFTS}"
    return (
        f"with the risk-free rate that LEAN's own Sharpe ratio tells, {100 * known.rate:.2f} % a"
        f" year within {100 * known.bound:.1g}; {LIFTS}"
    )


def _derived(note: str, bound: float | None = None) -> Label:
    return Label(Exactness.DERIVED, bound, note)


def _start(found: Findings) -> Label:
    """What the account began with: cash without a rate, and holdings, have a worth only later."""
    if found.facts.live:
        return _derived("what the end shows less all that was traded, at the first prices known")
    if found.foreign or any(each.base for each in found.instruments.values()):
        return _derived("the first points of LEAN's chart, where coins may have no price yet")
    return _derived("the first point of LEAN's chart", ROUNDING)


def _equity(found: Findings) -> Label:
    """The chart has four decimals, and where it was thinned LEAN's statistics have two."""
    equity, events = found.facts.equity, found.facts.events
    if found.facts.live:
        return _derived("LEAN's last figure, which at a stop may be of the step before")
    if not equity or (events and equity[-1].time < events[-1].time):
        return _derived("LEAN's statistics, of two decimals", CENT)
    return _derived("LEAN's chart, of four decimals", ROUNDING)


def _lean_trades(found: Findings) -> Label:
    if found.facts.trades is None:
        return _derived("the result lists no closedTrades: they are rebuilt from the fills")
    return EXACT


def _trades(found: Findings) -> Label:
    """Whether LEAN's trades come out of the fills."""
    if not found.facts.has_events:
        return _derived("of orders, not fills; the -order-events.json has them")
    if found.unknown:
        listed = ", ".join(sorted(found.unknown)[:3])
        return _derived(f"the multiplier of {listed} is not known; {DATA} has it")
    if found.differing:
        return _derived(f"{found.differing:,} of LEAN's trades come out otherwise")
    if found.unmatched:
        return _derived(f"LEAN's record of {found.unmatched:,} closing fills was not found")
    if found.unsure and found.differing is None:
        return _derived(f"multipliers are LEAN's usual ones; {DATA} has them")
    return EXACT


def _realized(found: Findings, trades: Label) -> Label:
    if trades.exactness is not Exactness.EXACT or not found.foreign:
        return trades
    if found.unsolved:
        return _derived(f"the rates of {found.unsolved:,} fills lie between known ones; {LIFTS}")
    return _derived("exchange rates solved from LEAN's records", CENT)


def _fees(found: Findings) -> Label:
    if not found.facts.has_events:
        return _derived("of LEAN's trades; the -order-events.json has each", None)
    home = found.facts.currency
    charged = (event for event in found.facts.events if event.fee)
    if all(event.fee_currency == home for event in charged):
        return EXACT
    if found.feed.guessed:
        return _derived(f"rates of some fees lie between known ones; {LIFTS}", None)
    return _derived("exchange rates solved from LEAN's records", CENT)


def _strategies(found: Findings) -> Label:
    """Whether each fill is its strategy's."""
    lost = lost_tags(found.facts)
    if lost:
        return _derived(
            f"the tags of {lost:,} orders with fills name no strategy any more: LEAN"
            f" keeps the last tag alone; {LIFTS}"
        )
    if found.opposed:
        return _derived(
            "what strategies held against each other expired at a price that no file"
            f" states; {LIFTS}"
        )
    return EXACT


def lost_tags(facts: LeanFacts) -> int:
    """How many orders with fills name no strategy, and were updated or cancelled: that may have
    replaced the tag that did. Others of the run name theirs.
    """
    named = lost = 0
    filled = {event.order_id for event in facts.events if event.fills}
    filled &= {event.order_id for event in facts.events if event.status in RETAGGING}
    for order in facts.orders.values():
        own = order.order_type is OrderType.OPTION_EXERCISE or lean_reason(order.tag)
        if strategy_in_tag(order.ticker, order.tag, order.order_type) is not None:
            named += 1
        elif order.order_id in filled and not own:
            lost += 1
    return lost if named else 0


def _unstated(found: Findings, unrealized: Label) -> dict[str, Label]:
    """The terms that no file states: only their sum, where nothing is held."""
    flat = found.feed.flat
    none = _derived("what was held neither pays nor bears any", ROUNDING)
    together = Label(
        Exactness.UNSEPARATED,
        note=f"no file states it: dividends, financing, settlement, fx and flows are in one sum, "
        f"which is known where nothing is held; {DATA} lifts dividends and splits; {LIFTS}",
    )
    moved = abs(flat.booked) + abs(flat.taken) > 0.0 or found.facts.live
    lone = not moved and not found.exchanged and not found.open
    settled = any(each.rules.settles_in_cash for each in found.instruments.values())
    sure = unrealized.exactness is not Exactness.UNSEPARATED
    quiet = none if lone or (found.separable and not moved and sure) else together
    return {
        "dividends": _dividends(found, none, quiet if lone else together),
        "financing": quiet,
        "settlement": _derived("LEAN's messages state the underlying's price", CENT)
        if settled
        else (together if found.splits else quiet),
        "fx": together if found.exchanged else EXACT,
        "flows": quiet,
    }


def _dividends(found: Findings, none: Label, otherwise: Label) -> Label:
    if found.paid and any(each.rules.pays_dividends for each in found.instruments.values()):
        return EXACT if found.feed.tracker.ledger.total().dividends else none
    return otherwise if found.shares else none


def _unexplained(found: Findings) -> Label:
    flat = found.feed.flat
    moved = flat.booked or flat.taken or found.open or found.exchanged or found.facts.live
    if flat.points and not moved:
        return _derived(found.tested, max(flat.worst, ROUNDING))
    return Label(Exactness.ABSENT, note=f"not testable: {found.why_untested}; {LIFTS}")


def _execution(found: Findings) -> Label:
    known = sum(bool(order.bid or order.ask or order.last) for order in found.facts.orders.values())
    if not known and found.facts.orders:
        return Label(Exactness.ABSENT, note="the orders state no prices at submission")
    return Label(Exactness.SAMPLED, note="slippage is exact; markouts are at LEAN's chart")


def _spreads(found: Findings) -> float:
    """What closing all that is held may cost in spreads, which LEAN's banner nets too."""
    books = found.feed.tracker.ledger.books
    total = 0.0
    for sid in books.held:
        holding = books.holdings[sid]
        instrument = holding.instrument
        each = holding.price * instrument.multiplier * books.rates[instrument.currency]
        part = WIDE if instrument.strike is not None else NARROW
        total += abs(holding.quantity * each) * part
    return total


def unrealized_label(found: Findings, left: float, shown: float | None, closing: float) -> Label:
    """That of the P&L of what is open at the end.

    Args:
        found: What the import found out.
        left: The P&L at LEAN's average prices at which its equity holds, account currency.
        shown: LEAN's banner, which nets the fees and the spread of closing; None without one.
        closing: The fees that were paid to open it.
    """
    if not found.open:
        return EXACT
    if found.priced:
        return _derived("at the last prices of LEAN's data", None)
    if found.facts.live and found.facts.cash and not found.exchanged:
        return _derived("what LEAN's last equity has beyond its cash; fitted by strategy")
    sure = found.separable and shown is not None
    most = 3 * closing + 2 * CENT + _spreads(found)
    if sure and shown is not None and -2 * CENT <= left - shown <= most:
        return _derived("what LEAN's equity has beyond the other terms", 2 * ROUNDING)
    return Label(
        Exactness.UNSEPARATED,
        note="what LEAN's equity has beyond the other terms, with all that was paid since nothing "
        f"was held last; {DATA} lifts it; {LIFTS}",
    )
