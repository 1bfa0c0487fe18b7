"""The terms of keeping: what a category and a policy may say, and which names make a key."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest

from models.errors import CallError
from utils.store.categories import (
    CATEGORIES,
    STORE_POLICY,
    StoreCategory,
    StorePolicy,
    StoreScope,
    check_name,
)


def test_the_ready_categories_share_the_space() -> None:
    """The ready categories take all of the space between them, and each finds what it is for."""
    assert STORE_POLICY.categories is CATEGORIES
    assert sum(category.share for category in CATEGORIES.values()) == pytest.approx(1.0)
    assert CATEGORIES["state"].scope is CATEGORIES["trades"].scope is StoreScope.LIVE
    assert CATEGORIES["user"].scope is StoreScope.PROJECT


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"share": 0.0}, "the share is 0.0"),
        ({"share": 1.1}, "at most 1"),
        ({"share": nan}, "the share is nan"),
        ({"share": 0.1, "every": -1.0}, "seconds of 0 or more"),
        ({"share": 0.1, "every": inf}, "every is inf"),
        ({"share": 0.1, "runs": 0}, "they count from 1"),
        ({"share": 0.1, "days": 0}, "they count from 1"),
    ],
)
def test_a_category_that_cannot_be_meant_is_refused(terms: dict[str, Any], said: str) -> None:
    """The error names the term and what it allows."""
    with pytest.raises(CallError, match=said):
        StoreCategory(**terms)


def test_categories_are_judged_together() -> None:
    """Their names must make keys, and nobody may share out more than there is."""
    with pytest.raises(CallError, match="the category 'a/b' makes no key"):
        StorePolicy({"a/b": StoreCategory(0.1)})
    with pytest.raises(CallError, match=r"the shares of the categories make 1\.1"):
        StorePolicy({"a": StoreCategory(0.6), "b": StoreCategory(0.5)})


@pytest.mark.parametrize("name", ["a", "A_b-9", "a.json", "x" * 40 + "." + "y" * 8, "-1"])
def test_names_that_leans_rule_takes_are_taken(name: str) -> None:
    """A name has letters, digits, - and _, and at most one dot before a plain ending."""
    check_name(name)


@pytest.mark.parametrize(
    "name", ["", ".", "a.b.c", "a:b", "a/b", "a b", "grün", "a.b_c", "a\n", ".a", "x" * 41, "../x"]
)
def test_other_names_are_refused(name: str) -> None:
    """The error for a name that makes no key says what is allowed."""
    with pytest.raises(CallError, match="makes no key of LEAN's; it must be 1 to 40 letters"):
        check_name(name)
