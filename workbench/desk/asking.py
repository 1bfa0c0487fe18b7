"""What a client of the stream says: who it is, and what it wants to hear."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.errors import TrackerError

MOST_TOPICS = 256
LONGEST_TOPIC = 200  # characters


class AskError(TrackerError):
    """What a client said is not of the protocol; the text says what is."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a client wants to hear.

    Attributes:
        topics: Of what, in place of what it heard before.
        after: The number of the last message it had; None where it had none.
    """

    topics: frozenset[str]
    after: int | None


@dataclass(frozen=True, slots=True)
class Login:
    """Who a client is.

    Attributes:
        token: Its token.
    """

    token: str

    def __repr__(self) -> str:
        return "Login(***)"


def read_ask(text: str) -> Ask | Login:
    """What a client said.

    Raises:
        AskError: It is not of the protocol.
    """
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AskError("a message is a JSON object") from error
    if not isinstance(said, dict):
        raise AskError("a message is a JSON object")
    if said.keys() == {"auth"} and isinstance(said["auth"], str):
        return Login(said["auth"])
    if "subscribe" in said and said.keys() <= {"subscribe", "after"}:
        return Ask(_topics(said["subscribe"]), _after(said))
    raise AskError('a message is {"subscribe": ["deployments"], "after": 8412} or {"auth": "..."}')


def _topics(given: Any) -> frozenset[str]:
    if not isinstance(given, list) or len(given) > MOST_TOPICS:
        raise AskError(f"subscribe is a list of {MOST_TOPICS} topics at most")
    if not all(isinstance(topic, str) and len(topic) <= LONGEST_TOPIC for topic in given):
        raise AskError(f"a topic is a text of {LONGEST_TOPIC} characters at most")
    return frozenset(given)


def _after(said: Mapping[str, Any]) -> int | None:
    after = said.get("after")
    if after is not None and type(after) is not int:
        raise AskError("after is the number of a message")
    return after
