"""The live view on a real pseudo terminal, with keys."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from contextlib import closing

WITHIN_S = 60.0
AGAIN_S = 5.0


class Terminal:
    """The near end of a pseudo terminal."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self.shown = b""

    def press(self, key: bytes) -> None:
        os.write(self._fd, key)

    def until(self, holds: Callable[[bytes], bool], key: bytes = b"") -> None:
        """Press `key` every now and then, until what was shown since the first time is as wanted.

        A key is refused with a word while the machine is busy with somebody else's item.
        """
        self.shown = b""
        began = pressed = time.monotonic()
        if key:
            self.press(key)
        while not holds(self.shown):
            now = time.monotonic()
            assert now - began < WITHIN_S, self.shown[-4000:]
            if key and now - pressed > AGAIN_S:
                self.press(key)
                pressed = now
            if select.select([self._fd], [], [], 0.2)[0]:
                self.shown += os.read(self._fd, 65536)

    def close(self) -> None:
        os.close(self._fd)


def test_keys_insert_a_can_cut_the_link_and_quit_and_the_terminal_is_restored() -> None:
    near, far = pty.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    before = termios.tcgetattr(far)
    with (
        closing(Terminal(near)) as terminal,
        subprocess.Popen(
            [sys.executable, "-m", "rvm_edge", "demo"],
            stdin=far,
            stdout=far,
            stderr=far,
            # A test runner may have set the size of its own screen there.
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"},
        ) as process,
    ):
        try:
            terminal.until(lambda shown: b"session.requested" in shown)
            terminal.until(lambda shown: b"verdict" in shown, key=b"c")
            terminal.press(b"i")
            terminal.until(lambda shown: b"guests only" in shown)
            terminal.press(b"q")
            assert process.wait(WITHIN_S) == 0
        finally:
            process.kill()
        assert termios.tcgetattr(far) == before
        os.close(far)
