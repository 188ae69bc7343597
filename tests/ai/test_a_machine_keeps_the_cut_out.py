"""A whole simulated machine with SAM 2 at its side keeps what that took for the item."""

from __future__ import annotations

from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest
import trio

from rvm_edge.cli.demo.machine import SimulatedMachine, simulated_machine
from rvm_edge.cli.demo.persons import Crowd, take_returns
from rvm_edge.cli.demo.scenario import REAL
from rvm_edge.cli.demo.surroundings import Setup
from rvm_edge.item import Reason
from rvm_edge.ledger import ItemRecord
from rvm_edge.ledger.evidence.files import read_cut_out, read_picture
from rvm_edge.locations import Locations
from rvm_edge.settings import SegmenterSettings, Settings
from rvm_edge.vision.eyes import WorkerEyes
from states import paths
from tests.sure_samples import sure_bottles

STRICT = {"least_area": 0.999, "most_area": 1.0}
"""No outline is like this: the item goes back, and its picture stays for a technician."""

WITHIN_S = 110.0


def settings_with(sam: SegmenterSettings) -> Settings:
    """Return settings that give a busy computer time."""
    judge = {**msgspec.to_builtins(sam), "timeout_s": 29.0, "shape": STRICT}
    vision = {"judge_timeout_s": 59.0, "acceptance": {"late_s": 55.0}, "segmenter": judge}
    return msgspec.convert({"vision": vision, "timeouts": {paths.CLASSIFY: 60.0}}, Settings)


async def refused(machine: SimulatedMachine) -> ItemRecord:
    """Have somebody put a bottle in that the rule accepts; return what became of it."""
    await machine.until(lambda: machine.is_in(paths.IDLE) and machine.is_in(paths.ONLINE))
    (sure,) = sure_bottles(1)
    bottle = next(one for one in machine.samples.specimens if one.name == sure)
    await Crowd(machine, 1, REAL).put_in(bottle)
    while not (await machine.daemon.ledger.counts()).returned:
        with trio.move_on_after(0.1):
            await machine.until_moved(machine.leaves)
    (record,) = await machine.daemon.ledger.recent(1)
    return record


@pytest.mark.timeout(240)
async def test_what_it_took_for_a_refused_bottle_lies_beside_the_picture(
    sam: SegmenterSettings, tmp_path: Path
) -> None:
    here = Locations(tmp_path, tmp_path)
    with trio.fail_after(WITHIN_S):
        async with simulated_machine(here, settings_with(sam), Setup()) as machine:
            eyes = machine.eyes.eyes
            assert isinstance(eyes, WorkerEyes)
            await eyes.ready()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(take_returns, machine, 1, REAL)
                record = await refused(machine)
                nursery.cancel_scope.cancel()
    assert record.verdict is not None
    assert record.verdict.reason in (Reason.ODD_SHAPE, Reason.SECOND_OBJECT)
    assert read_picture(here.evidence_dir, record.item.client_uuid)
    cut = read_cut_out(here.evidence_dir, record.item.client_uuid)
    assert cut is not None
    shown = cv2.imdecode(np.frombuffer(cut, dtype=np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert max(shown.shape[:2]) == sam.input_side
