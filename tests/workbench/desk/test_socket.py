"""The stream's socket: who is let in, what is replayed, and clients that break the rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import pytest
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from tests.workbench.desk.desks import ORIGIN, SOCKET, client_of, log_in
from workbench.desk import socket
from workbench.desk.desk import Desk
from workbench.desk.routes import Scope
from workbench.desk.secrets import new_secret
from workbench.desk.socket import Closing
from workbench.desk.stream import WAITING, Stream
from workbench.library.errors import LibraryError
from workbench.library.library import Library

LONGEST_WAIT = 15.0  # seconds


def snapshot(topics: Any) -> dict[str, Any]:
    """What topics are like: their own names."""
    return {topic: {"name": topic} for topic in topics}


@pytest.fixture
def stream() -> Stream:
    """A stream whose numbers begin at 1, and that keeps little."""
    return Stream(snapshot, first=1, capacity=200)


@pytest.fixture
def desk(library: Library, stream: Stream) -> Desk:
    """A desk with that stream."""
    return Desk(library, stream=stream)


def secret(desk: Desk, scope: Scope = Scope.READ) -> str:
    """A new token."""
    return desk.tokens.make("a", scope).secret


def said(session: WebSocketTestSession) -> dict[str, Any]:
    """The next message; a test does not wait for one that does not come."""

    async def coming() -> Any:
        with anyio.fail_after(LONGEST_WAIT):
            return await session._send_rx.receive()

    received = session.portal.call(coming)
    if received["type"] == "websocket.close":
        raise WebSocketDisconnect(received["code"], received.get("reason"))
    message: dict[str, Any] = json.loads(received["text"])
    return message


def tell(session: WebSocketTestSession, **words: Any) -> None:
    """Say something."""
    session.send_text(json.dumps(words))


@contextmanager
def listening(client: TestClient, desk: Desk) -> Iterator[WebSocketTestSession]:
    """A socket of somebody with a token, who was greeted."""
    with client.websocket_connect(SOCKET) as session:
        tell(session, auth=secret(desk))
        assert said(session)["type"] == "hello"
        yield session


def until_closed(session: WebSocketTestSession, heard: list[int]) -> tuple[int, str]:
    """The code and the reason with which the desk closes; what it says before is kept."""
    try:
        while True:
            heard.append(said(session)["seq"])
    except WebSocketDisconnect as closed:
        return closed.code, closed.reason


def closing(session: WebSocketTestSession) -> tuple[int, str]:
    """The code and the reason with which the desk closes, whatever it says before."""
    return until_closed(session, [])


def publish(stream: Stream, count: int = 1, topic: str = "a", kind: str = "fill") -> None:
    """Let something happen."""
    from workbench.desk.desk import utc_now

    for _ in range(count):
        stream.publish(topic, kind, {}, utc_now())


# --- who is let in


def test_a_cookie_lets_the_own_page_in(desk: Desk, client: TestClient) -> None:
    """It is greeted with the numbers there are, and with none of its own."""
    log_in(client, desk)
    publish(desk.stream, 3)
    with client.websocket_connect(SOCKET, headers={"Origin": ORIGIN}) as session:
        hello = said(session)
        assert hello["data"] == {"newest": 3, "oldest": 0}
        assert (hello["seq"], hello["type"], hello["topic"]) == (0, "hello", "")


def test_a_cookie_without_its_page_is_none(desk: Desk, client: TestClient) -> None:
    """A program that has a cookie says its token."""
    log_in(client, desk)
    with client.websocket_connect(SOCKET) as session:
        tell(session, subscribe=["a"])
        assert closing(session)[0] == Closing.UNKNOWN


def test_a_cookie_that_is_over_leaves_a_token_its_turn(desk: Desk, client: TestClient) -> None:
    """A page that was logged out elsewhere says its token."""
    log_in(client, desk)
    (session,) = desk.tokens.list()
    desk.tokens.revoke(session.id)
    with client.websocket_connect(SOCKET, headers={"Origin": ORIGIN}) as opened:
        tell(opened, auth=secret(desk))
        assert said(opened)["type"] == "hello"


def test_a_token_lets_a_program_in(desk: Desk, client: TestClient) -> None:
    """As its first message; nothing is said before."""
    with client.websocket_connect(SOCKET) as session:
        tell(session, auth=secret(desk))
        assert said(session)["type"] == "hello"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"auth": new_secret().text}, Closing.UNKNOWN),
        ({"auth": ""}, Closing.UNKNOWN),
        ({"subscribe": ["a"]}, Closing.UNKNOWN),
        ({"auth": 7}, Closing.BAD),
    ],
)
def test_nobody_else_is_let_in(client: TestClient, words: Any, code: Closing) -> None:
    """A wrong token, none, and what is no message."""
    with client.websocket_connect(SOCKET) as session:
        tell(session, **words)
        assert closing(session)[0] == code


def test_a_token_that_may_only_send_does_not_listen(desk: Desk, client: TestClient) -> None:
    """It stands in an algorithm's parameters, in somebody else's cloud."""
    with client.websocket_connect(SOCKET) as session:
        tell(session, auth=secret(desk, Scope.INGEST))
        assert closing(session)[0] == Closing.FORBIDDEN


def test_who_says_nothing_is_not_waited_for(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An open socket costs something."""
    monkeypatch.setattr(socket, "LOGIN_SECONDS", 0.01)
    with client.websocket_connect(SOCKET) as session:
        assert closing(session)[0] == Closing.UNKNOWN


def test_who_is_revoked_hears_no_more(
    desk: Desk, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The socket that is open closes before long."""
    monkeypatch.setattr(socket, "CHECK_SECONDS", 0.01)
    made = desk.tokens.make("a", Scope.READ)
    with client.websocket_connect(SOCKET) as session:
        tell(session, auth=made.secret)
        assert said(session)["type"] == "hello"
        desk.tokens.revoke(made.grant.id)
        assert closing(session)[0] == Closing.UNKNOWN


def test_a_wrong_token_said_later_closes(desk: Desk, client: TestClient) -> None:
    """Nobody is who they say they are not."""
    with listening(client, desk) as session:
        tell(session, auth=new_secret().text)
        assert closing(session)[0] == Closing.UNKNOWN


def test_a_right_token_said_later_counts(desk: Desk, client: TestClient) -> None:
    """A page that has a cookie may say its token as well."""
    with listening(client, desk) as session:
        tell(session, auth=secret(desk, Scope.ADMIN))
        tell(session, subscribe=["a"])
        assert said(session)["type"] == "reset"


def test_there_are_only_so_many_sockets(
    desk: Desk, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more is refused until another goes."""
    monkeypatch.setattr(socket, "MOST_SOCKETS", 1)
    with (
        listening(client, desk),
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect(SOCKET),
    ):
        pass
    with listening(client, desk):
        assert len(client.app.state.sockets) == 1  # type: ignore[attr-defined]


def test_without_a_socket_the_answer_says_so(desk: Desk, client: TestClient) -> None:
    """A plain request is told to open one."""
    answer = client.get("/api/v1/stream", headers={"Authorization": f"Bearer {secret(desk)}"})
    assert (answer.status_code, answer.headers["upgrade"]) == (426, "websocket")


# --- what is heard


def test_what_happens_is_heard(desk: Desk, client: TestClient) -> None:
    """A new client has a snapshot first, and then what happens in its topics."""
    with listening(client, desk) as session:
        tell(session, subscribe=["b", "a"])
        reset = said(session)
        assert (reset["type"], reset["seq"], reset["topic"]) == ("reset", 0, "")
        assert reset["data"] == {"a": {"name": "a"}, "b": {"name": "b"}}
        for topic in "acb":
            publish(desk.stream, topic=topic)
        assert [(each["seq"], each["topic"]) for each in (said(session), said(session))] == [
            (1, "a"),
            (3, "b"),
        ]


def test_a_client_that_comes_back_goes_on(desk: Desk, client: TestClient) -> None:
    """Everything behind its number comes, without a snapshot, and then what happens."""
    publish(desk.stream, 2 * WAITING + 5)
    with listening(client, desk) as session:
        tell(session, subscribe=["a"], after=3)
        publish(desk.stream)
        heard = [said(session) for _ in range(2 * WAITING + 3)]
        assert [each["seq"] for each in heard] == [*range(4, 2 * WAITING + 7)]


@pytest.mark.parametrize("after", [-1, 9, 10**30, 300])
def test_a_client_that_is_too_late_is_reset(desk: Desk, client: TestClient, after: int) -> None:
    """Where its number has left the ring, or is of another desk, the snapshot takes its place."""
    publish(desk.stream, 210)
    with listening(client, desk) as session:
        tell(session, subscribe=["a"], after=after)
        reset = said(session)
        assert (reset["type"], reset["seq"]) == ("reset", 210)
        publish(desk.stream)
        assert said(session)["seq"] == 211


def test_the_oldest_of_the_ring_is_not_too_late(desk: Desk, client: TestClient) -> None:
    """The edge of the ring."""
    publish(desk.stream, 210)
    with listening(client, desk) as session:
        tell(session, subscribe=["a"], after=10)
        assert said(session)["seq"] == 11


def test_what_happens_while_a_snapshot_is_made_is_heard(
    desk: Desk, client: TestClient, stream: Stream
) -> None:
    """It is told behind the snapshot, which may have it already."""

    def happening(topics: Any) -> dict[str, Any]:
        publish(stream, 2)
        return snapshot(topics)

    stream.snapshot = happening
    with listening(client, desk) as session:
        tell(session, subscribe=["a"])
        heard = [said(session) for _ in range(3)]
        assert [(each["type"], each["seq"]) for each in heard] == [
            ("reset", 0),
            ("fill", 1),
            ("fill", 2),
        ]


def test_topics_can_be_changed(desk: Desk, client: TestClient) -> None:
    """What was heard before is heard no more."""
    with listening(client, desk) as session:
        tell(session, subscribe=["a"])
        assert said(session)["type"] == "reset"
        tell(session, subscribe=["b"], after=0)
        tell(session, subscribe=["b", "c"])
        assert said(session)["data"].keys() == {"b", "c"}
        publish(desk.stream, topic="a")
        publish(desk.stream, topic="c")
        assert said(session)["topic"] == "c"


def test_each_hears_its_own(desk: Desk, client: TestClient) -> None:
    """Clients are told apart."""
    with listening(client, desk) as one, listening(client, desk) as other:
        tell(one, subscribe=["a"])
        tell(other, subscribe=["b"])
        assert said(one)["data"].keys() == {"a"}
        assert said(other)["data"].keys() == {"b"}
        publish(desk.stream, topic="b")
        publish(desk.stream, topic="a")
        assert (said(one)["topic"], said(other)["topic"]) == ("a", "b")


def test_who_goes_is_forgotten(desk: Desk, client: TestClient) -> None:
    """Nothing of a socket is left."""
    for _ in range(3):
        with listening(client, desk) as session:
            tell(session, subscribe=["a"])
            assert said(session)["type"] == "reset"
            assert desk.stream.listeners == 1
    assert desk.stream.listeners == 0
    assert client.app.state.sockets == set()  # type: ignore[attr-defined]
    publish(desk.stream)


# --- who breaks the rules


@pytest.mark.parametrize("text", ["", "[]", '{"subscribe": 7}', '{"trade": "all"}', "x" * 65_537])
def test_what_is_not_of_the_protocol_closes(desk: Desk, client: TestClient, text: str) -> None:
    """With a code and a reason that says what is."""
    with listening(client, desk) as session:
        session.send_text(text)
        code, reason = closing(session)
        assert (code, "message is" in reason or "subscribe is" in reason) == (Closing.BAD, True)


def test_bytes_close(desk: Desk, client: TestClient) -> None:
    """The protocol has texts only."""
    with listening(client, desk) as session:
        session.send_bytes(b'{"subscribe": []}')
        assert closing(session)[0] == Closing.BAD


def test_a_burst_is_not_the_fault_of_a_client(desk: Desk, client: TestClient) -> None:
    """Whoever takes what comes is given all of it, however much comes at once."""
    with listening(client, desk) as session:
        tell(session, subscribe=["a"])
        assert said(session)["type"] == "reset"
        publish(desk.stream, 2 * WAITING)
        assert [said(session)["seq"] for _ in range(2 * WAITING)] == [*range(1, 2 * WAITING + 1)]


def slow(monkeypatch: pytest.MonkeyPatch, stream: Stream, after: int) -> None:
    """Let a minute go by whenever a client was sent so many messages since the last."""
    time, count, send = 0.0, 0, socket.Client._send

    async def sending(self: socket.Client, *texts: str) -> None:
        nonlocal time, count
        for text in texts:
            await send(self, text)
            count += 1
            time += 60.0 * (count % after == 0)

    stream.clock = lambda: time
    monkeypatch.setattr(socket.Client, "_send", sending)


def test_who_is_too_slow_is_sent_away_and_loses_nothing(
    desk: Desk, client: TestClient, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More waits than may, for longer than a moment: 4008. It comes back and goes on."""
    slow(monkeypatch, stream, after=10)
    heard: list[int] = []
    with listening(client, desk) as session:
        tell(session, subscribe=["a"])
        assert said(session)["type"] == "reset"
        publish(stream, 3 * WAITING)
        assert until_closed(session, heard)[0] == 4008
    assert heard == [*range(1, len(heard) + 1)]
    assert len(heard) < 3 * WAITING
    with listening(client, desk) as session:
        tell(session, subscribe=["a"], after=heard[-1])
        heard += [said(session)["seq"] for _ in range(3 * WAITING - len(heard))]
    assert heard == [*range(1, 3 * WAITING + 1)]
    metrics = client.app.state.metrics.registry  # type: ignore[attr-defined]
    assert metrics.get_sample_value("tracker_desk_overflows_total") == 1


def test_who_is_slow_keeps_up_with_marks(
    desk: Desk, client: TestClient, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last of them is enough, so that no number of marks sends a client away."""
    slow(monkeypatch, stream, after=1)
    with listening(client, desk) as session:
        tell(session, subscribe=["a"])
        assert said(session)["type"] == "reset"
        publish(stream, WAITING)
        publish(stream, 100, kind="mark")
        heard: list[dict[str, Any]] = []
        while not heard or heard[-1]["type"] != "mark" or heard[-1]["seq"] < WAITING + 100:
            heard.append(said(session))
    assert sum(each["type"] == "fill" for each in heard) == WAITING


def test_what_the_ring_lost_sends_a_slow_client_away(
    desk: Desk, client: TestClient, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would never hear of it; when it comes back it is reset."""
    send = socket.Client._send

    async def sending(self: socket.Client, *texts: str) -> None:
        await send(self, *texts)
        if [json.loads(text)["seq"] for text in texts] == [1]:
            publish(stream, 300)

    monkeypatch.setattr(socket.Client, "_send", sending)
    with listening(client, desk) as session:
        tell(session, subscribe=["a"])
        assert said(session)["type"] == "reset"
        publish(stream)
        assert said(session)["seq"] == 1
        assert closing(session)[0] == Closing.OVERFLOW


def test_a_message_that_does_not_go_out_sends_a_client_away(
    desk: Desk, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desk does not hold a socket that takes nothing."""
    monkeypatch.setattr(socket, "SEND_SECONDS", 0.0)
    with client.websocket_connect(SOCKET) as session:
        tell(session, auth=secret(desk))
        assert closing(session)[0] == Closing.OVERFLOW


def test_a_library_that_fails_closes_with_no_detail(
    desk: Desk, client: TestClient, stream: Stream
) -> None:
    """The client comes back later; what is wrong stands in the log."""

    def failing(topics: Any) -> dict[str, Any]:
        raise LibraryError("the library at a secret place is broken")

    stream.snapshot = failing
    with listening(client, desk) as session:
        tell(session, subscribe=["a"])
        code, reason = closing(session)
    assert (code, "secret" in reason) == (Closing.FAULT, False)


def test_sockets_of_one_desk_are_refused_by_another(desk: Desk, library: Library) -> None:
    """A client of the same library has its cookie there under another port's name."""
    from workbench.desk.gate import Gate

    other = client_of(Desk(library, gate=Gate(port=9)))
    log_in(other, desk)
    assert [cookie.name for cookie in other.cookies.jar] == ["tracker_desk_9"]
