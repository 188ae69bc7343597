// Small tables of names and values.

import { element } from "../element.js";

/**
 * @param {string} title
 * @param {[string, string][]} rows
 */
export function readings(title, rows) {
  const list = element("dl");
  for (const [name, value] of rows) {
    list.append(element("div", {}, element("dt", {}, name), element("dd", {}, value)));
  }
  return element("section", {}, element("h3", {}, title), list);
}

/**
 * Say a sensor's value; what is not fitted or not known is not zero.
 *
 * @param {number | boolean | null} value
 * @param {string} unit
 * @param {import("./words_id.js").PanelWords} words
 */
export function reading(value, unit, words) {
  if (value === null) return words.unknown;
  if (typeof value === "boolean") return value ? words.yes : words.no;
  return `${Math.round(value * 10) / 10} ${unit}`.trim();
}

/**
 * One large number with what it counts.
 *
 * @param {string} number
 * @param {string} label
 * @param {"calm" | "good" | "stop"} tone
 */
export function figure(number, label, tone) {
  return element("p", { "data-tone": tone }, element("strong", {}, number), element("span", {}, label));
}
