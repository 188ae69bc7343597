"""A Debian that boots with the real systemd, over this computer's own files, and is thrown away.

An overlay keeps every change in memory. The system runs in its own mount, PID, network and cgroup
name spaces (systemd-nspawn(1)), so it needs root, and nothing that it does is seen outside.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import sysconfig
import uuid
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[2]
SCENARIOS: Final = Path(__file__).resolve().parent / "scenarios"
PROGRAM: Final = "/opt/rvm-edge/bin/rvm-edge"
BOOT_S: Final = 110

# The services see neither /root nor /home nor /tmp, and that is where a developer's Python and
# checkout may lie: the system has them in /opt.
_OUTSIDE: Final = """\
set -eu
mount -t proc proc /proc
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system /run/ov/up /run/ov/work /run/ov/root
R=/run/ov/root
mount -t overlay overlay -o lowerdir=/,upperdir=/run/ov/up,workdir=/run/ov/work $R
rm -rf $R/etc/machine-id $R/opt/rvm-edge $R/etc/rvm-edge $R/etc/systemd/system/rvm-*
rm -rf $R/var/lib/rvm-edge
mkdir -p $R/opt/python $R/opt/checkout $R/opt/packages $R/opt/rvm-edge/bin $R/srv/test
mount --bind {base} $R/opt/python
mount --bind {checkout} $R/opt/checkout
mount --bind {packages} $R/opt/packages
cat >$R/opt/rvm-edge/bin/rvm-edge <<'END'
#!/bin/sh
export LD_LIBRARY_PATH=/opt/python/lib PYTHONPATH=/opt/checkout:/opt/packages
exec /opt/python/bin/{python} -m rvm_edge "$@"
END
chmod 755 $R/opt/rvm-edge/bin/rvm-edge
cat >$R/etc/systemd/system/scenario.service <<'END'
[Unit]
After=basic.target
[Service]
Type=oneshot
Environment=LD_LIBRARY_PATH=/opt/python/lib PYTHONPATH=/opt/checkout:/opt/packages
Environment=PYTHONDONTWRITEBYTECODE=1
ExecStart=/opt/python/bin/{python} -m tests.systemd.scenarios.{scenario}
StandardOutput=file:/srv/test/said
StandardError=file:/srv/test/trouble
ExecStopPost=/bin/systemctl exit 0 --no-block
END
printf '[Unit]\\nRequires=basic.target\\nWants=scenario.service\\n' \\
  >$R/etc/systemd/system/scenario.target
timeout {boot_s} systemd-nspawn -q --register=no --keep-unit --private-network --console=pipe \\
  --uuid={uuid} -D $R -b systemd.unit=scenario.target </dev/null >{console} 2>&1 || true
cat $R/srv/test/trouble >&2 || true
cat $R/srv/test/said
"""


class ScenarioFailedError(AssertionError):
    """The system did not do what the scenario needs. The message holds all that was printed."""


def run_scenario(name: str, folder: Path, boot_s: int = BOOT_S) -> dict[str, object]:
    """Boot, run a scenario as root, shut down, and return what it found out.

    Args:
        name: of a program in `scenarios`; its last line is a JSON object.
        folder: for what the boot prints.
        boot_s: how long it may take from the boot to its end.

    Raises:
        ScenarioFailedError: the program did not come to its last line.
    """
    console = folder / "console"
    script = folder / "outside.sh"
    script.write_text(
        _OUTSIDE.format(
            base=shlex.quote(sys.base_prefix),
            checkout=shlex.quote(str(CHECKOUT)),
            packages=shlex.quote(sysconfig.get_path("purelib")),
            python=f"python{sys.version_info.major}.{sys.version_info.minor}",
            scenario=name,
            boot_s=boot_s,
            uuid=uuid.uuid4().hex,
            console=shlex.quote(str(console)),
        )
    )
    group = _cgroups() / f"rvm-edge-test-{os.getpid()}"
    group.mkdir()
    try:
        done = subprocess.run(
            ["bash", "-c", _in_its_own_name_spaces(group, script)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        for inner in sorted(group.rglob("*"), reverse=True):
            if inner.is_dir():
                inner.rmdir()
        group.rmdir()
    try:
        found = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError) as error:
        said = console.read_text(errors="replace") if console.exists() else ""
        raise ScenarioFailedError(f"{done.stdout}\n{done.stderr}\n{said[-3000:]}") from error
    assert isinstance(found, dict)
    return found


def _in_its_own_name_spaces(group: Path, script: Path) -> str:
    return (
        f"echo $BASHPID >{shlex.quote(str(group / 'cgroup.procs'))}; "
        f"exec unshare -m -C -p -f --propagation private bash {shlex.quote(str(script))}"
    )


def _cgroups() -> Path:
    """Return where this computer's unified control groups are mounted."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        if after.startswith("cgroup2 "):
            return Path(before.split()[4])
    raise ScenarioFailedError("this computer has no cgroup2 mounted")
