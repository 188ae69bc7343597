"""A machine that runs leaves none of its secrets in anything that it writes for people."""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
import queue
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rvm_edge.cli.own.log import own_log
from rvm_edge.identity import Identity, Secret
from rvm_edge.locations import Locations
from rvm_edge.settings import Settings

KEY = "rvm_live_planted_0123456789"
OTHER = "rvm_live_another_0123456789"
SYNC = "planted_sync_token_0123456789"


@pytest.mark.timeout(60)
def test_no_planted_key_is_in_the_log_the_journal_or_on_stderr(tmp_path: Path) -> None:
    credentials = tmp_path / "rvm-credentials.json"
    planted = {
        "server_url": "http://127.0.0.1:9",
        "serial_number": "RVM-1",
        "name": "One",
        "api_key": KEY,
        "sync_token": SYNC,
    }
    credentials.write_text(json.dumps(planted))
    credentials.chmod(0o600)
    logs, data = tmp_path / "logs", tmp_path / "data"
    logs.mkdir()
    words = [sys.executable, "-m", "rvm_edge", "--data-dir", str(data), "run", "--simulate"]
    words += ["--eyes", "scripted", "--screen-port", "0", "--credentials", str(credentials)]
    with subprocess.Popen(
        words,
        env={**os.environ, "LOGS_DIRECTORY": str(logs)},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        said = ""
        while "ready after" not in said:
            said += process.stderr.readline()
        screen_token = (data / "screen-token").read_text().strip()
        process.send_signal(signal.SIGTERM)
        said += process.stderr.read()

    written = [said.encode(), *(path.read_bytes() for path in logs.iterdir())]
    written += [path.read_bytes() for path in data.glob("*.sqlite*")]
    assert (logs / "rvm-edge.jsonl").exists()
    for secret in (KEY, SYNC, screen_token):
        assert not any(secret.encode() in text for text in written)


class _Machine:
    """Who it is; a machine may be set up while its log is open."""

    def __init__(self) -> None:
        self.identity: Identity | None = None


def until_written() -> None:
    handlers = logging.getLogger().handlers
    (handler,) = (one for one in handlers if isinstance(one, logging.handlers.QueueHandler))
    assert isinstance(handler.queue, queue.Queue)
    handler.queue.join()


def test_a_key_that_a_machine_gets_while_it_runs_is_hidden_too(tmp_path: Path) -> None:
    machine = _Machine()
    here = Locations(tmp_path, tmp_path, logs_dir=tmp_path)
    log = logging.getLogger("rvm_edge.tested")
    with own_log(here, Settings(), None, lambda: machine.identity, as_json=False):
        log.warning("nobody yet")
        for key in (KEY, OTHER):
            machine.identity = Identity("http://127.0.0.1:9", "RVM-1", "One", Secret(key))
            log.warning("refused: %s", [key])
            until_written()  # who it is is asked by whoever writes, not by whoever logs
        log.warning("the first one was %s", KEY)
    said = (tmp_path / "rvm-edge.jsonl").read_text()
    assert "nobody yet" in said
    assert KEY not in said
    assert OTHER not in said
