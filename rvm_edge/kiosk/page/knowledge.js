// What the page knows of the machine, and what only time can tell: that it has been silent for
// long, and that a deposit ended a moment ago. It decides nothing.

import { PATIENCE } from "./patience.js";

/** @typedef {import("./edge-client.js").EdgeClient} EdgeClient */
/** @typedef {import("./edge-client.js").Snapshot} Snapshot */
/** @typedef {import("./edge-client.js").SessionNow} SessionNow */

const INTAKE = "operational.intake.";
/** Parts that the machine tells of just before the state that they belong to. */
const AHEAD = ["item", "session", "link"];

export class Knowledge {
  /** @type {SessionNow | null} */ #last = null;
  /** @type {SessionNow | null} */ #farewell = null;
  /** @type {number | undefined} */ #farewellEnds;
  /** @type {number | undefined} */ #awayBegins;
  /** @type {number | undefined} */ #lateBegins;
  /** @type {"here" | "away" | "late"} */ #presence = "away";
  #mayAct = false;

  /**
   * @param {EdgeClient} edge
   * @param {() => void} onChange called whenever a screen may have to change.
   */
  constructor(edge, onChange) {
    this.edge = edge;
    this.onChange = onChange;
    edge.on("session", (/** @type {SessionNow} */ session) => this.#heed(session));
    edge.on("status", () => this.#look());
    edge.on("change", (/** @type {Snapshot} */ _snapshot, /** @type {string} */ kind) => {
      if (!AHEAD.includes(kind)) this.#look(); // half a step would flash a screen of its own
    });
    this.#waitForIt();
  }

  /** Whether the machine speaks; `late` when it has not for longer than a start takes. */
  get presence() {
    return this.#presence;
  }

  /** @returns {Snapshot | null} */
  get snapshot() {
    return this.edge.snapshot;
  }

  /** The deposit that ended a moment ago; null once it has been thanked for. */
  get farewell() {
    return this.#farewell;
  }

  /** Whether this screen may ask; kept for the moment that a reconnection takes. */
  get mayAct() {
    return this.#mayAct;
  }

  /** The person has read the thanks. */
  dismiss() {
    clearTimeout(this.#farewellEnds);
    this.#farewell = null;
    this.onChange();
  }

  /** @param {SessionNow} session */
  #heed(session) {
    const before = this.#last;
    this.#last = session;
    const same = before !== null && before.session_id === session.session_id;
    if (session.ended === "" || !same) {
      this.#farewell = null;
    } else if (before.ended === "" && session.accepted + session.returned > 0) {
      this.#farewell = session;
      clearTimeout(this.#farewellEnds);
      this.#farewellEnds = window.setTimeout(() => this.dismiss(), PATIENCE.farewellMs);
    }
  }

  #look() {
    if (!this.#servesPeople()) this.#farewell = null;
    const speaks = this.edge.status === "open" && this.snapshot?.state.configuration.length !== 0;
    if (this.edge.status === "open") this.#mayAct = this.edge.mayAct;
    if (speaks && this.snapshot !== null) {
      clearTimeout(this.#awayBegins);
      clearTimeout(this.#lateBegins);
      this.#awayBegins = this.#lateBegins = undefined;
      this.#presence = "here";
    } else if (this.#lateBegins === undefined) {
      this.#waitForIt();
    }
    this.onChange();
  }

  #servesPeople() {
    const leaves = this.snapshot?.state.configuration ?? [];
    return leaves.some((leaf) => leaf.startsWith(INTAKE));
  }

  #waitForIt() {
    this.#awayBegins = window.setTimeout(() => this.#become("away"), PATIENCE.awayMs);
    this.#lateBegins = window.setTimeout(() => this.#become("late"), PATIENCE.lateMs);
  }

  /** @param {"away" | "late"} presence */
  #become(presence) {
    this.#presence = presence;
    this.onChange();
  }
}
