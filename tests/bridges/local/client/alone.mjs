// What EdgeClient does by itself, on a socket and a clock that this script plays.
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";

const { EdgeClient, EdgeError, SUBPROTOCOL, takeToken } = await import(
  pathToFileURL(process.argv[2]).href
);

// A clock: timers run when the script says so, in order.
let nowMs = 0;
let timers = [];
let handle = 0;
const add = (run, ms, every) => {
  timers.push({ handle: ++handle, run, due: nowMs + ms, every });
  return handle;
};
globalThis.setTimeout = (run, ms) => add(run, ms, 0);
globalThis.setInterval = (run, ms) => add(run, ms, ms);
globalThis.clearTimeout = globalThis.clearInterval = (gone) =>
  (timers = timers.filter((one) => one.handle !== gone));
Date.now = () => nowMs;
function pass(ms) {
  const until = nowMs + ms;
  for (;;) {
    const [next] = timers.filter((one) => one.due <= until).sort((a, b) => a.due - b.due);
    if (!next) break;
    nowMs = next.due;
    if (next.every) next.due += next.every;
    else timers = timers.filter((one) => one !== next);
    next.run();
  }
  nowMs = until;
}

let sockets = [];
class PlayedSocket {
  constructor(url, protocol) {
    Object.assign(this, { url, protocol, sent: [], closedWith: null, at: nowMs });
    sockets.push(this);
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close(code) {
    this.closedWith = code;
  }
  hear(message) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}
const last = () => sockets[sockets.length - 1];
const snapshot = (leaf) => ({ state: { kind: "state", configuration: [leaf], may: ["cancel"] } });
const hello = (more = {}) => ({
  type: "hello", boot: "b1", seq: 5, resumed: false, snapshot: snapshot("idle"),
  may_act: true, heartbeat_s: 5, silence_s: 15, ...more,
});
function client(options = {}) {
  sockets = [];
  timers = [];
  const edge = new EdgeClient({ WebSocket: PlayedSocket, random: () => 1, token: "t", ...options });
  edge.connect();
  return edge;
}
function opened(options) {
  const edge = client(options);
  last().onopen();
  last().hear(hello());
  return edge;
}

// Waits between connections grow, to a bound, and begin anew after one that lasted.
{
  const edge = client();
  const waits = [];
  for (let number = 0; number < 7; number++) {
    const before = sockets.length;
    const lostAt = nowMs;
    last().onclose();
    pass(2000);
    assert.equal(sockets.length, before + 1);
    waits.push(last().at - lostAt);
  }
  assert.deepEqual(waits, [100, 200, 400, 800, 1600, 2000, 2000]);
  last().onopen();
  last().hear(hello());
  pass(1000);
  const lostAt = nowMs;
  last().onclose();
  pass(100);
  assert.equal(last().at - lostAt, 100);
  edge.close();
}

// It says hello with its token, and where it stands once it stands anywhere.
{
  const edge = opened();
  assert.equal(last().protocol, SUBPROTOCOL);
  assert.deepEqual(last().sent[0], { type: "hello", client: "page", token: "t", resume: null });
  last().hear({ type: "event", seq: 6, at: "", part: { kind: "queue", waiting: 2 } });
  assert.equal(edge.snapshot.queue.waiting, 2);
  last().onclose();
  pass(100);
  last().onopen();
  assert.deepEqual(last().sent[0].resume, { boot: "b1", seq: 6 });
  last().hear(hello({ resumed: true, snapshot: null, seq: 6 }));
  last().hear({ type: "event", seq: 7, at: "", part: { kind: "queue", waiting: 3 } });
  assert.equal(edge.snapshot.queue.waiting, 3);
  assert.equal(edge.snapshot.state.configuration[0], "idle");
  edge.close();
}

// A gap in the numbers makes it begin anew.
{
  const edge = opened();
  last().hear({ type: "event", seq: 7, at: "", part: { kind: "queue", waiting: 9 } });
  assert.equal(edge.status, "connecting");
  assert.equal(sockets[0].closedWith, 4001);
  assert.equal(edge.snapshot.queue, undefined);
  pass(100);
  last().onopen();
  assert.equal(last().sent[0].resume, null);
  edge.close();
}

// The page says that it lives; a machine that says nothing is not believed to live.
{
  const edge = opened();
  pass(5000);
  assert.deepEqual(last().sent.slice(1), [{ type: "alive" }]);
  last().hear({ type: "alive", seq: 5 });
  pass(15_000);
  assert.equal(edge.status, "open");
  pass(5000);
  assert.equal(sockets[0].closedWith, 4002);
  edge.close();
}

// A connection without a hello is not waited for.
{
  const edge = client();
  last().onopen();
  pass(5000);
  assert.equal(sockets[0].closedWith, 4002);
  assert.equal(edge.status, "connecting");
  edge.close();
}

// Each request ends once: with its answer, in time, or with the connection.
{
  const edge = opened();
  const outcome = (promise) => promise.then((result) => result, (error) => error.code);
  const done = outcome(edge.request("cancel"));
  const refused = outcome(edge.request("cancel"));
  const late = outcome(edge.request("cancel", {}, { timeoutMs: 50 }));
  const lost = outcome(edge.request("cancel", { more: 1 }));
  const [, a, b, c, d] = last().sent;
  assert.deepEqual(d, { more: 1, type: "cancel", id: d.id });
  assert.equal(new Set([a, b, c, d].map((one) => one.id)).size, 4);
  last().hear({ type: "reply", id: b.id, ok: false, error: { code: "not_here", message: "" } });
  last().hear({ type: "reply", id: a.id, ok: true, result: { text: "x" } });
  pass(50);
  last().hear({ type: "reply", id: c.id, ok: true, result: {} });
  last().onclose();
  assert.deepEqual(await done, { text: "x" });
  assert.equal(await refused, "not_here");
  assert.equal(await late, "timeout");
  assert.equal(await lost, "lost");
  assert.equal(await outcome(edge.request("cancel")), "not_connected");
  edge.close();
  await assert.rejects(edge.request("cancel"), EdgeError);
}

// A listener that fails keeps no other from hearing; one that left hears nothing.
{
  const said = [];
  const { error } = console;
  console.error = () => {};
  const edge = client();
  edge.on("state", () => { throw new Error("mine"); });
  edge.on("state", (state) => said.push(state.configuration[0]));
  edge.on("status", (status) => said.push(status))();
  last().onopen();
  last().hear(hello());
  console.error = error;
  assert.deepEqual(said, ["idle"]);
  edge.close();
}

// Closed is closed: no timer is left.
{
  const edge = opened();
  edge.close();
  assert.equal(edge.status, "closed");
  assert.equal(edge.may("cancel"), false);
  assert.deepEqual(timers, []);
  assert.equal(sockets[0].closedWith, 1000);
}

// The token leaves the address as soon as it is read, and nothing else does.
{
  const location = { hash: "#token=a%20b&screen=2", pathname: "/p", search: "?s=1" };
  const left = [];
  const history = { replaceState: (...all) => left.push(all[2]) };
  assert.equal(takeToken(location, history), "a b");
  assert.deepEqual(left, ["/p?s=1#screen=2"]);
  assert.equal(takeToken({ ...location, hash: "" }, history), "");
  assert.equal(left.length, 1);
}

process.stdout.write("all held\n");
