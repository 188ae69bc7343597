// The technician's panel: behind a PIN, over whatever screen the machine has.

import { byId, element } from "../element.js";
import { EdgeError } from "../edge-client.js";
import { PATIENCE } from "../patience.js";
import { actuatorsTab } from "./actuators_tab.js";
import { Bench } from "./bench.js";
import { logTab } from "./log_tab.js";
import { machineTab } from "./machine_tab.js";
import { picturesTab } from "./pictures_tab.js";
import { pinPad } from "./pin_pad.js";
import { queueTab } from "./queue_tab.js";
import { selfTestTab } from "./self_test_tab.js";
import { stateTab } from "./state_tab.js";
import { en } from "./words_en.js";
import { id } from "./words_id.js";

/** @typedef {import("./bench.js").Tab} Tab */

const WORDS = { id, en };
const TABS = {
  state: stateTab,
  parts: actuatorsTab,
  test: selfTestTab,
  queue: queueTab,
  pictures: picturesTab,
  log: logTab,
  machine: machineTab,
};

export class Technician {
  /** @type {HTMLDialogElement | null} */ #dialog = null;
  /** @type {Tab | null} */ #tab = null;
  /** @type {keyof typeof TABS} */ #chosen = "state";
  /** @type {number | undefined} */ #leaves;
  #known = false;

  /**
   * @param {import("../knowledge.js").Knowledge} knowledge
   * @param {import("../language.js").Language} language
   */
  constructor(knowledge, language) {
    this.knowledge = knowledge;
    this.language = language;
    // A PIN holds for one connection: after another one it is asked for again.
    knowledge.edge.on("status", () => this.#forget());
  }

  /** What the page says, and the panel besides. */
  get words() {
    return { ...this.language.words, panel: WORDS[this.language.now] };
  }

  open() {
    if (this.#dialog !== null) return;
    const dialog = element("dialog", { id: "panel", "aria-labelledby": "panel-title" });
    for (const touch of ["pointerdown", "keydown"]) {
      dialog.addEventListener(touch, () => this.#wait());
    }
    dialog.addEventListener("close", () => this.#closed());
    this.#dialog = dialog;
    this.#fill();
    byId("beside").after(dialog);
    dialog.showModal();
    this.#focus();
    this.#wait();
  }

  /** Bring up to date what is open. */
  show() {
    this.#tab?.update();
  }

  #closed() {
    clearTimeout(this.#leaves);
    this.#dialog?.remove();
    this.#dialog = this.#tab = null;
    this.#known = false;
    byId("technician").focus();
  }

  #wait() {
    clearTimeout(this.#leaves);
    this.#leaves = window.setTimeout(() => this.#dialog?.close(), PATIENCE.panelMs);
  }

  #forget() {
    if (!this.#known) return;
    this.#known = false;
    this.#fill();
  }

  #fill() {
    if (this.#dialog === null) return;
    const { words } = this;
    const close = element("button", { type: "button", class: "close" }, words.panel.close);
    close.addEventListener("click", () => this.#dialog?.close());
    const title = element("h2", { id: "panel-title" }, words.panel.title);
    const head = element("header", {}, title, close);
    this.#tab = null;
    const body = this.#known ? this.#tabs() : [pinPad(words, (pin) => this.#enter(pin))];
    this.#dialog.replaceChildren(head, ...body);
    this.#focus();
  }

  /** Put a keyboard where it is needed: on the pad, or on the chosen tab. */
  #focus() {
    const place = this.#dialog?.querySelector(".pin, [aria-selected='true']");
    if (place instanceof HTMLElement) place.focus();
  }

  /**
   * @param {string} pin
   * @returns {Promise<string>} what was wrong, or "".
   */
  async #enter(pin) {
    const { panel, unheard } = this.words;
    try {
      await this.knowledge.edge.request("enter_pin", { pin });
    } catch (error) {
      if (!(error instanceof EdgeError)) throw error;
      if (error.code === "wrong_pin") return panel.wrong;
      return error.code === "pin_locked" ? panel.locked : `${unheard} (${error.code})`;
    }
    this.#known = true;
    this.#fill();
    return "";
  }

  #tabs() {
    const { words, language } = this;
    const bench = new Bench(this.knowledge.edge, words, language.now, () => this.#forget());
    const place = element("div", { role: "tabpanel", id: "tab", "aria-labelledby": "" });
    const names = /** @type {(keyof typeof TABS)[]} */ (Object.keys(TABS));
    const buttons = names.map((name) =>
      element("button", {
        type: "button",
        role: "tab",
        id: `tab-${name}`,
        "aria-controls": "tab",
        click: () => choose(name),
      }, words.panel.tabs[name]),
    );
    const choose = (/** @type {keyof typeof TABS} */ name) => {
      this.#chosen = name;
      for (const button of buttons) {
        button.setAttribute("aria-selected", String(button.id === `tab-${name}`));
      }
      place.setAttribute("aria-labelledby", `tab-${name}`);
      this.#tab = TABS[name](bench);
      place.replaceChildren(this.#tab.element);
      this.#tab.update();
    };
    choose(this.#chosen);
    return [element("div", { class: "tabs", role: "tablist", "aria-label": words.panel.title }, ...buttons), place];
  }
}
