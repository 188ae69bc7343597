// The Vue composable on a Vue that this script plays: its scope, its refs, and its end.
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";

import { disposeScope } from "vue";

const { useEdge } = await import(pathToFileURL(process.argv[2]).href);

let socket;
class PlayedSocket {
  constructor() {
    socket = this;
    this.sent = [];
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.closed = true;
  }
}
const { snapshot, status, may, request } = useEdge({ WebSocket: PlayedSocket });
assert.equal(status.value, "connecting");
assert.equal(snapshot.value, null);
assert.equal(may("cancel"), false);
socket.onopen();
const state = { kind: "state", configuration: ["idle"], may: ["cancel"] };
const hello = { type: "hello", boot: "b", seq: 0, resumed: false, snapshot: { state } };
socket.onmessage({ data: JSON.stringify({ ...hello, heartbeat_s: 5, silence_s: 15 }) });
assert.equal(status.value, "open");
assert.equal(snapshot.value.state.configuration[0], "idle");
assert.equal(may("cancel"), true);
const asked = request("cancel");
const reply = { type: "reply", id: socket.sent[1].id, ok: true, result: {} };
socket.onmessage({ data: JSON.stringify(reply) });
assert.deepEqual(await asked, {});
disposeScope();
assert.equal(socket.closed, true);
assert.equal(status.value, "closed");
process.stdout.write("all held\n");
