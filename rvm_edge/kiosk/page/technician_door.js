// The way to the technician's panel. The panel itself is loaded when somebody wants it: no guest
// waits for what only technicians see.

/** @typedef {import("./technician/technician.js").Technician} Technician */

export class TechnicianDoor {
  /** @type {Technician | null} */ #technician = null;

  /**
   * @param {import("./knowledge.js").Knowledge} knowledge
   * @param {import("./language.js").Language} language
   */
  constructor(knowledge, language) {
    this.knowledge = knowledge;
    this.language = language;
  }

  /** Open the panel. Where it cannot be loaded, the machine is away, and its screen says so. */
  async open() {
    const { Technician } = await import("./technician/technician.js");
    this.#technician ??= new Technician(this.knowledge, this.language);
    this.#technician.open();
  }

  /** Bring up to date what is open. */
  show() {
    this.#technician?.show();
  }
}
