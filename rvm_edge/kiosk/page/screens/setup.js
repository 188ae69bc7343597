// The machine does not know who it is: a technician has to tell it.

import { sheet } from "../sheet.js";

/** @param {import("../sheet.js").Scene} scene */
export function setup({ snapshot, words }) {
  const { headline, advice, bare, proof, scan } = words.setup;
  const { address = "", code = "", fingerprint = "" } = snapshot.setup ?? {};
  if (!address) return sheet({ name: "setup", art: "key", headline, advice: bare });
  return sheet({
    name: "setup",
    art: "key",
    headline,
    advice,
    qr: { content: address, label: scan },
    code: {
      label: address,
      text: code.replace(/^(\d{4})(\d{4})$/, "$1 $2"),
      small: fingerprint ? `${proof} ${fingerprint}` : "",
    },
  });
}
