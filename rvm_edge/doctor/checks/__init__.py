"""Every check there is, in the order in which a technician would go."""

from typing import Final

from rvm_edge.doctor.checks import (
    books,
    browser,
    camera,
    clock,
    configuration,
    controller,
    credentials,
    disk,
    display,
    heat,
    installed_files,
    model,
    network,
    people,
    permissions,
    scale,
    second_judge,
    server,
    service,
    sound,
    time_zone,
    wiring,
)
from rvm_edge.doctor.finding import Check

CHECKS: Final[tuple[Check, ...]] = (
    configuration.CHECK,
    wiring.CHECK,
    controller.CHECK,
    scale.CHECK,
    camera.CHECK,
    sound.CHECK,
    model.CHECK,
    second_judge.CHECK,
    disk.CHECK,
    heat.CHECK,
    clock.CHECK,
    time_zone.CHECK,
    permissions.CHECK,
    books.CHECK,
    network.CHECK,
    credentials.CHECK,
    server.CHECK,
    people.CHECK,
    service.CHECK,
    installed_files.CHECK,
    display.CHECK,
    browser.CHECK,
)
