"""A machine that runs leaves none of its secrets in anything that it writes for people."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

KEY = "rvm_live_planted_0123456789"
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
