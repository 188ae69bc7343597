/**
 * The client of MyRVM-Edge's local bridge, protocol `rvm-edge.v1`. No dependencies.
 *
 * It keeps a connection to the machine, a snapshot of what the machine is doing, and the promises of
 * requests. What is lost is connected again, with a resume: no event is missed and none comes twice.
 *
 * @example
 * const edge = new EdgeClient({ token: takeToken() });
 * edge.on("item", (item) => show(item.words?.id.happened));
 * edge.connect();
 * if (edge.may("start_session")) await edge.request("start_session");
 *
 * @module edge-client
 */

/** What the bridge speaks; see docs/reference/local-bridge.md. */
export const SUBPROTOCOL = "rvm-edge.v1";

const DEFAULT_URL = "ws://127.0.0.1:8888/ws";
const SETTLED_MS = 1000;
const GAP = 4001;
const UNHEARD = 4002;

/** @typedef {import("./edge-client-types.js").Status} Status */
/** @typedef {import("./edge-client-types.js").Kind} Kind */
/** @typedef {import("./edge-client-types.js").StateNow} StateNow */
/** @typedef {import("./edge-client-types.js").LinkNow} LinkNow */
/** @typedef {import("./edge-client-types.js").SessionNow} SessionNow */
/** @typedef {import("./edge-client-types.js").ItemNow} ItemNow */
/** @typedef {import("./edge-client-types.js").SensorsNow} SensorsNow */
/** @typedef {import("./edge-client-types.js").QueueNow} QueueNow */
/** @typedef {import("./edge-client-types.js").AlarmsNow} AlarmsNow */
/** @typedef {import("./edge-client-types.js").LanguageNow} LanguageNow */
/** @typedef {import("./edge-client-types.js").LoginNow} LoginNow */
/** @typedef {import("./edge-client-types.js").SetupNow} SetupNow */
/** @typedef {import("./edge-client-types.js").Snapshot} Snapshot */
/** @typedef {import("./edge-client-types.js").Result} Result */
/** @typedef {import("./edge-client-types.js").WorldNow} WorldNow */

/**
 * @typedef {Object} Options
 * @property {string} [url] of the bridge's WebSocket; the page's own host, or 127.0.0.1:8888
 * @property {string} [token] this boot's; without it the page may only watch
 * @property {string} [client] what the page is, for the machine's log
 * @property {typeof WebSocket} [WebSocket] to use in place of the browser's
 * @property {number} [helloTimeoutMs] from the connection to the machine's hello
 * @property {number} [requestTimeoutMs] for an answer, unless a request says otherwise
 * @property {number} [backoffFirstMs] the longest first wait before connecting again
 * @property {number} [backoffCapMs] the longest such wait at all
 * @property {() => number} [random] in [0, 1)
 */

/** Why a request was not carried out, or is not known to have been. */
export class EdgeError extends Error {
  /**
   * @param {string} code the bridge's, or `not_connected`, `timeout`, `lost`, `aborted`; after the
   *   last three nobody knows whether it was done
   * @param {string} message one line of English
   */
  constructor(code, message) {
    super(message);
    this.name = "EdgeError";
    /** @type {string} */
    this.code = code;
  }
}

/**
 * Take the token out of the page's address, where the kiosk puts it: `…#token=…`.
 *
 * @param {Location} [location]
 * @param {History} [history]
 * @returns {string} "" where there is none
 */
export function takeToken(location = globalThis.location, history = globalThis.history) {
  const fields = new URLSearchParams(location.hash.slice(1));
  const token = fields.get("token") ?? "";
  if (token) {
    fields.delete("token");
    const rest = fields.toString();
    history.replaceState(null, "", location.pathname + location.search + (rest && `#${rest}`));
  }
  return token;
}

/** A connection to the machine that comes back by itself. */
export class EdgeClient {
  /** @type {Status} */ #status = "closed";
  /** @type {Snapshot|null} */ #snapshot = null;
  /** @type {WebSocket|null} */ #socket = null;
  #mayAct = false;
  #simulated = false;
  #version = "";
  #boot = "";
  #seq = 0;
  #attempts = 0;
  #openedAt = 0;
  #heardAt = 0;
  #nextId = 1;
  /** @type {ReturnType<typeof setTimeout>|undefined} */ #timer;
  /** @type {ReturnType<typeof setInterval>|undefined} */ #pulse;
  /** @type {Map<string, {resolve: Function, reject: Function}>} */ #pending = new Map();
  /** @type {Map<string, Set<Function>>} */ #listeners = new Map();

  /** @param {Options} [options] */
  constructor(options = {}) {
    this.url = options.url ?? ownUrl();
    this.token = options.token ?? "";
    this.client = options.client ?? "page";
    this.WebSocket = options.WebSocket ?? globalThis.WebSocket;
    this.helloTimeoutMs = options.helloTimeoutMs ?? 5000;
    this.requestTimeoutMs = options.requestTimeoutMs ?? 20000;
    this.backoffFirstMs = options.backoffFirstMs ?? 100;
    this.backoffCapMs = options.backoffCapMs ?? 2000;
    this.random = options.random ?? Math.random;
  }

  /** The connection's status. */
  get status() {
    return this.#status;
  }

  /** The last that is known of the machine; null before the first hello, kept while it is away. */
  get snapshot() {
    return this.#snapshot;
  }

  /** The number of the last event. */
  get seq() {
    return this.#seq;
  }

  /** Whether the bridge took the token. */
  get mayAct() {
    return this.#mayAct;
  }

  /** Whether the machine's world is simulated, as the last hello said. */
  get simulated() {
    return this.#simulated;
  }

  /** The version of the machine's program, as the last hello said; "" before the first. */
  get version() {
    return this.#version;
  }

  /**
   * Say whether the machine takes this request now. The bridge decides again when it is made.
   *
   * @param {string} verb
   */
  may(verb) {
    return this.#status === "open" && (this.#snapshot?.state.may.includes(verb) ?? false);
  }

  /**
   * Listen.
   *
   * `status`: the connection's status. `change`: the snapshot, whenever anything in it changed, and
   * the kind of the part that did; none when all of it is new.
   * A part's kind, such as `item`: that part, when it changed; a new snapshot changes all parts.
   *
   * @param {"status"|"change"|Kind} what
   * @param {Function} listener
   * @returns {() => void} stops listening
   */
  on(what, listener) {
    const all = this.#listeners.get(what) ?? new Set();
    this.#listeners.set(what, all.add(listener));
    return () => all.delete(listener);
  }

  /** Connect, and stay connected until `close`. */
  connect() {
    if (this.#status !== "closed") return;
    this.#attempts = 0;
    this.#open();
  }

  /** End the connection for good, or until `connect`. */
  close() {
    this.#drop(1000, "aborted", "the client was closed");
    this.#become("closed");
  }

  /**
   * Ask the machine for something. It is asked once; what is lost is not asked again.
   *
   * @param {string} verb such as `start_session`
   * @param {Record<string, unknown>} [fields] the request's own
   * @param {{timeoutMs?: number}} [options]
   * @returns {Promise<Result>} rejects with an `EdgeError`
   */
  request(verb, fields = {}, options = {}) {
    const socket = this.#socket;
    if (this.#status !== "open" || socket === null) {
      return Promise.reject(new EdgeError("not_connected", "the machine is not connected"));
    }
    const id = String(this.#nextId++);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new EdgeError("timeout", "the machine did not answer in time"));
      }, options.timeoutMs ?? this.requestTimeoutMs);
      const settling = (/** @type {Function} */ settle) => (/** @type {unknown} */ value) => {
        clearTimeout(timer);
        this.#pending.delete(id);
        settle(value);
      };
      this.#pending.set(id, { resolve: settling(resolve), reject: settling(reject) });
      socket.send(JSON.stringify({ ...fields, type: verb, id }));
    });
  }

  #open() {
    this.#become("connecting");
    /** @type {WebSocket} */
    let socket;
    try {
      socket = new this.WebSocket(this.url, SUBPROTOCOL);
    } catch (error) {
      console.error("edge-client: no connection can be made", error);
      this.#again();
      return;
    }
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#lose(UNHEARD), this.helloTimeoutMs);
    socket.onopen = () => {
      const resume = this.#boot && this.#snapshot ? { boot: this.#boot, seq: this.#seq } : null;
      const hello = { type: "hello", client: this.client, token: this.token, resume };
      socket.send(JSON.stringify(hello));
    };
    socket.onmessage = (message) => this.#hear(JSON.parse(message.data));
    socket.onclose = () => this.#lose(1000);
    socket.onerror = () => {}; // a close follows
  }

  /** @param {any} message */
  #hear(message) {
    this.#heardAt = Date.now();
    if (message.type === "hello") this.#greet(message);
    else if (message.type === "event") this.#take(message);
    else if (message.type === "snapshot") this.#replace(message.seq, message.snapshot);
    else if (message.type === "reply") this.#settle(message);
  }

  /** @param {any} hello */
  #greet(hello) {
    clearTimeout(this.#timer);
    this.#boot = hello.boot;
    this.#mayAct = hello.may_act;
    this.#simulated = hello.simulated === true;
    this.#version = hello.version;
    this.#openedAt = Date.now();
    const silenceMs = hello.silence_s * 1000;
    this.#pulse = setInterval(() => {
      if (Date.now() - this.#heardAt > silenceMs) this.#lose(UNHEARD);
      else this.#socket?.send('{"type":"alive"}');
    }, hello.heartbeat_s * 1000);
    this.#status = "open"; // told last: a listener then finds the snapshot that belongs to it
    if (!hello.resumed) this.#replace(hello.seq, hello.snapshot);
    this.#tell("status", "open");
  }

  /** @param {{seq: number, part: {kind: Kind}}} event */
  #take({ seq, part }) {
    if (seq !== this.#seq + 1 || this.#snapshot === null) {
      this.#boot = ""; // something was missed after all: begin anew
      this.#lose(GAP);
      return;
    }
    this.#seq = seq;
    this.#snapshot = { ...this.#snapshot, [part.kind]: part };
    this.#tell(part.kind, part);
    this.#tell("change", this.#snapshot, part.kind);
  }

  /**
   * @param {number} seq
   * @param {Snapshot} snapshot
   */
  #replace(seq, snapshot) {
    this.#seq = seq;
    this.#snapshot = snapshot;
    for (const [kind, part] of Object.entries(snapshot)) this.#tell(kind, part);
    this.#tell("change", snapshot);
  }

  /** @param {any} reply */
  #settle(reply) {
    const asked = this.#pending.get(reply.id);
    if (reply.ok) asked?.resolve(reply.result);
    else asked?.reject(new EdgeError(reply.error.code, reply.error.message));
  }

  /** @param {number} code */
  #lose(code) {
    const settled = this.#openedAt !== 0 && Date.now() - this.#openedAt >= SETTLED_MS;
    this.#attempts = settled ? 0 : this.#attempts;
    this.#drop(code, "lost", "the connection was lost; whether it was done is not known");
    this.#again();
  }

  #again() {
    this.#become("connecting");
    const longest = Math.min(this.backoffCapMs, this.backoffFirstMs * 2 ** this.#attempts);
    this.#attempts = Math.min(this.#attempts + 1, 30);
    this.#timer = setTimeout(() => this.#open(), this.random() * longest);
  }

  /**
   * @param {number} code to close with
   * @param {string} why what pending requests are told
   * @param {string} message
   */
  #drop(code, why, message) {
    clearTimeout(this.#timer);
    clearInterval(this.#pulse);
    const socket = this.#socket;
    this.#socket = null;
    this.#openedAt = 0;
    this.#mayAct = false;
    if (socket !== null) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close(code);
    }
    for (const asked of [...this.#pending.values()]) asked.reject(new EdgeError(why, message));
  }

  /** @param {Status} status */
  #become(status) {
    if (this.#status === status) return;
    this.#status = status;
    this.#tell("status", status);
  }

  /**
   * @param {string} what
   * @param {unknown} value
   * @param {Kind} [kind]
   */
  #tell(what, value, kind) {
    for (const listener of [...(this.#listeners.get(what) ?? [])]) {
      try {
        listener(value, kind);
      } catch (error) {
        console.error("edge-client: a listener failed", error);
      }
    }
  }
}

function ownUrl() {
  const { protocol, host } = globalThis.location ?? {};
  return protocol === "http:" ? `ws://${host}/ws` : DEFAULT_URL;
}
