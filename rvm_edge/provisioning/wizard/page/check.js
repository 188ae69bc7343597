// What the machine finds out about itself: its doctor's round, its sensors, its camera.

import { ask, Refusal } from "./asking.js";
import { element } from "./element.js";
import { motors } from "./motors.js";

const EVERY_MS = 1000;

/**
 * @param {import("./words_id.js").Words} words
 * @param {(trouble: Refusal) => void} lost called when the machine does not want to answer any more.
 * @returns {{parts: Node[], stop: () => void}}
 */
export function check(words, lost) {
  const looks = element("ul", { class: "looks" });
  const sensors = element("dl", { id: "sensors" });
  const picture = element("img", { class: "chamber", alt: words.check.chamber, hidden: true });
  const problem = element("p", { class: "hint" });
  const look = element("button", { type: "button", id: "look", click: examine }, words.check.look);
  const photo = element("button", { type: "button", id: "photo", click: snap }, words.check.photo);
  const moving = motors(words, trouble);
  let timer = window.setTimeout(read, 0);
  let ended = false;

  async function examine() {
    look.disabled = true;
    look.textContent = words.check.looking;
    try {
      const found = (await ask("looks", {})).looks;
      looks.replaceChildren(...found.map(line));
    } catch (error) {
      tell(error);
    }
    look.disabled = false;
    look.textContent = words.check.look;
  }

  async function snap() {
    photo.disabled = true;
    problem.textContent = "";
    try {
      URL.revokeObjectURL(picture.src);
      picture.src = URL.createObjectURL(await ask("picture", {}));
      picture.hidden = false;
    } catch (error) {
      tell(error);
    }
    photo.disabled = false;
  }

  async function read() {
    try {
      const names = /** @type {Record<string, string>} */ (words.sensors);
      const { readings } = await ask("readings", {});
      sensors.replaceChildren(
        ...readings.flatMap((/** @type {any} */ one) => [
          element("dt", {}, names[one.name] ?? one.name),
          element("dd", { "data-sensor": one.name }, shown(one)),
        ]),
      );
    } catch (error) {
      tell(error);
    }
    if (!ended) timer = window.setTimeout(read, EVERY_MS);
  }

  /** @param {any} one */
  function shown(one) {
    if (one.value === null) return one.trouble;
    if (typeof one.value === "boolean") return one.value ? words.check.yes : words.check.no;
    return `${Math.round(one.value * 10) / 10} ${one.unit}`;
  }

  /** @param {any} one */
  function line(one) {
    const more = [one.why, one.todo && `→ ${one.todo}`].filter(Boolean);
    return element(
      "li",
      { class: one.level },
      `${one.title}: ${one.what}`,
      ...more.map((text) => element("small", {}, text)),
    );
  }

  /** @param {unknown} error */
  function tell(error) {
    problem.textContent = trouble(error);
  }

  /** @param {unknown} error what is wrong; "" where that is said elsewhere. */
  function trouble(error) {
    if (ended || !(error instanceof Refusal)) return "";
    if (error.error === "not_paired" || error.error === "closed") {
      lost(error);
      return "";
    }
    const known = /** @type {Record<string, string>} */ (words.errors);
    return `${known[error.error] ?? ""} ${error.detail}`;
  }

  return {
    parts: [
      element("h2", {}, words.check.sensors),
      sensors,
      element("h2", {}, words.check.camera),
      picture,
      element("p", {}, photo),
      problem,
      ...moving.parts,
      element("hr"),
      look,
      looks,
      element("hr"),
    ],
    stop() {
      ended = true;
      moving.stop();
      window.clearTimeout(timer);
    },
  };
}
