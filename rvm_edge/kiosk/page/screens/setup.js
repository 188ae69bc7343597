// The machine does not know who it is: a technician has to tell it.

import { sheet } from "../sheet.js";

/** @param {import("../sheet.js").Scene} scene */
export function setup({ snapshot, words }) {
  const { headline, advice, bare, proof, scan, stick: usb } = words.setup;
  const { address = "", code = "", fingerprint = "", stick = "" } = snapshot.setup ?? {};
  const told = stick ? `${usb} ${stick}` : "";
  if (!address) {
    const trouble = told ? { label: "", text: "", small: told } : null;
    return sheet({ name: "setup", art: "key", headline, advice: bare, code: trouble });
  }
  const certificate = fingerprint ? `${proof} ${fingerprint.replaceAll(":", ":\u200b")}` : "";
  return sheet({
    name: "setup",
    art: "key",
    headline,
    advice,
    qr: { content: address, label: scan },
    code: {
      label: address,
      text: code.replace(/^(\d{4})(\d{4})$/, "$1 $2"),
      small: told || certificate,
    },
  });
}
