"""The server's page in the kept browser asks the predecessor's port, and a browser lets it."""

from __future__ import annotations

from pathlib import Path

import trio

from rvm_edge.bridges.port8003.machine_deposits import MachineDeposits
from rvm_edge.bridges.port8003.port import Port8003
from rvm_edge.statechart.definition import Payload
from tests.bridges.local import staged_machine as at
from tests.bridges.local.staged_machine import ITEM
from tests.kiosk.stage import stage

ASKS = """<!doctype html><title>server</title><h1>Deposit</h1><script>
const post = async (path) => (await fetch("http://localhost:PORT" + path, {
  method: "POST", headers: { "Content-Type": "application/json" } })).json();
addEventListener("visibilitychange", async () => {
  const { success, data } = await post("/trigger");
  const stopped = await post("/camera/stop");
  await fetch("/seen?at=" + encodeURIComponent(`${success} ${data.status} ${stopped.success}`));
});
</script>"""


async def test_a_deposit_from_the_servers_page(tmp_path: Path) -> None:
    async with stage(tmp_path) as play:
        machine, server = play.machine, play.server
        deposit, waiting = f"{at.INTAKE}.deposit", (at.ONLINE, at.WAITING[1])
        port = Port8003(MachineDeposits(machine, machine), lambda: machine.kiosk_url, port=0)
        number = await play.nursery.start(port.run)
        server.next_pages.append(ASKS.replace("PORT", str(number)))
        play.go_online()
        play.keep()
        while machine.configuration != waiting:
            await trio.sleep(0.01)
        item: Payload = {"client_uuid": ITEM, "accepted": True, "reason": "empty_pet"}
        machine.step("item.inserted", (at.ONLINE, f"{deposit}.capture"), {"client_uuid": ITEM})
        machine.step("pictures.taken", (at.ONLINE, f"{deposit}.classify"), {"client_uuid": ITEM})
        machine.step("verdict", (at.ONLINE, f"{deposit}.accept"), item)
        machine.step("item.dropped", waiting, {"client_uuid": ITEM})
        await server.until_seen()
        assert server.seen == ["true ACCEPTED true"]
        assert machine.done == ["start guest", "end"]
