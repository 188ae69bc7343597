"""The peer of the fan-out: FastAPI on uvicorn with websockets, as their documentation shows it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from tests.bench.fanout_server import EVENTS_PER_S, event_text, say

listening: set[WebSocket] = set()


async def change(changes: "asyncio.Queue[str]") -> None:
    """Play the machine: it waits for no subscriber, so its events go through a queue, as ours."""
    loop = asyncio.get_running_loop()
    number, next_s = 0, loop.time()
    while True:
        next_s = max(next_s + 1 / EVENTS_PER_S, loop.time())
        await asyncio.sleep(next_s - loop.time())
        number += 1
        with contextlib.suppress(asyncio.QueueFull):
            changes.put_nowait(event_text(number))


async def publish(changes: "asyncio.Queue[str]") -> None:
    """Tell everybody of every event; it is encoded once, as ours is."""
    while True:
        text = await changes.get()
        for one in tuple(listening):
            try:
                await one.send_text(text)
            except (WebSocketDisconnect, RuntimeError):
                listening.discard(one)


@contextlib.asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Publish while the server runs."""
    changes: asyncio.Queue[str] = asyncio.Queue(256)
    tasks = [asyncio.create_task(one(changes)) for one in (change, publish)]
    yield
    for task in tasks:
        task.cancel()


app = FastAPI(lifespan=lifespan)


@app.websocket("/ws")
async def listen(websocket: WebSocket) -> None:
    """Keep one subscriber."""
    await websocket.accept(websocket.headers.get("sec-websocket-protocol"))
    listening.add(websocket)
    try:
        while True:
            await websocket.receive_text()
    except WebSocketDisconnect:
        listening.discard(websocket)


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0), backlog=200) as listener:
        say(listener.getsockname()[1])
        config = uvicorn.Config(app, log_level="error", ws="websockets")
        uvicorn.Server(config).run([listener])
