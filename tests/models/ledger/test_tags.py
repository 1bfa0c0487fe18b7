"""Tags: the strategy that an order's tag names, and the tags of LEAN's own orders."""

from __future__ import annotations

import pytest

from models.events.orders import OrderType
from models.ledger.tags import group_in_tag, lean_reason, strategy_in_tag, whole_tag


@pytest.mark.parametrize(
    ("tag", "strategy"),
    [
        ("strategy=trend", "trend"),
        ("entry strategy=trend", "trend"),
        ("entry,strategy=trend,size=2", "trend"),
        ("a;strategy=trend;b", "trend"),
        ("a|strategy=mean-rev_2.1|b", "mean-rev_2.1"),
        ("strategy=one strategy=two", "one"),
        ("mystrategy=trend", None),
        ("strategy= trend", "trend"),
        ("strategy = trend, weekly", "trend"),
        ("strategy:trend", "trend"),
        ("strategy: trend", None),
        ("strategy :trend", None),
        ('strategy="mean reversion" x', "mean reversion"),
        ("STRATEGY='mean reversion'", "mean reversion"),
        ("strategy=' trend '", "trend"),
        ('strategy="mean reversion', None),
        ('strategy=""', None),
        ("strategy=", None),
        ("strategy=,trend", None),
        ("strategy=a=b", None),
        ("strategy=trend,", "trend"),
        ("Strategy=Trend", "Trend"),
        ("trend", None),
        ("", None),
    ],
)
def test_a_tag_names_its_strategy(tag: str, strategy: str | None) -> None:
    """`strategy=NAME` counts as a word of its own, in any case; the name is as it is written."""
    assert strategy_in_tag("AAPL", tag, OrderType.MARKET) == strategy


@pytest.mark.parametrize(
    ("tag", "group"),
    [
        ("strategy=trend, group=june", "june"),
        ("group:june", "june"),
        ('GROUP="the june spread"', "the june spread"),
        ("group=#7", "7"),
        ("subgroup=june", ""),
        ("group=", ""),
        ("group june", ""),
    ],
)
def test_a_tag_names_a_group(tag: str, group: str) -> None:
    """`group=NAME` is read as the strategy is; the sign of LEAN's combos is no part of a name."""
    assert group_in_tag(tag) == group


@pytest.mark.parametrize(("tag", "strategy"), [(" trend ", "trend"), ("a b", "a b"), (" ", None)])
def test_the_whole_tag_may_be_the_name(tag: str, strategy: str | None) -> None:
    """Blanks around it do not count, and blanks alone are no name."""
    assert whole_tag("AAPL", tag, OrderType.MARKET) == strategy


@pytest.mark.parametrize(
    ("tag", "reason"),
    [
        ("Liquidated", "liquidation"),
        (
            "Liquidated due to impending split. Option splits are not currently supported.",
            "liquidation",
        ),
        ("Liquidate from delisting", "delisting"),
        ("Simulated option assignment before expiration", "assignment"),
        ("Margin Call", "margin call"),
        ("liquidated by hand", None),
        ("Liquidated by hand", None),
        ("", None),
    ],
)
def test_leans_own_tags_are_known(tag: str, reason: str | None) -> None:
    """Each of LEAN's tags has its reason, and the user's have none."""
    assert lean_reason(tag) == reason
