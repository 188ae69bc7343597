"""A GPIO chip where the kernel's would be: Jetson.GPIO runs on it unmodified.

The boundary is the character device, version 1 (linux/gpio.h): `open`, three ioctls, and the
descriptors that they give. Whatever else is opened goes to the real functions.
"""

# ruff: noqa: ANN401 - what stands in for functions of os and fcntl takes whatever they take

from __future__ import annotations

import errno
import fcntl
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

DEVICE = "/dev/gpiochip0"
LABEL = b"tegra234-gpio"
MODEL = "JETSON_ORIN_NANO"
LINES = {7: 144, 11: 112, 12: 50, 13: 122, 29: 105, 32: 41, 33: 43}
"""By BOARD number."""

_CHIP_INFO = 0x8044B401
_LINE_HANDLE = 0xC16CB403
_GET, _SET = 0xC040B408, 0xC040B409
_OUTPUT = 2


@dataclass
class FakeChip:
    """The chip, seen from the wires.

    Attributes:
        level: what is on a pin, by BOARD number; may raise `OSError`.
        driven: what the program drives, each change in order.
        on_drive: called with each of them.
        busy: pins that another program holds.
        permitted: whether the user may use the chip.
        requests: which lines were asked for, in order.
    """

    level: Callable[[int], bool] = field(default=lambda _: False)
    driven: list[tuple[int, bool]] = field(default_factory=list)
    on_drive: Callable[[int, bool], None] = field(default=lambda _pin, _high: None)
    busy: set[int] = field(default_factory=set)
    permitted: bool = True
    requests: list[int] = field(default_factory=list)
    _chips: set[int] = field(default_factory=set)
    _held: dict[int, int] = field(default_factory=dict)

    def ioctl(self, descriptor: int, request: int, argument: Any) -> int:
        if request == _CHIP_INFO:
            argument.label = LABEL
        elif request == _LINE_HANDLE:
            self._hold(argument)
        elif request == _GET:
            argument.values[0] = int(self.level(self._held[descriptor]))
        elif request == _SET:
            self._drive(self._held[descriptor], bool(argument.values[0]))
        else:
            raise OSError(errno.ENOTTY, "not an ioctl of this chip")
        return 0

    def _hold(self, argument: Any) -> None:
        pin = next(pin for pin, line in LINES.items() if line == argument.lineoffsets[0])
        self.requests.append(pin)
        if pin in self.busy:
            raise OSError(errno.EBUSY, "Device or resource busy")
        argument.fd = os.open(os.devnull, os.O_RDWR)
        self._held[argument.fd] = pin
        if argument.flags & _OUTPUT:
            self._drive(pin, bool(argument.default_values[0]))

    def _drive(self, pin: int, high: bool) -> None:
        self.driven.append((pin, high))
        self.on_drive(pin, high)


@contextmanager
def fake_chip(chip: FakeChip | None = None) -> Iterator[FakeChip]:
    """Put a chip where the kernel's would be, and forget the library afterwards."""
    chip = chip or FakeChip()
    really_open, really_list, really_may = os.open, os.listdir, os.access
    really_ioctl = fcntl.ioctl

    def opens(path: Any, *rest: Any, **named: Any) -> int:
        if path != DEVICE:
            return really_open(path, *rest, **named)
        chip._chips.add(descriptor := really_open(os.devnull, os.O_RDWR))
        return descriptor

    def lists(path: Any = ".") -> list[str]:
        return ["gpiochip0"] if path == "/dev/" else really_list(path)

    def may(path: Any, *rest: Any, **named: Any) -> bool:
        return chip.permitted if path == DEVICE else really_may(path, *rest, **named)

    def ioctl(descriptor: Any, request: int, *rest: Any) -> Any:
        if descriptor in chip._chips or descriptor in chip._held:
            return chip.ioctl(descriptor, request, rest[0])
        return really_ioctl(descriptor, request, *rest)

    _forget_library()
    with (
        mock.patch.dict(os.environ, JETSON_TESTING_MODEL_NAME=MODEL),
        mock.patch.object(os, "open", opens),
        mock.patch.object(os, "listdir", lists),
        mock.patch.object(os, "access", may),
        mock.patch.object(fcntl, "ioctl", ioctl),
    ):
        try:
            yield chip
        finally:
            for descriptor in (*chip._chips, *chip._held):
                os.close(descriptor)
            chip._chips.clear()
            chip._held.clear()
            _forget_library()


def _forget_library() -> None:
    """Have the library imported anew: it keeps the chip and the pins in its modules."""
    for name in [name for name in sys.modules if name.split(".")[0] == "Jetson"]:
        del sys.modules[name]
    importlib.invalidate_caches()
