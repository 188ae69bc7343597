// The machine does not know who it is: a technician has to tell it.

import { sheet } from "../sheet.js";

/**
 * Where a technician sets the machine up, as a part of the snapshot; absent where nobody offers it.
 *
 * @typedef {object} SetupNow
 * @property {string} address of the set-up page.
 * @property {string} code to be typed there.
 */

/** @param {import("../sheet.js").Scene} scene */
export function setup({ snapshot, words }) {
  const offered = /** @type {{setup?: SetupNow}} */ (snapshot).setup;
  const { headline, advice, bare, scan } = words.setup;
  if (offered === undefined) return sheet({ name: "setup", art: "key", headline, advice: bare });
  const qr = { content: offered.address, label: scan };
  const code = { label: offered.address, text: offered.code };
  return sheet({ name: "setup", art: "key", headline, advice, qr, code });
}
