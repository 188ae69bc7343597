// Draws a sheet into the places that index.html has for it. What has not changed is left alone, so
// that no picture loads twice and nobody loses their place.

import { byId, element } from "./element.js";
import { exhibit } from "./exhibit.js";
import { PATIENCE } from "./patience.js";

/** @typedef {import("./sheet.js").Sheet} Sheet */
/** @typedef {import("./words/id.js").Words} Words */

/** Of their size: what is tried until words, in whatever language and font, find room. */
const SHARES = [1, 0.9, 0.8, 0.7, 0.6];

export class Stage {
  #stage = byId("stage");
  #message = byId("message");
  #hint = byId("hint");
  /** @type {Map<string, string>} */ #drawn = new Map();
  /** @type {number | undefined} */ #hintEnds;

  /** @param {(verb: string) => Promise<void>} act does what a button says. */
  constructor(act) {
    this.act = act;
    new ResizeObserver(() => this.#fit()).observe(this.#message);
  }

  /**
   * @param {Sheet} sheet
   * @param {Words} words
   */
  show(sheet, words) {
    if (this.#stage.dataset.screen !== sheet.name) {
      this.#clearHint();
      this.#stage.dataset.screen = sheet.name;
    }
    this.#stage.dataset.tone = sheet.tone;
    const { art, picture, qr, busy } = sheet;
    this.#draw("exhibit", { art, picture, qr, busy }, () => [exhibit(sheet, words.picture)]);
    this.#draw("headline", sheet.headline, () => [sheet.headline]);
    this.#draw("advice", sheet.advice, () => [sheet.advice]);
    this.#draw("counts", sheet.counts, () => sheet.counts.map(count));
    this.#draw("code", sheet.code, () => code(sheet.code));
    this.#draw("actions", sheet.actions, () => sheet.actions.map((one) => this.#button(one)));
    this.#fit();
  }

  /** @param {string} words */
  hint(words) {
    this.#hint.textContent = words;
    this.#fit();
    clearTimeout(this.#hintEnds);
    this.#hintEnds = window.setTimeout(() => this.#clearHint(), PATIENCE.hintMs);
  }

  #clearHint() {
    clearTimeout(this.#hintEnds);
    this.#hint.textContent = "";
    this.#fit();
  }

  #fit() {
    const message = this.#message;
    for (const share of SHARES) {
      message.style.setProperty("--share", String(share));
      const { scrollWidth, clientWidth, scrollHeight, clientHeight } = message;
      if (scrollWidth <= clientWidth && scrollHeight <= clientHeight) return;
    }
  }

  /**
   * @param {string} id
   * @param {unknown} data
   * @param {() => (Node | string)[]} make
   */
  #draw(id, data, make) {
    const key = JSON.stringify(data);
    if (this.#drawn.get(id) === key) return;
    this.#drawn.set(id, key);
    const place = byId(id);
    const held = place.contains(document.activeElement);
    place.replaceChildren(...make());
    if (held) place.querySelector("button")?.focus();
  }

  /** @param {import("./sheet.js").Action} action */
  #button({ verb, label, main }) {
    const press = async () => {
      if (button.getAttribute("aria-disabled") === "true") return;
      button.setAttribute("aria-disabled", "true");
      await this.act(verb);
      button.setAttribute("aria-disabled", "false");
    };
    const kind = main ? "main" : "other";
    const properties = { type: "button", class: kind, "data-verb": verb, click: press };
    const button = element("button", properties, label);
    return button;
  }
}

/** @param {Sheet["counts"][number]} one */
function count({ number, label, tone }) {
  const figure = element("strong", {}, String(number));
  return element("p", { class: "count", "data-tone": tone }, figure, ` ${label}`);
}

/** @param {Sheet["code"]} one */
function code(one) {
  if (one === null) return [];
  const small = one.small ? [element("small", {}, one.small)] : [];
  return [element("span", {}, one.label), " ", element("strong", {}, one.text), ...small];
}
