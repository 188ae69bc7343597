// The last items that this screen has seen: where in their pictures the eyes found what decided.

/** @typedef {import("../edge-client.js").EdgeClient} EdgeClient */
/** @typedef {import("../edge-client.js").ItemNow} ItemNow */

const ITEMS = 16;

export class Memory {
  /** @type {ItemNow[]} newest first */
  #items = [];

  /** @param {EdgeClient} edge */
  constructor(edge) {
    edge.on("item", (/** @type {ItemNow} */ item) => this.#keep(item));
  }

  /**
   * Return the box of what decided; null where this screen was not there.
   *
   * @param {string} uuid of the item.
   */
  boxOf(uuid) {
    return this.#items.find((one) => one.client_uuid === uuid)?.box ?? null;
  }

  /** @param {ItemNow} item */
  #keep(item) {
    if (item.box === null) return;
    const others = this.#items.filter((one) => one.client_uuid !== item.client_uuid);
    this.#items = [item, ...others].slice(0, ITEMS);
  }
}
