"""LEAN's calls that set an algorithm up, which a recorded run lets pass and does nothing of.

What they set is on the tape already: dates, cash, subscriptions, models, indicators. What one of
them returns is a stand-in that says no to every question and takes whatever it is told, so that
lines such as `self.sma("SPY", 20).is_ready` or `self.add_option("GOOG").set_filter(-2, 2)` run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Self


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


SUBSCRIPTIONS: Final = _names(
    """add_alpha add_cfd add_chart add_crypto add_crypto_future add_data add_equity add_forex
    add_future add_future_contract add_future_option add_future_option_contract add_index
    add_index_option add_index_option_contract add_option add_option_contract add_risk_management
    add_security add_security_initializer add_series add_tag add_universe add_universe_options
    add_universe_selection consolidate deregister_indicator register_indicator train
    unregister_indicator warm_up_indicator"""
)
"""What is subscribed to."""

SETTERS: Final = _names(
    """set_account_currency set_alpha set_benchmark set_brokerage_message_handler
    set_brokerage_model set_cash set_end_date set_execution set_future_chain_provider
    set_maximum_orders set_name set_option_chain_provider set_pandas_converter set_parameters
    set_portfolio_construction set_risk_free_interest_rate_model set_risk_management
    set_security_initializer set_start_date set_tags set_time_zone set_trade_builder
    set_universe_selection set_warm_up set_warmup"""
)
"""What is set."""

INDICATORS: Final = _names(
    """abands ad addiff adosc adr advr adx adxr alma ao apo aps ar arima aroon asi atr b bb bop c
    cc cci chop cik cks cmf cmo co cov crsi d dch dem dema do dpo ema emv fi filtered_identity fish
    frama g he heikin_ashi hma ht ibs ichimoku identity iv kama kch ker kst kvo logr lsma lwma macd
    mad mama mass max mfi mgd midpoint midprice min mom momersion momp mosc msi natr nhnl nhnlv obv
    pphl ppo psar pso r rc rdv rma roc rocp rocr rsi rsv rvi sarext si sm sma sobv sortino sr srsi
    stc std sto sum swiss t t_3 tdd tds tema tp tr trima trin trix tsf tsi ultosc v var vidya vp
    vtx vwap vwma wilr wto wwma zlema zz"""
)
"""What is computed of prices, of which a tape has none but those of what is held."""

OBJECTS: Final = _names(
    """brokerage_model candlestick_patterns default_order_properties market_hours_database
    security_initializer signal_export subscription_manager symbol_properties_database
    trade_builder trading_calendar universe universe_manager universe_settings"""
)
"""What is looked at, or has something set, while an algorithm is set up."""

SETTINGS: Final = _names(
    """automatic_indicator_warm_up daily_consolidation_use_extended_market_hours
    daily_precise_end_time data_subscription_limit databases_refresh_period free_portfolio_value
    free_portfolio_value_percentage ignore_unknown_asset_holdings
    liquidate_enabled max_absolute_portfolio_target_percentage
    min_absolute_portfolio_target_percentage minimum_order_margin_portfolio_percentage
    performance_sample_period rebalance_portfolio_on_insight_changes
    rebalance_portfolio_on_security_changes seed_initial_prices stale_price_time_span
    warm_up_resolution warmup_resolution"""
)
"""The members of the algorithm's settings that no recorded run follows."""

DATE_RULES: Final = _names(
    "every month_end month_start on quarter_end quarter_start set_default_time_zone today tomorrow "
    "week_end week_start year_end year_start"
)
TIME_RULES: Final = _names(
    "after_market_close after_market_open before_market_close before_market_open now "
    "set_default_time_zone"
)
"""Rules that ask for a calendar or for market hours, which a tape does not have."""


class StandIn:
    """What a set-up call returns: it is false, empty, and nothing of it is ever kept."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Self:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __setattr__(self, name: str, value: object) -> None:
        """Forget what is set."""

    def __call__(self, *given: object, **named: object) -> Self:
        """Do nothing."""
        return self

    def __getitem__(self, key: object) -> Self:
        return self

    def __setitem__(self, key: object, value: object) -> None:
        """Forget what is set."""

    def __iadd__(self, other: object) -> Self:
        return self  # as a handler is added to an event

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "what a recorded run does not set up"


STAND_IN: Final = StandIn()
PASSED: Final = SUBSCRIPTIONS | SETTERS | INDICATORS | OBJECTS


def passed(name: str, names: frozenset[str] = PASSED) -> StandIn:
    """Return the stand-in for a member that passes; AttributeError for any other."""
    if name not in names:
        raise AttributeError(f"a recorded run has no {name}")
    return STAND_IN
