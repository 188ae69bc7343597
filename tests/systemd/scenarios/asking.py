"""Stands in the machine's place: asks its host for a reboot, as the machine does."""

from __future__ import annotations

import os
from pathlib import Path

import trio

from rvm_edge.health.service_host import ServiceHost, reboot_request
from rvm_edge.service.notify import service_manager

service_manager().ready()
trio.run(
    ServiceHost(
        reboot_request(may_reboot=True, runtime_dir=Path(os.environ["RUNTIME_DIRECTORY"]))
    ).reboot
)
