"""The socket of the stream: `/api/v1/stream`.

A client is known by its cookie, or by a first message `{"auth": "..."}`. It is greeted, and says
what it wants to hear: `{"subscribe": ["deployments", "deployment/7"], "after": 8412}`.
"""

from __future__ import annotations

import asyncio
import enum
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from models.errors import TrackerError
from workbench.desk.asking import Ask, AskError, Login, read_ask
from workbench.desk.bells import Bell, Bells
from workbench.desk.desk import Desk, desk_of
from workbench.desk.metrics import Metrics
from workbench.desk.permits import session_secret
from workbench.desk.problems import ProblemError
from workbench.desk.routes import Route, Scope
from workbench.desk.stream import Kind, Taken, own_message
from workbench.desk.tokens import Grant, TokenKind
from workbench.library.errors import LibraryError

LOG = logging.getLogger("tracker.desk")
ADDRESS = "/api/v1/stream"
MOST_SOCKETS = 1_000
LOGIN_SECONDS = 10.0  # that a client has to say who it is
SEND_SECONDS = 20.0  # that the messages of a moment have to go out
PATIENCE = 1.0  # seconds that more messages than may wait can wait
CHECK_SECONDS = 30.0  # after which it is looked whether a client may still listen
LONGEST_MESSAGE = 65_536  # characters of what a client says


class Closing(enum.IntEnum):
    """Why the desk closes a socket: the codes of the protocol."""

    FAULT = 1011  # the desk cannot answer now
    BUSY = 1013  # there are too many sockets
    OVERFLOW = 4008  # more waits than the client takes: connect again, with `after`
    BAD = 4400  # what the client said is not of the protocol
    UNKNOWN = 4401  # it is not known who asks
    FORBIDDEN = 4403  # who asks may not listen


class ClosingError(TrackerError):
    """The socket is to be closed.

    Args:
        code: With which code.
        reason: What the client is told, at most 123 bytes.
    """

    def __init__(self, code: Closing, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Client:
    """One client of the stream.

    Args:
        socket: Its socket, accepted.
        desk: What it listens to.
        bells: What wakes it.
    """

    def __init__(self, socket: WebSocket, desk: Desk, bells: Bells) -> None:
        self.socket = socket
        self.desk = desk
        self.after = desk.stream.newest
        self._asked: Ask | None = None
        self._secret: tuple[str, TokenKind] | None = None
        self._end: ClosingError | None = None
        self._replayed = self.after  # up to here it is given what was, as fast as it takes it
        self._since: float | None = None  # when that was over
        self._bells, self._bell = bells, Bell()

    async def serve(self) -> ClosingError | None:
        """Answer until the client goes; returns why it is closed, where the desk closes it."""
        try:
            await self._let_in()
        except ClosingError as end:
            return end
        except WebSocketDisconnect:
            return None
        self._bells.add(self._bell)
        try:
            async with anyio.create_task_group() as group:
                for task in (self._read, self._give, self._watch):
                    group.start_soon(self._until_end, task, group.cancel_scope)
        finally:
            self._bells.remove(self._bell)
        return self._end

    async def _until_end(
        self, task: Callable[[], Awaitable[None]], scope: anyio.CancelScope
    ) -> None:
        try:
            await task()
        except ClosingError as end:
            self._end = end
        except LibraryError as error:
            LOG.error("%s", error)
            self._end = ClosingError(Closing.FAULT, "the library cannot be read now")
        except WebSocketDisconnect:
            pass  # it went
        scope.cancel()

    # --- who it is

    async def _let_in(self) -> None:
        cookie = session_secret(self.socket)
        if cookie is not None:
            self._secret = (cookie, TokenKind.SESSION)
        if self._secret is None or not await self._grant():
            await self._log_in()
        await self._check()
        stream = self.desk.stream
        data = {"newest": stream.newest, "oldest": stream.oldest}
        await self._send(own_message(Kind.HELLO, 0, data, self.desk.clock()))

    async def _log_in(self) -> None:
        with anyio.move_on_after(LOGIN_SECONDS):
            said = await self._heard()
            if isinstance(said, Login):
                self._secret = (said.token, TokenKind.TOKEN)
                return
        raise ClosingError(Closing.UNKNOWN, 'say who you are first: {"auth": "..."}')

    async def _grant(self) -> Grant | None:
        assert self._secret is not None
        return await anyio.to_thread.run_sync(self.desk.tokens.check, *self._secret)

    async def _check(self) -> None:
        """Close the socket of who may not listen, or not any longer."""
        grant = await self._grant()
        if grant is None:
            LOG.warning("refused a socket of somebody unknown")
            raise ClosingError(Closing.UNKNOWN, "this token or login is not good, or no longer")
        if not grant.allows(Scope.READ):
            LOG.warning("refused a socket of the %s %s", grant.kind.value, grant.id)
            raise ClosingError(Closing.FORBIDDEN, "this needs a token of scope read")

    async def _watch(self) -> None:
        while True:
            await anyio.sleep(CHECK_SECONDS)
            await self._check()

    # --- what it says

    async def _heard(self) -> Ask | Login:
        """The next thing it says."""
        message = await self.socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1006))
        text = message.get("text")
        if text is None or len(text) > LONGEST_MESSAGE:
            raise ClosingError(Closing.BAD, "a message is a text of no more than 64 KB")
        try:
            return read_ask(text)
        except AskError as error:
            raise ClosingError(Closing.BAD, str(error)) from error

    async def _read(self) -> None:
        while True:
            said = await self._heard()
            if isinstance(said, Login):
                self._secret = (said.token, TokenKind.TOKEN)
                await self._check()
            else:
                self._asked = said
                self._bell.ring()

    # --- what it is told

    async def _give(self) -> None:
        stream = self.desk.stream
        while True:
            self._bell.hush()
            if self._asked is not None:
                asked, self._asked = self._asked, None
                await self._begin(asked)
            newest = stream.newest
            taken = stream.take(self._bell.topics, self.after)
            self._require_pace(taken)
            await self._send(*(message.text for message in taken.messages))
            self.after = taken.after
            if self._since is None and self.after >= self._replayed:
                self._since = stream.clock()
            if self._asked is None and self.after >= newest:
                await self._bell.rings()  # what came meanwhile rings it
            else:
                await anyio.sleep(0)  # a long replay leaves the others their turn

    async def _begin(self, ask: Ask) -> None:
        """Go on behind what the client had, or with a snapshot where that is not known."""
        stream = self.desk.stream
        self._bell.topics = ask.topics
        self._replayed, self._since = stream.newest, None
        if ask.after is not None and stream.oldest <= ask.after <= stream.newest:
            self.after = ask.after
            return
        newest = stream.newest
        data = await anyio.to_thread.run_sync(stream.snapshot, sorted(ask.topics))
        await self._send(own_message(Kind.RESET, newest, data, self.desk.clock()))
        self.after = newest

    def _require_pace(self, taken: Taken) -> None:
        """Close the socket of a client that is too slow: it connects again and goes on.

        A burst is not its fault. It is too slow where more messages wait than may, and the first
        of them for longer than a moment.
        """
        late = False
        if taken.waiting and self._since is not None:
            since = max(taken.messages[0].moment, self._since)
            late = self.desk.stream.clock() - since > PATIENCE
        if taken.lost or late:
            raise ClosingError(Closing.OVERFLOW, "too slow: connect again with `after`")

    async def _send(self, *texts: str) -> None:
        with anyio.move_on_after(SEND_SECONDS):
            for text in texts:
                await self.socket.send_text(text)
            return
        raise ClosingError(Closing.OVERFLOW, "too slow: connect again with `after`")


async def serve_stream(socket: WebSocket) -> None:
    """Serve a client that connects."""
    metrics: Metrics = socket.app.state.metrics
    sockets: set[WebSocket] = socket.app.state.sockets
    if len(sockets) >= MOST_SOCKETS:
        await socket.close(Closing.BUSY)
        return
    sockets.add(socket)
    metrics.sockets.inc()
    try:
        await socket.accept()
        bells = _bells_of(socket)
        end = await Client(socket, desk_of(socket), bells).serve()
        if end is not None:
            await _close(socket, end, metrics)
    finally:
        sockets.discard(socket)
        metrics.sockets.dec()


def _bells_of(socket: WebSocket) -> Bells:
    """The bells of the loop that serves a socket."""
    known: dict[asyncio.AbstractEventLoop, Bells] = socket.app.state.bells
    loop = asyncio.get_running_loop()
    return known.setdefault(loop, Bells(desk_of(socket).stream, loop))


async def _close(socket: WebSocket, end: ClosingError, metrics: Metrics) -> None:
    if end.code is Closing.OVERFLOW:
        metrics.overflows.inc()
    with anyio.move_on_after(PATIENCE):
        try:
            await socket.close(end.code, end.reason)
        except (RuntimeError, WebSocketDisconnect):
            LOG.debug("a socket was gone before it was closed")


def refuse_plain(request: Request) -> Response:
    """Tell whoever asks without a socket that there is one.

    Raises:
        ProblemError: Always.
    """
    raise ProblemError(
        HTTPStatus.UPGRADE_REQUIRED,
        "this is a WebSocket: open it with the scheme ws or wss",
        {"Upgrade": "websocket"},
    )


HEARD: dict[str, Any] = {
    "description": "What is sent on the socket.",
    "type": "object",
    "properties": {
        "seq": {"type": "integer"},
        "topic": {"type": "string"},
        "type": {"enum": [kind.value for kind in Kind]},
        "time": {"type": "string", "format": "date-time"},
        "data": {"type": "object"},
    },
    "required": ["seq", "topic", "type", "time", "data"],
}

ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        ADDRESS,
        "The stream, as a WebSocket: what happens, as it happens",
        Scope.READ,
        refuse_plain,
        answer=HEARD,
        status=HTTPStatus.SWITCHING_PROTOCOLS,
        socket=serve_stream,
    ),
)
