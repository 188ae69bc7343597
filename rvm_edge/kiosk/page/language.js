// Which language the screen speaks: the machine's, so that every screen of it agrees; Indonesian
// again when the person who chose another one has gone.

import { PATIENCE } from "./patience.js";
import { en } from "./words/en.js";
import { id } from "./words/id.js";

/** @typedef {"id" | "en"} Tongue */
/** @typedef {import("./knowledge.js").Knowledge} Knowledge */

const WORDS = { id, en };
const DEPOSIT = "operational.intake.deposit";

export class Language {
  /** @type {Tongue} */ #now = "id";
  /** @type {number | undefined} */ #idle;

  /** @param {Knowledge} knowledge */
  constructor(knowledge) {
    this.knowledge = knowledge;
    knowledge.edge.on("language", (/** @type {{language: Tongue}} */ part) => {
      this.#now = part.language;
    });
    for (const touch of ["pointerdown", "keydown"]) {
      addEventListener(touch, () => this.#wait(), { capture: true, passive: true });
    }
    this.#wait();
  }

  get now() {
    return this.#now;
  }

  get words() {
    return WORDS[this.#now];
  }

  /** Speak the other language. */
  swap() {
    this.#choose(this.#now === "id" ? "en" : "id");
  }

  /** @param {Tongue} tongue */
  #choose(tongue) {
    // The machine tells all its screens, this one too; one that does not hear it helps itself.
    this.knowledge.edge.request("language", { language: tongue }).catch(() => {
      this.#now = tongue;
      this.knowledge.onChange();
    });
  }

  #wait() {
    clearTimeout(this.#idle);
    this.#idle = window.setTimeout(() => this.#rest(), PATIENCE.idleMs);
  }

  #rest() {
    const leaves = this.knowledge.snapshot?.state.configuration ?? [];
    const served = leaves.some((leaf) => leaf.startsWith(DEPOSIT));
    if (!served && this.#now !== "id") this.#choose("id");
    this.#wait();
  }
}
