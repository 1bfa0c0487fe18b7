"""The terms of keeping: what a category may say, what makes a key, what can be stored."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest

from models.errors import CallError
from utils.store.categories import CATEGORIES, Category, Scope, check_categories, check_name
from utils.store.object_store import bytes_data, json_data, text_data
from utils.store.results import Reason, SaveResult


def test_the_ready_categories_share_the_space() -> None:
    """They take all of it between them, and each allows what it is for."""
    check_categories(CATEGORIES)
    assert sum(category.share for category in CATEGORIES.values()) == pytest.approx(1.0)
    assert CATEGORIES["state"].scope is CATEGORIES["trades"].scope is Scope.LIVE
    assert CATEGORIES["user"].scope is Scope.PROJECT


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
        Category(**terms)


def test_categories_are_judged_together() -> None:
    """Their names must make keys, and nobody may share out more than there is."""
    with pytest.raises(CallError, match="the category 'a/b' makes no key"):
        check_categories({"a/b": Category(0.1)})
    with pytest.raises(CallError, match=r"the shares of the categories make 1\.1"):
        check_categories({"a": Category(0.6), "b": Category(0.5)})


@pytest.mark.parametrize("name", ["a", "A_b-9", "a.json", "x" * 40 + "." + "y" * 8, "-1"])
def test_names_that_leans_rule_takes_are_taken(name: str) -> None:
    """Letters, digits, - and _, and one dot before a plain ending."""
    check_name(name)


@pytest.mark.parametrize(
    "name", ["", ".", "a.b.c", "a:b", "a/b", "a b", "grün", "a.b_c", "a\n", ".a", "x" * 41, "../x"]
)
def test_other_names_are_refused(name: str) -> None:
    """The error says what is allowed."""
    with pytest.raises(CallError, match="makes no key of LEAN's; it must be 1 to 40 letters"):
        check_name(name)


def test_what_can_be_stored_becomes_bytes() -> None:
    """Text as UTF-8, whatever holds bytes, and JSON without needless spaces."""
    assert text_data("ä") == b"\xc3\xa4"
    assert bytes_data(bytearray(b"ab")) == bytes_data(memoryview(b"ab")) == b"ab"
    assert json_data({"ä": [1, None, "x"]}) == '{"ä":[1,null,"x"]}'.encode()


@pytest.mark.parametrize("value", ["\ud800", b"bytes", 5, None])
def test_what_is_no_text_is_refused(value: Any) -> None:
    """A lone surrogate has no UTF-8."""
    with pytest.raises(CallError, match="must be a text"):
        text_data(value)


@pytest.mark.parametrize("value", ["text", 5, None, [1, 2]])
def test_what_is_no_bytes_is_refused(value: Any) -> None:
    """A number is not taken for so many zeros."""
    with pytest.raises(CallError, match="must be bytes"):
        bytes_data(value)


@pytest.mark.parametrize("value", [nan, [inf], {1, 2}, object(), "\ud800", b"x"])
def test_what_json_cannot_say_is_refused(value: Any) -> None:
    """NaN included, which Python would write and nobody else read."""
    with pytest.raises(CallError, match="must be what JSON can say"):
        json_data(value)


def test_a_value_within_itself_is_refused() -> None:
    """It has no end that JSON could say."""
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(CallError, match="must be what JSON can say"):
        json_data(endless)


def test_a_result_says_whether_it_was_saved() -> None:
    """Only one reason means that it was."""
    assert [reason for reason in Reason if SaveResult(reason).saved] == [Reason.SAVED]
