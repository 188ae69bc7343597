// What a simulated machine has beside its screen. A real machine has nothing there, and its page
// does not even load what could be there.

/** @typedef {import("./simulator/panel.js").Panel} Panel */

export class Beside {
  /** @type {Panel | null} */ #panel = null;
  #asked = false;

  /**
   * @param {import("./knowledge.js").Knowledge} knowledge
   * @param {import("./language.js").Language} language
   */
  constructor(knowledge, language) {
    this.knowledge = knowledge;
    this.language = language;
  }

  /** Bring up to date what is there; a page that may only watch has nothing there, either. */
  show() {
    const { edge, mayAct } = this.knowledge;
    const wanted = edge.simulated && mayAct;
    if (wanted && !this.#asked) void this.#load();
    this.#panel?.show(wanted);
  }

  async #load() {
    this.#asked = true;
    const { Panel } = await import("./simulator/panel.js");
    this.#panel = new Panel(this.knowledge.edge, this.language);
    this.show();
  }
}
