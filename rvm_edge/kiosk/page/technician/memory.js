// What this screen has seen since it was started: the last steps, and the last items' pictures.

/** @typedef {import("../edge-client.js").EdgeClient} EdgeClient */
/** @typedef {import("../edge-client.js").ItemNow} ItemNow */
/** @typedef {import("../edge-client.js").StateNow} StateNow */

const LINES = 200;
/** The bridge keeps no more pictures than this. */
const PICTURES = 8;

/**
 * @typedef {object} Line
 * @property {Date} at when this screen heard of it.
 * @property {string} cause the event of the step.
 * @property {string} where the machine was after it.
 */

export class Memory {
  /** @type {Line[]} newest first */
  lines = [];
  /** @type {ItemNow[]} newest first */
  items = [];

  /** @param {EdgeClient} edge */
  constructor(edge) {
    edge.on("state", (/** @type {StateNow} */ state) => this.#note(state));
    edge.on("item", (/** @type {ItemNow} */ item) => this.#keep(item));
  }

  /** @param {StateNow} state */
  #note({ cause, configuration }) {
    this.lines.unshift({ at: new Date(), cause, where: short(configuration) });
    this.lines.length = Math.min(this.lines.length, LINES);
  }

  /** @param {ItemNow} item */
  #keep(item) {
    if (item.picture === "") return;
    const others = this.items.filter((one) => one.client_uuid !== item.client_uuid);
    this.items = [item, ...others].slice(0, PICTURES);
  }
}

/** @param {string[]} configuration */
function short(configuration) {
  return configuration.map((leaf) => leaf.replace(/^operational\./, "")).join(" + ");
}
