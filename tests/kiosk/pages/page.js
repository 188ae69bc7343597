// A local page that tells the machine when people can see it, and misbehaves when an alarm says so.

import { EdgeClient, takeToken } from "./edge-client.js";

const edge = new EdgeClient({ token: takeToken(), client: "local page of a test" });
let open = false;
let told = false;

const MISDEEDS = {
  hang: () => { for (;;); },
  white: () => document.body.replaceChildren(),
  leave: (where) => location.assign(where),
  open: (where) => window.open(where),
  alert: () => alert("Nobody is here to read this"),
};

function tell() {
  if (told || !open || document.visibilityState !== "visible") return;
  told = true;
  requestAnimationFrame(() => edge.request("acknowledge", { alarm: "shown" }));
}

edge.on("status", (status) => { open = status === "open"; tell(); });
edge.on("link", () => { if (open) edge.request("acknowledge", { alarm: "link" }); });
edge.on("alarms", ({ alarms }) => {
  if (!open) return; // they stood before: another page misbehaved
  for (const { code, message } of alarms) setTimeout(() => MISDEEDS[code](message), 0);
});
addEventListener("visibilitychange", tell);
edge.connect();
