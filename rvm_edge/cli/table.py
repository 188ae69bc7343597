"""Which commands there are. The help text stands here so that `--help` imports none of them."""

from __future__ import annotations

import msgspec


class CommandEntry(msgspec.Struct, frozen=True):
    """One row of the table.

    Attributes:
        module: the module that exports the click command as `command`.
        summary: one line for `rvm-edge --help`.
    """

    module: str
    summary: str


COMMANDS: dict[str, CommandEntry] = {
    "chart": CommandEntry("rvm_edge.cli.chart", "Show, check and export the statechart."),
    "classify": CommandEntry("rvm_edge.cli.classify", "Judge pictures of items, with reasons."),
    "clean": CommandEntry("rvm_edge.cli.clean", "Make room on the disk."),
    "cloud-sim": CommandEntry("rvm_edge.cli.cloud_sim", "Run a simulated MyRVM server."),
    "collect": CommandEntry("rvm_edge.cli.collect", "Gather the machine's pictures for training."),
    "completion": CommandEntry("rvm_edge.cli.completion", "Print a shell completion script."),
    "demo": CommandEntry("rvm_edge.cli.demo", "Watch a whole simulated machine at work."),
    "doctor": CommandEntry("rvm_edge.cli.doctor", "Look for what is wrong, and say what to do."),
    "dump": CommandEntry("rvm_edge.cli.dump", "Pack what a repair from afar needs."),
    "evaluate": CommandEntry("rvm_edge.cli.evaluate", "Measure how often the rule is right."),
    "fleet": CommandEntry("rvm_edge.cli.fleet", "Simulate a fleet that loses its server at once."),
    "install": CommandEntry("rvm_edge.cli.install", "Become a service of this computer."),
    "journal": CommandEntry("rvm_edge.cli.journal", "Read, verify, replay and export the journal."),
    "kiosk": CommandEntry("rvm_edge.cli.kiosk", "Keep the browser in front of the machine."),
    "ledger": CommandEntry("rvm_edge.cli.ledger", "List, show and check what is remembered."),
    "model": CommandEntry(
        "rvm_edge.cli.model", "Look after the models that the eyes look through."
    ),
    "orders": CommandEntry("rvm_edge.cli.orders", "Explain what the server may order."),
    "provision": CommandEntry("rvm_edge.cli.provision", "Tell the machine who it is."),
    "queue": CommandEntry("rvm_edge.cli.queue", "Look after what waits for the server."),
    "run": CommandEntry("rvm_edge.cli.run", "Run the machine."),
    "scale": CommandEntry("rvm_edge.cli.scale", "Read and calibrate the scale."),
    "serial": CommandEntry("rvm_edge.cli.serial", "Listen in on the wire to the controller."),
    "settings": CommandEntry("rvm_edge.cli.settings", "Check, show and explain the settings."),
    "simulate": CommandEntry("rvm_edge.cli.simulate", "Run a part of the simulated machine."),
    "train": CommandEntry("rvm_edge.cli.train", "Train the machine's eyes on labelled pictures."),
}
"""The commands in the order in which `--help` lists them."""
