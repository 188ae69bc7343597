// How long ago something was, in words.

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/**
 * @param {string} at ISO 8601.
 * @param {string} language
 */
export function ago(at, language) {
  const passed = Math.max(0, (Date.now() - Date.parse(at)) / 1000);
  const words = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  const [unit, seconds] = UNITS.find(([, length]) => passed >= length) ?? ["second", 1];
  return words.format(-Math.floor(passed / seconds), unit);
}
