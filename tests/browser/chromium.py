"""A real Chromium, steered over the pipe of its DevTools: no port, no driver, no other library."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import itertools
import json
import os
import shutil
import signal
import subprocess
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import trio

from rvm_edge.background import background_tasks

Json = Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-sandbox",  # neither root nor a container gets one; it opens nothing but our own pages
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--touch-events=enabled",
    "--host-resolver-rules=MAP evil.test 127.0.0.1, MAP rebound.test 127.0.0.1",
)
ON_PIPES = 'exec "$@" 3<&{read} 4>&{write}'
"""Chromium reads commands from descriptor 3 and answers on 4."""
GOODBYE_S = 5.0


class DevToolsError(Exception):
    """Chromium did not do it."""


class Chromium:
    """A running browser, shared by tests; each has pages of its own, and nothing in common.

    Attributes:
        commands: the pipe's end to write to.
        answers: the end to read from.
        pending: what was read and not yet understood; it outlives a test.
        ids: of the commands.
        log: what it said.
    """

    def __init__(self, commands: int, answers: int, log: Path) -> None:
        self.commands = commands
        self.answers = answers
        self.pending = bytearray()
        self.ids = itertools.count(1)
        self.log = log

    @asynccontextmanager
    async def page(self) -> AsyncIterator[Page]:
        """Open an empty page that knows of no other one, and close it afterwards."""
        tools = DevTools(self)
        try:
            async with background_tasks() as nursery:
                nursery.start_soon(tools.listen)
                async with tools.page() as page:
                    yield page
        finally:
            tools.close()


class DevTools:
    """The protocol: commands with an id, answers with the same, events without.

    Attributes:
        complaints: what went wrong in pages, by session.
    """

    def __init__(self, chromium: Chromium) -> None:
        self._chromium = chromium
        self._commands = trio.lowlevel.FdStream(os.dup(chromium.commands))
        self._answers = trio.lowlevel.FdStream(os.dup(chromium.answers))
        self._writing = trio.Lock()
        self._waiting: dict[int, trio.MemorySendChannel[Json]] = {}
        self.complaints: defaultdict[str, list[str]] = defaultdict(list)

    @asynccontextmanager
    async def page(self) -> AsyncIterator[Page]:
        """Open an empty page that knows of no other one, and close it afterwards."""
        context = (await self.call("Target.createBrowserContext"))["browserContextId"]
        try:
            where = {"url": "about:blank", "browserContextId": context}
            target = (await self.call("Target.createTarget", **where))["targetId"]
            ids = {"targetId": target, "flatten": True}
            page = Page(self, (await self.call("Target.attachToTarget", **ids))["sessionId"])
            for domain in ("Page", "Runtime", "Log"):
                await page.call(f"{domain}.enable")
            yield page
        finally:
            with trio.CancelScope(shield=True), trio.move_on_after(GOODBYE_S):
                await self.call("Target.disposeBrowserContext", browserContextId=context)

    def close(self) -> None:
        """Let go of the pipe, which others use after us."""
        self._commands.close()
        self._answers.close()

    async def call(self, method: str, session: str = "", **params: Json) -> Json:
        """Give a command, and return what came of it."""
        own_id = next(self._chromium.ids)
        message: Json = {"id": own_id, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        send, receive = trio.open_memory_channel[Json](1)
        self._waiting[own_id] = send
        async with self._writing:
            with trio.CancelScope(shield=True):  # half a command would spoil all that follow
                await self._commands.send_all(json.dumps(message).encode() + b"\0")
        answer = await receive.receive()
        if "error" in answer:
            raise DevToolsError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    async def listen(self) -> None:
        """Hand out answers until cancelled.

        Raises:
            DevToolsError: the browser is gone.
        """
        pending = self._chromium.pending
        async for some in self._answers:
            pending += some
            while (end := pending.find(b"\0")) >= 0:
                message = json.loads(pending[:end])
                del pending[: end + 1]
                self._hear(message)
        raise DevToolsError(f"Chromium has ended: {self._chromium.log.read_text()[-500:]}")

    def _hear(self, message: Json) -> None:
        if "id" in message:
            if waiting := self._waiting.pop(message["id"], None):  # else another test's
                waiting.send_nowait(message)
        elif message["method"] == "Runtime.exceptionThrown":
            told = str(message["params"]["exceptionDetails"])
            self.complaints[message["sessionId"]].append(told)
        elif message["method"] == "Log.entryAdded":
            entry = message["params"]["entry"]
            if entry["level"] == "error":
                told = f"{entry['text']} {entry.get('url', '')}"
                self.complaints[message["sessionId"]].append(told)


class Page:
    """One page in a browser, and a finger on its screen."""

    def __init__(self, tools: DevTools, session: str) -> None:
        self._tools = tools
        self._session = session

    @property
    def complaints(self) -> list[str]:
        """What went wrong in the page: exceptions, refused loads, breaches of its policy."""
        return self._tools.complaints[self._session]

    def beside(self) -> AbstractAsyncContextManager[Page]:
        """Open another page at the same time; a browser's pages share one pipe."""
        return self._tools.page()

    async def call(self, method: str, **params: Json) -> Json:
        """Give a command of DevTools to this page."""
        return await self._tools.call(method, self._session, **params)

    async def resize(self, width: int, height: int) -> None:
        """Make it a touch screen of this size."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await self.call("Emulation.setDeviceMetricsOverride", **size)

    async def goto(self, url: str) -> None:
        """Open an address."""
        answer = await self.call("Page.navigate", url=url)
        if "errorText" in answer:
            raise DevToolsError(f"{url}: {answer['errorText']}")
        await self.until("document.readyState === 'complete'")

    async def evaluate(self, expression: str) -> Json:
        """Return what a JavaScript expression, or its promise, comes to."""
        answer = await self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise DevToolsError(f"{expression[:200]}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    async def until(self, condition: str) -> None:
        """Return when a JavaScript condition holds; the test's own time-out bounds it."""
        look = f"const look = () => ({condition}) ? hold(true) : setTimeout(look, 10); look();"
        await self.evaluate(f"new Promise((hold) => {{ {look} }})")

    async def until_screen(self, name: str) -> None:
        """Return when the page shows this screen, pictures and all."""
        shown = f"document.querySelector('#stage')?.dataset.screen === '{name}'"
        loaded = "[...document.images].every((one) => one.complete)"
        await self.until(f"{shown} && {loaded}")

    async def record(self, name: str, element: str, attribute: str) -> None:
        """Have the page note, in a list of this name, what an element's attribute becomes."""
        await self.evaluate(
            f"window.{name} = []; (() => {{ const one = document.querySelector('{element}');"
            f"new MutationObserver(() => {name}.push(one.getAttribute('{attribute}')))"
            f".observe(one, {{ attributeFilter: ['{attribute}'] }}); }})()"
        )

    async def text(self, selector: str) -> str:
        """Return what stands in an element."""
        found: str = await self.evaluate(
            f"document.querySelector({json.dumps(selector)}).innerText"
        )
        return found

    async def tap(self, selector: str) -> None:
        """Touch the middle of an element, and let go."""
        async with self.finger_on(selector):
            pass

    @asynccontextmanager
    async def finger_on(self, selector: str) -> AsyncIterator[None]:
        """Touch the middle of an element, which nothing may cover, and hold it."""
        quoted = json.dumps(selector)
        await self.until(f"document.querySelector({quoted}) !== null")
        middle = await self.evaluate(
            f"(() => {{ const one = document.querySelector({quoted}); one.scrollIntoView();"
            "const { x, y, width, height } = one.getBoundingClientRect();"
            "const [left, top] = [x + width / 2, y + height / 2];"
            "const there = document.elementFromPoint(left, top);"
            "return one.contains(there) ? { x: left, y: top } : null; })()"
        )
        if middle is None:
            raise DevToolsError(f"{selector} is covered or outside of the screen")
        await self.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[middle])
        try:
            yield
        finally:
            await self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    async def press(self, key: str) -> None:
        """Press a key of a keyboard, and let go."""
        codes: Mapping[str, int] = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32}
        text = {"Enter": "\r", " ": " "}.get(key, "")
        pressed = {"key": key, "code": key, "windowsVirtualKeyCode": codes[key]}
        await self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **pressed)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **pressed)

    async def screenshot(self) -> bytes:
        """Return what the screen shows, as a PNG."""
        answer = await self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(answer["data"])


@contextmanager
def started(folder: Path) -> Iterator[Chromium]:
    """Start Chromium; end it, and all of its processes, afterwards.

    Args:
        folder: for what it keeps and says.
    """
    program = next(filter(None, map(shutil.which, NAMES)), None)
    assert program, "no Chromium is installed; apt-get install chromium"
    theirs_read, ours_write = _pipe()
    ours_read, theirs_write = _pipe()
    on_pipes = ON_PIPES.format(read=theirs_read, write=theirs_write)
    command = [program, *FLAGS, f"--user-data-dir={folder / 'profile'}"]
    said = folder / "chromium.log"
    with said.open("w") as log:
        process = subprocess.Popen(
            ["/bin/bash", "-c", on_pipes, "bash", *command],
            pass_fds=(theirs_read, theirs_write),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    os.close(theirs_read)
    os.close(theirs_write)
    for end in (ours_read, ours_write):
        os.set_blocking(end, False)  # else closing a copy makes all of them blocking again
    try:
        yield Chromium(ours_write, ours_read, said)
    finally:
        _end(process, ours_write)
        os.close(ours_write)
        os.close(ours_read)


def _pipe() -> tuple[int, int]:
    """Open a pipe whose ends are above 9, so that 3 and 4 are free in the child."""
    ends = os.pipe()
    high = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends)
    for end in ends:
        os.close(end)
    return high[0], high[1]


def _end(process: subprocess.Popen[bytes], commands: int) -> None:
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        os.write(commands, b'{"id": 0, "method": "Browser.close"}\0')
        process.wait(GOODBYE_S)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
