"""The Jetson's 40-pin header, by BOARD numbers, through Jetson.GPIO.

What is known of Jetson.GPIO 2.1.13 and is heeded here:

- importing it fails where there is no GPIO chip, so that it is imported when a pin is claimed;
- its edge detection blocks for a second, loses edges and calls back from raw threads: pins are read
  when somebody wants to know;
- its clean-up, which a second `setup` of a pin does too, closes the chip's descriptor once per pin,
  and by then the number may be another file's: a pin is set up once, and the kernel takes it back
  when the process ends;
- JetPack 6 lets a line float when its process ends: nothing that moves is driven from here. The one
  output there is, an ultrasonic sensor's trigger, can float without harm.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from typing import Protocol, cast

from drivers.ports import DeviceGoneError, ReadingError


class Library(Protocol):
    """The part of Jetson.GPIO that is used."""

    BOARD: object
    IN: object
    OUT: object
    LOW: int

    def setwarnings(self, state: bool, /) -> None: ...  # noqa: D102, FBT001 - Jetson.GPIO's
    def setmode(self, mode: object, /) -> None: ...  # noqa: D102
    def setup(self, channels: int, direction: object, *, initial: int | None = ...) -> None: ...  # noqa: D102
    def input(self, channel: int, /) -> int: ...  # noqa: D102
    def output(self, channels: int, values: int, /) -> None: ...  # noqa: D102


def jetson_gpio() -> Library:
    """Import Jetson.GPIO.

    Raises:
        DeviceGoneError: it is not installed, or this is no Jetson, or the user may not use it.
    """
    try:
        return cast("Library", importlib.import_module("Jetson.GPIO"))
    except ImportError as error:
        raise DeviceGoneError(
            "Jetson.GPIO is not installed: pip install 'myrvm-edge[jetson]'"
        ) from error
    except Exception as error:  # it raises RuntimeError and bare Exception
        raise DeviceGoneError(
            f"the GPIO pins cannot be used ({error!s:.120}); is this a Jetson, and the user in "
            "group gpio?"
        ) from error


class Header:
    """The pins. The first use of each claims it, which may block; later ones take microseconds."""

    def __init__(self, load: Callable[[], Library] = jetson_gpio) -> None:
        self._load = load
        self._library: Library | None = None
        self._claimed: set[int] = set()
        self._claiming = threading.Lock()

    def claim(self, pin: int) -> None:
        """Claim an input; the first one imports the library, which takes its time.

        Raises:
            DeviceGoneError: it cannot be claimed.
        """
        self._claim(pin, output=False)

    def is_claimed(self, pin: int) -> bool:
        """Say whether a pin can be read at once, with one ioctl."""
        return pin in self._claimed

    def read(self, pin: int) -> bool:
        """Return whether an input is high.

        Raises:
            DeviceGoneError: the pin cannot be claimed.
            ReadingError: it cannot be read.
        """
        library = self._claim(pin, output=False)
        try:
            return bool(library.input(pin))
        except Exception as error:  # OSError of the kernel, RuntimeError of the library
            raise ReadingError(f"pin {pin} cannot be read: {error!s:.120}") from error

    def write(self, pin: int, *, high: bool) -> None:
        """Drive a pin. Only for what does no harm when it floats.

        Raises:
            DeviceGoneError: the pin cannot be claimed or driven.
        """
        library = self._claim(pin, output=True)
        try:
            library.output(pin, int(high))
        except Exception as error:  # likewise
            raise DeviceGoneError(f"pin {pin} cannot be driven: {error!s:.120}") from error

    def _claim(self, pin: int, *, output: bool) -> Library:
        if self._library is not None and pin in self._claimed:
            return self._library  # nobody waits here for another pin that is being claimed
        with self._claiming:
            library = self._library or self._loaded()
            if pin not in self._claimed:
                direction = library.OUT if output else library.IN
                try:
                    library.setup(pin, direction, initial=library.LOW if output else None)
                except Exception as error:  # OSError, ValueError, UnboundLocalError, Exception
                    raise DeviceGoneError(
                        f"pin {pin} cannot be claimed: {error!s:.120}; does another program use it?"
                    ) from error
                self._claimed.add(pin)
        return library

    def _loaded(self) -> Library:
        library = self._load()
        library.setwarnings(False)  # it would read /dev/mem for each pin
        try:
            library.setmode(library.BOARD)
        except ValueError as error:
            raise DeviceGoneError(f"the pins are numbered otherwise here: {error}") from error
        self._library = library
        return library
