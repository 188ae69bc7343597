// Makes the sheet of every configuration on the command line, in both languages.
import { sheetFor } from "./programme.js";
import { en } from "./words/en.js";
import { id } from "./words/id.js";

const modes = { "operational.link.online": "online", "operational.link.offline_guest": "offline_guest" };
const made = JSON.parse(process.argv[2]).map((configuration) => {
  const mode = configuration.map((leaf) => modes[leaf]).find(Boolean) ?? "transitioning";
  const snapshot = {
    state: { kind: "state", configuration, cause: "", entered: [], exited: [], may: [] },
    link: { kind: "link", mode },
    session: { kind: "session", session_id: "", mode: "guest", user_name: "", accepted: 0, returned: 0, ended: "" },
    item: { kind: "item", client_uuid: "", step: "inserted", accepted: null, reason: null, words: null, label: "", confidence: 0, box: null, picture: "" },
    sensors: { kind: "sensors", bin_pct: null, door_open: null, slot_occupied: null, chamber_occupied: null, weight_g: null, temperature_c: null },
    queue: { kind: "queue", waiting: 0, ambiguous: 0, dead: 0 },
    alarms: { kind: "alarms", alarms: [] },
    language: { kind: "language", language: "id" },
    login: { kind: "login", qr_content: "", expires_at: "" },
    model: { kind: "model", name: "", version: "", sha256: "", sight: "ready", restarts: 0, trouble: "" },
    self_test: { kind: "self_test", begun_at: "", running: false, checks: [] },
  };
  const sheets = Object.entries({ id, en }).map(([language, words]) =>
    sheetFor({ snapshot, mayAct: true, farewell: null, language, words }),
  );
  return { configuration, sheets };
});
console.log(JSON.stringify(made));
