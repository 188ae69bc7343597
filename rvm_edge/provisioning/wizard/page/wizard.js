// The steps of setting a machine up, one at a time. Nothing is remembered here: a reload asks the
// machine how far it has come. Each step that follows another is one of the browser's pages: its own
// way back leads there.

import { ask, Refusal } from "./asking.js";
import { bin } from "./bin.js";
import { check } from "./check.js";
import { clean } from "./clean.js";
import { element } from "./element.js";
import { en } from "./words_en.js";
import { id } from "./words_id.js";

const ZONES = ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"];
const MOST_BYTES = 65536;

/** Their own words say all that there is to say. */
const SAY_ALL = [
  ...["wrong_code", "wait", "not_paired", "no_credentials", "no_server", "bad_server"],
  ...["bad_time_zone", "no_empty", "bad_depth"],
];

/** @type {any} */ let draft = { paired: false };
let step = "code";
/** @type {any} */ let finished = null;
let stop = () => {};
/** @type {Refusal | null} */ let wrong = null;
let words = (sessionStorage.getItem("language") ?? navigator.language).startsWith("en") ? en : id;

/** The steps of this machine: a crowded disk has one more, and so has a bin that can be measured. */
function steps() {
  const own = [...(draft.disk_pct ? ["clean"] : []), ...(draft.measures_bin ? ["bin"] : [])];
  return ["code", "file", "site", ...own, "check", "done"];
}

/** @param {string} name */
function after(name) {
  return /** @type {string} */ (steps()[steps().indexOf(name) + 1]);
}

/** Returns that step, or the one that comes before it as long as something is missing. @param {string} name */
function reachable(name) {
  if (finished) return "done";
  if (!draft.paired) return "code";
  if (!draft.serial) return "file";
  const at = steps().indexOf(name);
  return at > steps().indexOf("site") && !draft.sited ? "site" : at < 1 || name === "done" ? "file" : name;
}

/** Goes on to a step; from the code nobody comes back to it. @param {string} name */
function go_on(name) {
  if (step === "code" || name === step) history.replaceState({ step: name }, "");
  else history.pushState({ step: name, from: step }, "");
  show(name);
}

/** @param {string} name @param {Refusal | null} [trouble] */
function show(name, trouble = null) {
  stop();
  stop = () => {};
  step = name;
  wrong = trouble;
  document.documentElement.lang = words === id ? "id" : "en";
  const at = steps().indexOf(step);
  const of = draft.paired ? steps().length - 1 : 0;
  at_("progress").textContent = step === "done" ? "" : words.step(at + 1, of);
  const back = /** @type {HTMLButtonElement} */ (at_("back"));
  back.hidden = ["code", "file", "done"].includes(step);
  back.setAttribute("aria-label", words.back);
  at_("language").textContent = words.other;
  at_("language").lang = words === id ? "en" : "id";
  const main = at_("step");
  main.dataset.step = step;
  main.replaceChildren(...(trouble ? [said(trouble)] : []), ...SCREENS[step]());
  document.title = `${main.querySelector("h1")?.textContent} · MyRVM-Edge`;
  main.focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

/** @param {Refusal} trouble */
function said(trouble) {
  const known = /** @type {Record<string, string>} */ (words.errors);
  const wait = trouble.wait ? ` ${words.seconds(trouble.wait)}` : "";
  const text = (known[trouble.error] ?? words.errors.malformed) + wait;
  const adds = trouble.detail && !SAY_ALL.includes(trouble.error);
  const detail = adds ? [element("small", { lang: "en" }, trouble.detail)] : [];
  return element("div", { class: "trouble", role: "alert" }, text, ...detail);
}

/** @type {Record<string, () => Node[]>} */
const SCREENS = {
  code() {
    const code = element("input", {
      id: "code",
      class: "code",
      inputmode: "numeric",
      autocomplete: "one-time-code",
      maxlength: 9,
      required: true,
    });
    return form(words.code, words.code.go, [labelled(words.code.label, code)], async () => {
      draft = await ask("pair", { code: code.value.replace(/\D/g, "") });
      return "file";
    });
  },

  file() {
    const paste = element("textarea", { id: "paste", autocapitalize: "off", spellcheck: false });
    const file = element("input", {
      id: "file",
      type: "file",
      accept: ".json,application/json",
      click: () => (file.value = ""), // else the same file, mended, would be no change
      change: async () => {
        const chosen = file.files[0];
        if (!chosen) return;
        if (chosen.size > MOST_BYTES) tell(new Refusal("unreadable"));
        else paste.value = await chosen.text().catch(() => "");
      },
    });
    const brought = draft.serial ? [who()] : [];
    const fields = [...brought, labelled(words.file.choose, file), labelled(words.file.paste, paste)];
    return form(words.file, brought.length ? words.next : words.file.go, fields, async () => {
      if (!paste.value.trim() && !draft.serial) throw new Refusal("no_credentials");
      if (paste.value.trim()) draft = await ask("credentials", paste.value);
      return "site";
    });
  },

  site() {
    const server = element("input", {
      id: "server",
      type: "url",
      placeholder: "https://",
      value: draft.server_url,
      autocapitalize: "off",
    });
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const zones = [...new Set([...ZONES, here])].filter(Boolean);
    const chosen = draft.time_zone || here;
    const zone = element(
      "select",
      { id: "zone" },
      element("option", { value: "" }, words.site.own),
      ...zones.map((one) => element("option", { value: one, selected: one === chosen }, one)),
    );
    const tongue = draft.language || document.documentElement.lang;
    const language = element(
      "select",
      { id: "tongue" },
      element("option", { value: "id" }, "Bahasa Indonesia"),
      element("option", { value: "en", selected: tongue === "en" }, "English"),
    );
    const fields = [
      who(),
      labelled(words.site.server, server),
      labelled(words.site.zone, zone),
      labelled(words.site.language, language),
    ];
    return form(words.site, words.next, fields, async () => {
      draft = await ask("site", {
        server_url: server.value,
        time_zone: zone.value,
        language: language.value,
      });
      return after("site");
    });
  },

  clean() {
    return form(words.clean, words.next, clean(words, draft, tell), async () => after("clean"));
  },

  bin() {
    const label = () => (draft.full_cm === null ? words.bin.skip : words.next);
    const parts = bin(words, draft, (now) => {
      draft = now;
      const next = at_("step").querySelector(".main");
      if (next) next.textContent = label();
    }, tell);
    return form(words.bin, label(), parts, async () => after("bin"));
  },

  check() {
    const made = check(words, draft, tell);
    stop = made.stop;
    return form(words.check, words.check.go, made.parts, async () => {
      try {
        finished = await ask("finish", {});
      } catch (error) {
        throw error instanceof Refusal && error.error === "unheard" ? new Refusal("unheard_end") : error;
      }
      return "done";
    });
  },

  done() {
    const says = finished?.trouble ? [element("p", {}, `${words.done.says} ${finished.trouble}`)] : [];
    return [
      element("h1", {}, words.done.headline),
      element("p", {}, words.done.advice),
      ...says,
      element("p", { class: "hint" }, words.done.remove),
    ];
  },
};

/**
 * A step's form; it goes on to the step that `go` returns, and stays where the machine refuses.
 *
 * @param {any} own the step's words.
 * @param {string} label of its button.
 * @param {Node[]} fields
 * @param {() => Promise<string>} go
 */
function form(own, label, fields, go) {
  const button = element("button", { class: "main" }, label);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    button.disabled = true;
    if (own.asking) button.textContent = own.asking;
    try {
      go_on(await go());
    } catch (error) {
      tell(error);
    }
    button.disabled = false;
    button.textContent = label;
  };
  return [
    element("h1", {}, own.headline),
    ...(own.advice ? [element("p", {}, own.advice)] : []),
    element("form", { submit, novalidate: true }, ...fields, button),
  ];
}

/** Says what is wrong, at the step where it can be put right. @param {unknown} error null for nothing. */
function tell(error) {
  if (error === null) {
    wrong = null;
    at_("step").querySelector(".trouble")?.remove();
    return;
  }
  const trouble = error instanceof Refusal ? error : new Refusal("malformed", String(error));
  if (trouble.error === "closed") {
    finished ??= {};
    show("done");
  } else if (trouble.error === "not_paired") {
    draft = { paired: false };
    show("code", trouble);
  } else if (trouble.error === "wrong_code") show(step, trouble);
  else again(trouble);
}

/** Says what is wrong above the form, and leaves in it what was typed. @param {Refusal} trouble */
function again(trouble) {
  wrong = trouble;
  const main = at_("step");
  main.querySelector(".trouble")?.remove();
  main.prepend(said(trouble));
  window.scrollTo(0, 0);
}

/** Says which machine's credentials were brought. */
function who() {
  const name = element("dd", {}, `${draft.serial} · ${draft.name}`);
  return element("dl", {}, element("dt", {}, words.site.machine), name);
}

/** @param {string} text @param {Node} field */
function labelled(text, field) {
  return element("label", {}, text, field);
}

/** @param {string} name */
function at_(name) {
  return /** @type {HTMLElement} */ (document.getElementById(name));
}

at_("language").addEventListener("click", () => {
  words = words === id ? en : id;
  sessionStorage.setItem("language", words === id ? "id" : "en");
  const typed = [...at_("step").querySelectorAll("input:not([type=file]), select, textarea")].map(
    (/** @type {any} */ one) => [one.id, one.value],
  );
  show(step, wrong);
  for (const [name, value] of typed) /** @type {HTMLInputElement} */ (at_(name)).value = value;
  at_("language").focus();
});

at_("back").addEventListener("click", () => {
  if (history.state?.from) {
    history.back();
    return;
  }
  const before = reachable(steps()[steps().indexOf(step) - 1] ?? "file"); // opened at a later step
  history.replaceState({ step: before }, "");
  show(before);
});
window.addEventListener("popstate", ({ state }) => show(reachable(state?.step ?? "file")));

try {
  draft = await ask("hello");
  const came = reachable(history.state?.step ?? (draft.full_cm ? "check" : after("site")));
  history.replaceState({ ...history.state, step: came }, "");
  show(came);
} catch (error) {
  show("code", error instanceof Refusal ? error : new Refusal("malformed", String(error)));
}
