"""What one read of LEAN costs a Python algorithm, in microseconds.

Source: LEAN 24863901d under Python 3.11 on a shared machine of two cores, November 2026. Each read
was timed inside a hook on fresh objects, over the 13,404 order events and 2,196 slices of the
recording `three-strategies`. A loop on one kept object gives other figures, up to twenty times too
low where pythonnet converts or compares. Each figure holds about 0.7 microseconds of the measuring
call itself, as the sums of several reads that were timed together do.

What was timed are expressions such as `event.ticket.tag`; here each has its share, so that the
parts of an expression add up to what was measured. Where a range was measured its middle stands.
`MEASURED` follows those figures. `ASSUMED` holds reads that were not timed: an instrument's
description at its first sight, the account at the start and the like, priced as their measured
neighbours are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

UNKNOWN_CALL: Final = 7.0
"""What a call costs that is in neither table."""
UNKNOWN_READ: Final = 2.5
"""What a property costs that is in neither table."""

FIRST_VALUE: Final = 7.5
"""The equity where nobody has read it yet in the step: 7 to 10.

The lower end stands, for whole slices were timed at 11 with one holding and at 14 with five.
"""

MEASURED: Final[Mapping[str, float]] = {
    # an order event: 0.8 to 1.5 each
    "OrderEvent.order_id": 1.1,
    "OrderEvent.id": 1.1,
    "OrderEvent.quantity": 1.1,
    "OrderEvent.fill_quantity": 1.1,
    "OrderEvent.fill_price": 1.1,
    "OrderEvent.limit_price": 1.1,
    "OrderEvent.message": 1.1,
    "OrderEvent.is_assignment": 1.1,
    "OrderEvent.utc_time": 4.8,
    # `status` 1.3, and 1.0 as the key of a dictionary; `int(status)` 11 to 13, `str` 2.0, `==` 1.7
    "OrderEvent.status": 1.0,
    "OrderStatus.__int__": 11.0,
    "LeanEnum.__str__": 1.0,
    "LeanEnum.__hash__": 0.1,
    "LeanEnum.__eq__": 0.7,
    # `symbol` 1.2, `str(symbol.id)` 2.7, `str(symbol)` 2.0, `symbol.value` 2.2; a dictionary keyed
    # by symbols 13 to 17, of which `hash(symbol)` takes 2.2; `symbol == known` 17
    "OrderEvent.symbol": 1.2,
    "Symbol.id": 0.7,
    "SecurityIdentifier.__str__": 0.8,
    "Symbol.__str__": 0.8,
    "Symbol.value": 1.0,
    "Symbol.__hash__": 1.0,
    "Symbol.__eq__": 14.3,
    # `order_fee.value.amount` and `.currency`: 3.4 to 5.8
    "OrderEvent.order_fee": 1.5,
    "OrderFee.value": 1.5,
    "CashAmount.amount": 1.6,
    "CashAmount.currency": 1.6,
    # `ticket` 1.2, `.tag` 2.5, `.quantity` 1.6, `.order_type` 1.6, `int(ticket.order_type)` 9
    "OrderEvent.ticket": 1.2,
    "OrderTicket.tag": 1.3,
    "OrderTicket.quantity": 0.4,
    "OrderTicket.order_type": 0.4,
    "OrderType.__int__": 7.4,
    # `self.portfolio.total_portfolio_value` 5.3, of a kept portfolio 0.9; `securities[symbol]` 5.2
    "QCAlgorithm.utc_time": 2.2,
    "QCAlgorithm.time": 1.4,
    "QCAlgorithm.is_warming_up": 0.7,
    "QCAlgorithm.portfolio": 4.4,
    "QCAlgorithm.securities": 1.2,
    "SecurityManager.__getitem__": 4.0,
    "SecurityPortfolioManager.total_portfolio_value": 0.9,
    "SecurityPortfolioManager.total_sale_volume": 6.9,
    "SecurityPortfolioManager.invalidate_total_portfolio_value": 7.0,
    # a slice: `dividends` 2.9, `splits.count` 4.6, `symbol_changed_events.count` 6.9
    "Slice.utc_time": 3.7,
    "Slice.time": 3.5,
    "Slice.has_data": 1.3,
    "Slice.dividends": 2.9,
    "Slice.splits": 2.9,
    "Slice.delistings": 4.6,
    "Slice.symbol_changed_events": 5.2,
    "LeanDictionary.count": 1.7,
    "Splits.items": 21.4,
    # kept objects
    "Security.price": 2.3,
    "Security.bid_price": 1.1,
    "Security.ask_price": 1.0,
    "SecurityHolding.quantity": 0.8,
    "SecurityHolding.average_price": 0.9,
    "SecurityHolding.unrealized_profit": 6.1,
    "SecurityHolding.holdings_value": 2.9,
    "Cash.amount": 1.2,
    "Cash.conversion_rate": 0.8,
    # `benchmark.evaluate(time)` 38, `risk_free_interest_rate_model.get_interest_rate(time)` 21
    "QCAlgorithm.benchmark": 1.2,
    "Benchmark.evaluate": 36.8,
    "QCAlgorithm.risk_free_interest_rate_model": 1.2,
    "InterestRateModel.get_interest_rate": 19.8,
    # `transactions.orders_count` 2.8
    "QCAlgorithm.transactions": 1.2,
    "SecurityTransactionManager.orders_count": 1.6,
    # what is shown; a runtime statistic 15 to 36
    "QCAlgorithm.set_runtime_statistic": 25.0,
    "QCAlgorithm.debug": 40.0,
    "QCAlgorithm.log": 21.0,
    "QCAlgorithm.plot": 103.0,
}

ASSUMED: Final[Mapping[str, float]] = {
    # a price beside those that were timed: an older table, of kept objects in a loop, had it
    "SecurityHolding.price": 1.1,
    "FutureHolding.settled_profit": 1.1,
    # parts of an event that were not timed
    "OrderEvent.stop_price": 1.1,
    "OrderEvent.trigger_price": 1.1,
    "OrderTicket.time": 4.8,
    "LeanEnum.__int__": 11.0,
    # an instrument at its first sight
    "Security.type": 1.0,
    "Security.symbol_properties": 1.2,
    "SymbolProperties.contract_multiplier": 1.1,
    "SymbolProperties.lot_size": 1.1,
    "Security.quote_currency": 1.2,
    "_Pair.base_currency": 1.2,
    "Cash.symbol": 1.1,
    "Security.data_normalization_mode": 1.0,
    "Security.margin_interest_rate_model": 1.2,
    "Security.settlement_model": 1.2,
    "Security.holdings": 1.2,
    "SecurityIdentifier.market": 1.1,
    "SecurityIdentifier.strike_price": 1.1,
    "SecurityIdentifier.option_right": 1.0,
    "Symbol.underlying": 1.2,
    "SecurityIdentifier.__hash__": 1.0,
    "SecurityIdentifier.__eq__": 14.3,
    # the account as a whole: the opening, and marks that do not close
    "SecurityPortfolioManager.__getitem__": 4.0,
    "SecurityPortfolioManager.cash_book": 1.2,
    "SecurityPortfolioManager.unsettled_cash_book": 1.2,
    "CashBook.__getitem__": 4.0,
    "CashBook.contains_key": 4.0,
    "LeanDictionary.items": 21.4,
    "LeanDictionary.keys": 21.4,
    "LeanDictionary.__next__": 1.2,
    "QCAlgorithm.settings": 1.2,
    "AlgorithmSettings.trading_days_per_year": 1.1,
    # corporate actions, a handful a year
    "_Corporate.symbol": 1.2,
    "Split.type": 1.0,
    "Split.split_factor": 1.1,
    "Split.reference_price": 1.1,
    "Dividend.distribution": 1.1,
    "Delisting.type": 1.0,
    "SymbolChangedEvent.old_symbol": 1.1,
    "SymbolChangedEvent.new_symbol": 1.1,
    # what is shown and saved
    "QCAlgorithm.error": 40.0,
    "QCAlgorithm.set_summary_statistic": 25.0,
    "QCAlgorithm.object_store": 1.2,
}

SAVED_FIRST, SAVED, SAVED_KILOBYTE = 4_730.0, 265.0, 3.55
"""`object_store.save`: the first one more, each one, and for each KB of its text.

Measured: 5,000 for the first, of 1 KB; 620 for 100 KB and 18,000 for 5 MB.
"""
LOADED_FIRST, LOADED, LOADED_KILOBYTE = 668.0, 30.0, 2.19
"""`object_store.read` in the same way: 700 for the first, 250 for 100 KB, 11,000 for 5 MB."""
