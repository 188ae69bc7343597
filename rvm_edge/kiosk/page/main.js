// The page: follows the machine, shows its screen, and passes on what people touch.

import { Beside } from "./beside.js";
import { art, byId } from "./element.js";
import { EdgeClient, EdgeError, takeToken } from "./edge-client.js";
import { Knowledge } from "./knowledge.js";
import { Language } from "./language.js";
import { sheetFor } from "./programme.js";
import { late, starting } from "./screens/starting.js";
import { Stage } from "./stage.js";
import { TechnicianDoor } from "./technician_door.js";

const TOKEN = "token";
/** Codes of requests that nobody answered: what became of them shows by itself, or not at all. */
const UNHEARD = ["not_connected", "timeout", "lost", "too_late"];

const edge = new EdgeClient({ token: heldToken(), client: "local page" });
const knowledge = new Knowledge(edge, show);
const language = new Language(knowledge);
const stage = new Stage(act);
const technician = new TechnicianDoor(knowledge, language);
const beside = new Beside(knowledge, language);

byId("language").addEventListener("click", () => language.swap());
byId("technician").addEventListener("click", () => void technician.open());
addEventListener("hashchange", takeNewToken);
addEventListener("contextmenu", (event) => event.preventDefault());
show();
edge.connect();

/** Return this boot's token: from the address, where the kiosk puts it, or from before a reload. */
function heldToken() {
  const token = takeToken() || (sessionStorage.getItem(TOKEN) ?? "");
  sessionStorage.setItem(TOKEN, token);
  return token;
}

/** The machine has started anew, and the kiosk has put its new token into the address. */
function takeNewToken() {
  const token = takeToken();
  if (token === "") return;
  sessionStorage.setItem(TOKEN, token);
  edge.token = token;
  edge.close();
  edge.connect();
}

function show() {
  const { words, now } = language;
  if (document.documentElement.lang !== now) document.documentElement.lang = now;
  stage.show(sheetNow(), words);
  showFrame();
  technician.show();
  beside.show();
}

function sheetNow() {
  const { words, now } = language;
  const { snapshot, presence, mayAct, farewell } = knowledge;
  if (presence === "late") return late(words);
  if (presence === "away" || snapshot === null) return starting(words);
  return sheetFor({ snapshot, mayAct, farewell, language: now, words });
}

/** Show what stands around every screen. */
function showFrame() {
  const { words } = language;
  const mode = knowledge.snapshot?.link.mode;
  const known = knowledge.presence === "here" && (mode === "online" || mode === "offline_guest");
  const link = byId("link");
  link.dataset.mode = known ? mode : "";
  link.textContent = known ? words.link[mode] : "";
  name(byId("language"), "globe", words.other);
  byId("language").lang = language.now === "id" ? "en" : "id";
  name(byId("technician"), "wrench", words.technician);
}

/**
 * @param {HTMLElement} button
 * @param {string} picture
 * @param {string} label
 */
function name(button, picture, label) {
  if (button.textContent !== label) button.replaceChildren(art(picture, "icon"), label);
}

/**
 * Do what a button says.
 *
 * @param {string} verb
 */
async function act(verb) {
  if (verb === "dismiss") {
    knowledge.dismiss();
    return;
  }
  try {
    await edge.request(verb);
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error;
    const { refused, unheard } = language.words;
    // A machine that has moved on shows so by itself: not_here needs no words.
    if (error.code !== "not_here") stage.hint(UNHEARD.includes(error.code) ? unheard : refused);
  }
}
