// The last items' pictures with the verdicts, and a look into the chamber.

import { element } from "../element.js";
import { photograph } from "../exhibit.js";
import { pictureOf } from "../screens/item.js";

/**
 * @param {import("./bench.js").Bench} bench
 * @returns {import("./bench.js").Tab}
 */
export function picturesTab(bench) {
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
  const gallery = element("div", { class: "gallery" });
  let drawn = "";
  const update = () => {
    look.disabled = !bench.edge.may("look_inside");
    const key = JSON.stringify(bench.memory.items);
    if (key === drawn) return;
    drawn = key;
    const shown = bench.memory.items.map((item) => exhibitOf(item, bench));
    gallery.replaceChildren(...(shown.length > 0 ? shown : [element("p", {}, panel.noPictures)]));
  };
  return { element: element("div", {}, look, outcome, inside, gallery), update };
}

/**
 * @param {import("../edge-client.js").ItemNow} item
 * @param {import("./bench.js").Bench} bench
 */
function exhibitOf(item, { words }) {
  const sure = item.label && `${item.label} ${Math.round(item.confidence * 100)}\u00a0%`;
  const about = [item.step, item.reason, sure].filter(Boolean).join(" · ");
  const caption = element("figcaption", {}, about);
  const picture = pictureOf(item);
  if (picture === null) return element("figure", {}, caption);
  const tone = item.accepted === null ? "calm" : picture.mark;
  return element("figure", { "data-tone": tone }, photograph(picture, words.picture, "camera", false), caption);
}
