// The pictures that lie in the machine, page by page, and a look into the chamber.

import { element } from "../element.js";
import { photograph } from "../exhibit.js";
import { ago } from "./ago.js";
import { following } from "./following.js";

/** @typedef {import("../edge-client-types.js").EvidencePage} EvidencePage */
/** @typedef {import("../edge-client-types.js").KeptItem} KeptItem */

/**
 * @param {import("./bench.js").Bench} bench
 * @returns {import("./bench.js").Tab}
 */
export function picturesTab(bench) {
  const inside = lookInside(bench);
  const gallery = new Gallery(bench);
  const update = () => {
    inside.update();
    gallery.update();
  };
  return { element: element("div", {}, inside.element, gallery.element), update };
}

/** @param {import("./bench.js").Bench} bench */
function lookInside(bench) {
  const { panel } = bench.words;
  const inside = element("div", { class: "inside" });
  const outcome = element("p", { class: "outcome", role: "status" });
  const look = element("button", { type: "button", "data-verb": "look_inside" }, panel.verbs.look_inside);
  look.addEventListener("click", async () => {
    outcome.textContent = panel.working;
    const { done, text, result } = await bench.ask("look_inside");
    outcome.textContent = done ? "" : text;
    if (done && result.path) {
      inside.replaceChildren(element("img", { src: result.path, alt: panel.inside }));
    }
  });
  const update = () => {
    look.disabled = !bench.edge.may("look_inside");
  };
  return { element: element("div", {}, look, outcome, inside), update };
}

/** Leafs through the pictures; the first page follows what is put in. */
class Gallery {
  #pictures = element("div", { class: "gallery" });
  #note = element("p", { class: "soft", role: "status" });
  /** @type {number[]} where the pages before this one began; empty on the first */
  #way = [];
  #before = 0;
  #shown = 0;
  #drawn = "";
  /** @type {EvidencePage | null} */ #page = null;
  /** @type {unknown} */ #heard = null;

  /** @param {import("./bench.js").Bench} bench */
  constructor(bench) {
    const { panel } = bench.words;
    this.bench = bench;
    this.look = following(() => this.#look());
    this.newer = element("button", { type: "button", class: "newer", click: () => this.#back() }, `← ${panel.newer}`);
    this.older = element("button", { type: "button", class: "older", click: () => this.#on() }, `${panel.older} →`);
    const leaf = element("div", { class: "leaf" }, this.newer, this.#note, this.older);
    this.element = element("section", {}, leaf, this.#pictures);
    this.#enable();
  }

  update() {
    const state = this.bench.edge.snapshot?.state;
    if (state === this.#heard) return;
    this.#heard = state;
    if (this.#way.length === 0) this.look();
  }

  #on() {
    this.#way.push(this.#before);
    this.#shown += this.#page?.items.length ?? 0;
    this.#before = this.#page?.items.at(-1)?.number ?? 0;
    this.look();
  }

  #back() {
    this.#before = this.#way.pop() ?? 0;
    this.#shown = this.#before === 0 ? 0 : Math.max(0, this.#shown - FULL_PAGE);
    this.look();
  }

  async #look() {
    const { done, text, result } = await this.bench.ask("list_evidence", { before: this.#before });
    if (!done || !result.evidence) {
      this.#note.textContent = text;
      return;
    }
    this.#page = result.evidence;
    this.#draw(result.evidence);
    this.#enable();
  }

  /** @param {EvidencePage} page */
  #draw({ total, items }) {
    const { panel } = this.bench.words;
    const last = this.#shown + items.length;
    this.#note.textContent = total === 0 ? panel.evidenceNone : panel.evidenceShown(Math.min(this.#shown + 1, last), last, total);
    const key = items.map((one) => `${one.client_uuid} ${one.uploaded}`).join();
    if (key === this.#drawn) return; // a picture is fetched once
    this.#drawn = key;
    this.#pictures.replaceChildren(...items.map((one) => exhibitOf(one, this.bench)));
  }

  #enable() {
    this.newer.disabled = this.#way.length === 0;
    this.older.disabled = !this.#page?.more;
  }
}

/** So many pictures the bridge has on a page that another one follows. */
const FULL_PAGE = 8;

/**
 * @param {KeptItem} item
 * @param {import("./bench.js").Bench} bench
 */
function exhibitOf(item, { words, language }) {
  const { panel } = words;
  const sure = item.label && `${item.label} ${Math.round(item.confidence * 100)}\u00a0%`;
  const reason = item.words?.[language].happened ?? item.reason.replaceAll("_", " ");
  const about = [reason, sure].filter(Boolean).join(" · ");
  const where = item.uploaded ? panel.uploaded : panel.notUploaded;
  const more = `${ago(item.at, language)} · ${Math.ceil(item.size / 1000)}\u00a0kB · ${where}`;
  const mark = item.accepted ? "good" : "back";
  const picture = { path: item.picture, box: item.box, mark: /** @type {"good" | "back"} */ (mark) };
  const caption = element("figcaption", {}, element("strong", {}, about), element("span", {}, more));
  const figure = element(
    "figure",
    { "data-tone": mark },
    photograph(picture, `${words.picture}: ${about}`, "camera", false),
    caption,
  );
  if (item.cut_out !== "") caption.append(cutOutOf(item, figure, `${panel.cutOutAlt}: ${about}`, panel.cutOut));
  return figure;
}

/**
 * A button that puts the item as the second judge cut it out in the place of its picture, and back.
 *
 * @param {KeptItem} item
 * @param {HTMLElement} figure
 * @param {string} alt
 * @param {string} label
 */
function cutOutOf(item, figure, alt, label) {
  const picture = photograph({ path: item.cut_out, box: null, mark: "" }, alt, "camera", false);
  const button = element("button", { type: "button", "aria-pressed": "false", click: () => turn() }, label);
  const turn = () => {
    const pressed = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(pressed));
    figure.classList.toggle("alone", pressed);
  };
  figure.prepend(element("div", { class: "cut" }, picture));
  return button;
}
