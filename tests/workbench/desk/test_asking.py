"""What a client of the stream may say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.desk.asking import LONGEST_TOPIC, MOST_TOPICS, Ask, AskError, Login, read_ask


def test_a_client_says_what_it_wants_to_hear() -> None:
    """With or without the number of its last message."""
    assert read_ask('{"subscribe": ["a", "b", "a"], "after": 7}') == Ask(frozenset("ab"), 7)
    assert read_ask('{"subscribe": []}') == Ask(frozenset(), None)
    assert read_ask('{"subscribe": ["a"], "after": null}') == Ask(frozenset("a"), None)


def test_a_client_says_who_it_is() -> None:
    """What it says is in no text that is made of it."""
    login = read_ask('{"auth": "tdesk_x"}')
    assert login == Login("tdesk_x")
    assert "tdesk" not in f"{login}{login!r}"


def test_a_client_may_name_as_many_topics_as_there_may_be() -> None:
    """So many, and so long."""
    topics = [str(number).zfill(LONGEST_TOPIC) for number in range(MOST_TOPICS)]
    ask = read_ask(json.dumps({"subscribe": topics}))
    assert isinstance(ask, Ask)
    assert len(ask.topics) == MOST_TOPICS


WRONG: list[Any] = [
    7,
    [],
    {},
    {"after": 7},
    {"subscribe": "a"},
    {"subscribe": [7]},
    {"subscribe": {"a": 1}},
    {"subscribe": ["x" * (LONGEST_TOPIC + 1)]},
    {"subscribe": ["x"] * (MOST_TOPICS + 1)},
    {"subscribe": [], "after": "7"},
    {"subscribe": [], "after": 7.0},
    {"subscribe": [], "after": True},
    {"subscribe": [], "more": 1},
    {"auth": 7},
    {"auth": "x", "subscribe": []},
]


@pytest.mark.parametrize("said", WRONG, ids=range(len(WRONG)))
def test_what_is_not_of_the_protocol_is_refused(said: Any) -> None:
    """With what is."""
    with pytest.raises(AskError, match=r"^(a message|subscribe|a topic|after) is "):
        read_ask(json.dumps(said))


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"subscribe": [' * 5_000, "\x00"])
def test_what_is_no_json_is_refused(text: str) -> None:
    """However deep it is."""
    with pytest.raises(AskError, match="JSON object"):
        read_ask(text)


@given(st.text() | st.dictionaries(st.sampled_from(["auth", "after", "x"]), st.text()).map(str))
def test_nothing_that_is_said_is_a_fault(text: str) -> None:
    """It is understood, or refused by name."""
    found: object
    try:
        found = read_ask(text)
    except AskError as refused:
        found = refused
    assert isinstance(found, Ask | Login | AskError)
