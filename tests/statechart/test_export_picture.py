"""Pictures: drawn by another program, bounded in time, stamped with their source."""

# ruff: noqa: S314 - what is parsed here was written here

from __future__ import annotations

import shutil
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from rvm_edge.statechart.definition import Chart
from rvm_edge.statechart.export.dot import dot
from rvm_edge.statechart.export.picture import (
    PNG_SIGNATURE,
    PictureError,
    PictureFormat,
    render,
    source_hash,
    stamp_of,
)

SOURCE = "digraph { a -> b }\n"


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    picture = PNG_SIGNATURE
    for kind, data in chunks:
        picture += struct.pack(">I", len(data)) + kind + data
        picture += struct.pack(">I", zlib.crc32(kind + data))
    return picture


PLAIN_PNG = png((b"IHDR", bytes(13)), (b"IEND", b""))


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a `dot` on the path that runs the given Python."""

    def install(script: str) -> None:
        program = tmp_path / "dot"
        program.write_text(f"#!{sys.executable} -S\nimport sys, os, time\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))

    return install


def test_an_svg_picture_carries_the_hash_of_its_source(stand_in: Callable[[str], None]) -> None:
    stand_in("sys.stdin.read(); print('<svg/>')")
    picture = render(SOURCE, PictureFormat.SVG)
    assert stamp_of(picture) == source_hash(SOURCE)
    assert ET.fromstring(picture).tag == "svg"


def test_a_png_picture_carries_it_in_a_text_chunk(stand_in: Callable[[str], None]) -> None:
    stand_in(f"sys.stdin.read(); sys.stdout.buffer.write({PLAIN_PNG!r})")
    picture = render(SOURCE, PictureFormat.PNG)
    stamp = b"dot-sha256\0" + source_hash(SOURCE).encode()
    assert picture == png((b"IHDR", bytes(13)), (b"tEXt", stamp), (b"IEND", b""))
    assert stamp_of(picture) == source_hash(SOURCE)


def test_dot_gets_the_source_and_is_asked_for_the_format(stand_in: Callable[[str], None]) -> None:
    stand_in("print('<svg>', sys.argv[1:], sys.stdin.read(), '</svg>')")
    assert f"['-Tsvg'] {SOURCE}".encode() in render(SOURCE, PictureFormat.SVG)


def test_another_source_has_another_stamp() -> None:
    assert source_hash(SOURCE) != source_hash(SOURCE + " ")


@pytest.mark.parametrize("picture", [b"<svg/>", PLAIN_PNG, b"", PNG_SIGNATURE, PLAIN_PNG[:20]])
def test_a_picture_without_a_stamp_has_none(picture: bytes) -> None:
    assert stamp_of(picture) is None


def test_without_dot_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PictureError, match="apt-get install graphviz"):
        render(SOURCE, PictureFormat.SVG)


def test_a_failing_dot_is_quoted(stand_in: Callable[[str], None]) -> None:
    stand_in("print('syntax error in line 1', file=sys.stderr); print('more'); sys.exit(3)")
    with pytest.raises(PictureError, match="failed with code 3: syntax error in line 1"):
        render(SOURCE, PictureFormat.SVG)


def test_a_silent_dot_is_a_failure(stand_in: Callable[[str], None]) -> None:
    stand_in("sys.stdin.read()")
    with pytest.raises(PictureError, match="it said nothing"):
        render(SOURCE, PictureFormat.PNG)


def test_a_dot_that_gives_something_else_than_png_is_a_failure(
    stand_in: Callable[[str], None],
) -> None:
    stand_in("sys.stdin.read(); print('GIF89a')")
    with pytest.raises(PictureError, match="not a PNG"):
        render(SOURCE, PictureFormat.PNG)


def test_a_dot_that_never_ends_is_stopped(stand_in: Callable[[str], None]) -> None:
    stand_in("time.sleep(600)")
    with pytest.raises(PictureError, match="was stopped"):
        render(SOURCE, PictureFormat.SVG, limit_s=0.3)


def test_a_dot_that_cannot_be_run_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "dot"
    program.write_text("#!/nowhere/at/all\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PictureError, match="cannot be run"):
        render(SOURCE, PictureFormat.SVG)


@pytest.mark.parametrize("form", list(PictureFormat))
def test_graphviz_itself_draws_the_chart_or_is_asked_for(
    pump: Chart[None], form: PictureFormat
) -> None:
    source = dot(pump, "0" * 64)
    if shutil.which("dot") is None:
        with pytest.raises(PictureError, match="apt-get install graphviz"):
            render(source, form)
        return
    picture = render(source, form)
    assert stamp_of(picture) == source_hash(source)
    if form is PictureFormat.SVG:
        words = "".join(ET.fromstring(picture).itertext())
        for path, _ in pump.walk():
            assert path.rpartition(".")[2] in words
