// The panel of a simulated machine: the people, the mishaps and the internet around it, for whoever
// looks at its screen without having a machine.

import { EdgeError } from "../edge-client.js";
import { art, byId, element } from "../element.js";
import { en, id } from "./words.js";

/** @typedef {import("../edge-client.js").WorldNow} WorldNow */
/** @typedef {keyof typeof id.things} Thing */
/** @typedef {keyof typeof id.conditions} Condition */
/** @typedef {keyof typeof id.incidents} Incident */

const WORDS = { id, en };
const KEPT = "simulator";
/** A laptop's window has room for it; a kiosk's screen has not, and is touched. */
const ROOMY = "(min-width: 1300px) and (min-aspect-ratio: 4/3) and (pointer: fine)";
const LOOK_MS = 500;
/** The machine waits for its slot to open for less than this. */
const INSERT_MS = 20_000;
/** @type {Condition} */
const HAND = "hand_in_slot";

export class Panel {
  #place = byId("beside");
  #handle = element("button", { id: "simulator", class: "quiet", type: "button", "aria-controls": "beside" });
  #said = element("p", { role: "status", class: "outcome" });
  /** @type {WorldNow | null} */ #world = null;
  #wanted = false;
  #open;
  #drawn = "";
  #busy = false;
  #looks = false;

  /**
   * @param {import("../edge-client.js").EdgeClient} edge
   * @param {import("../language.js").Language} language
   */
  constructor(edge, language) {
    this.edge = edge;
    this.language = language;
    const kept = sessionStorage.getItem(KEPT);
    this.#open = kept === null ? matchMedia(ROOMY).matches : kept === "open";
    document.head.append(element("link", { rel: "stylesheet", href: "simulator/simulator.css" }));
    this.#handle.addEventListener("click", () => this.#turn(!this.#open));
    byId("language").before(this.#handle);
    edge.on("state", () => this.#lookSoon());
    edge.on("status", () => this.#lookSoon());
    this.#lookSoon();
  }

  get #words() {
    return WORDS[this.language.now];
  }

  /** @param {boolean} wanted */
  show(wanted) {
    this.#wanted = wanted;
    const { title } = this.#words;
    const open = wanted && this.#open && this.#world !== null;
    this.#handle.hidden = !wanted;
    this.#handle.setAttribute("aria-label", title);
    this.#handle.setAttribute("aria-expanded", String(open));
    if (this.#handle.textContent !== title) {
      this.#handle.replaceChildren(art("knobs", "icon"), element("span", {}, title));
    }
    this.#place.hidden = !open;
    document.documentElement.toggleAttribute("data-beside", open);
    if (open) this.#draw();
    else this.#clear();
  }

  /** @param {boolean} open */
  #turn(open) {
    this.#open = open;
    sessionStorage.setItem(KEPT, open ? "open" : "shut");
    this.show(this.#wanted);
    if (open) this.#lookSoon();
    else this.#handle.focus();
  }

  /** Somebody else may play with the world, too, and the machine itself moves things in it. */
  #lookSoon() {
    if (this.#looks) return;
    this.#looks = true;
    setTimeout(async () => {
      this.#looks = false;
      if (this.edge.status === "open" && this.edge.simulated) await this.#ask("simulate_look");
    }, this.#world === null ? 0 : LOOK_MS);
  }

  /**
   * @param {string} verb
   * @param {Record<string, unknown>} [fields]
   * @returns {Promise<string>} why it was not done, or "".
   */
  async #ask(verb, fields = {}) {
    try {
      const { world } = await this.edge.request(verb, fields, { timeoutMs: INSERT_MS });
      this.#world = world ?? this.#world;
      return "";
    } catch (error) {
      if (!(error instanceof EdgeError)) throw error;
      return error.code;
    } finally {
      this.show(this.#wanted);
    }
  }

  #clear() {
    this.#drawn = "";
    this.#place.replaceChildren();
  }

  #draw() {
    const key = JSON.stringify([this.language.now, this.#world, this.#busy]);
    if (key === this.#drawn || this.#world === null) return;
    this.#drawn = key;
    const { things, possible } = this.#world;
    const held = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.key : undefined;
    const { title, close, insert, slot, around } = this.#words;
    const shut = element("button", { type: "button", "data-key": "close", click: () => this.#turn(false) }, close);
    const conditions = /** @type {Condition[]} */ (possible);
    this.#place.setAttribute("aria-label", title);
    this.#place.replaceChildren(
      element("header", {}, element("h2", {}, title), shut),
      this.#said,
      group(insert, /** @type {Thing[]} */ (things).map((thing) => this.#inserting(thing))),
      group(slot, [this.#incident("take_back"), this.#condition(HAND)]),
      group(around, [
        ...conditions.filter((one) => one !== HAND).map((one) => this.#condition(one)),
        this.#incident("eyes_killed"),
      ]),
    );
    /** @type {HTMLElement | null} */ (this.#place.querySelector(`[data-key="${held}"]`))?.focus();
  }

  /** @param {Thing} thing */
  #inserting(thing) {
    const label = this.#words.things[thing];
    const put = async () => {
      if (this.#busy) return;
      this.#busy = true;
      this.#said.textContent = this.#words.waiting;
      this.show(this.#wanted);
      const why = await this.#ask("simulate_insert", { thing });
      this.#busy = false;
      const { inserted, closed, nothing } = this.#words;
      const refused = why === "refused" ? closed : nothing;
      this.#said.textContent = why === "" ? `${inserted}: ${label}` : refused;
      this.show(this.#wanted);
    };
    return element("button", { type: "button", "data-key": thing, "aria-disabled": String(this.#busy), click: put }, label);
  }

  /** @param {Condition} condition */
  #condition(condition) {
    const holds = this.#world?.holding.includes(condition) ?? false;
    const turn = () => this.#doing(this.#ask("simulate_condition", { condition, holds: !holds }));
    return element(
      "button",
      { type: "button", "data-key": condition, "aria-pressed": String(holds), click: turn },
      this.#words.conditions[condition],
    );
  }

  /** @param {Incident} incident */
  #incident(incident) {
    const possible = incident !== "take_back" || this.#world?.given_back === true;
    const happen = () => possible && this.#doing(this.#ask("simulate_incident", { incident }));
    return element(
      "button",
      { type: "button", "data-key": incident, "aria-disabled": String(!possible), click: happen },
      this.#words.incidents[incident],
    );
  }

  /** @param {Promise<string>} asked */
  async #doing(asked) {
    const why = await asked;
    this.#said.textContent = why === "" ? this.#words.done : this.#words.nothing;
  }
}

/**
 * @param {string} title
 * @param {HTMLElement[]} buttons
 */
function group(title, buttons) {
  return element("section", {}, element("h3", {}, title), element("div", { class: "pad" }, ...buttons));
}
