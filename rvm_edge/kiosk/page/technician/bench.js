// What every tab of the technician's panel works with.

import { EdgeError } from "../edge-client.js";

/** @typedef {import("../edge-client.js").EdgeClient} EdgeClient */
/** @typedef {import("../edge-client.js").Result} Result */
/** @typedef {import("../words/id.js").Words & {panel: import("./words_id.js").PanelWords}} Words */

/**
 * A tab: made when it is opened, brought up to date when anything has changed.
 *
 * @typedef {object} Tab
 * @property {HTMLElement} element
 * @property {() => void} update
 */

/** @typedef {keyof Words["panel"]["verbs"]} TechnicianVerb */

export class Bench {
  /**
   * @param {EdgeClient} edge
   * @param {Words} words
   * @param {"id" | "en"} language that they are in.
   * @param {() => void} onLockedOut called when the bridge wants the PIN again.
   */
  constructor(edge, words, language, onLockedOut) {
    this.edge = edge;
    this.words = words;
    this.language = language;
    this.onLockedOut = onLockedOut;
  }

  /**
   * Ask for something.
   *
   * @param {string} verb
   * @param {Record<string, unknown>} [fields]
   * @param {{timeoutMs?: number}} [options]
   * @returns {Promise<{done: boolean, text: string, result: Result, code: string}>} with what to tell
   *   of it, and the error's code if there was one.
   */
  async ask(verb, fields = {}, options = {}) {
    const { done, failed } = this.words.panel;
    try {
      const result = await this.edge.request(verb, fields, options);
      return { done: true, text: result.text || done, result, code: "" };
    } catch (error) {
      if (!(error instanceof EdgeError)) throw error;
      if (error.code === "no_pin" || error.code === "no_token") this.onLockedOut();
      return { done: false, text: `${failed}: ${error.message}`, result: {}, code: error.code };
    }
  }
}
