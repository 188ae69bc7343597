// A screen as data: what is on it, and nothing of how it looks. Drawn by stage.js.

/** @typedef {import("./edge-client.js").Snapshot} Snapshot */
/** @typedef {import("./edge-client.js").SessionNow} SessionNow */
/** @typedef {import("./edge-client.js").ItemNow} ItemNow */
/** @typedef {import("./words/id.js").Words} Words */

/**
 * What a screen is made from. The machine's own words; the page adds only what time tells.
 *
 * @typedef {object} Scene
 * @property {Snapshot} snapshot what is known of the machine.
 * @property {boolean} mayAct this screen may ask for more than a look.
 * @property {SessionNow | null} farewell the deposit that ended a moment ago.
 * @property {"id" | "en"} language
 * @property {Words} words
 */

/**
 * @typedef {object} Picture
 * @property {string} path on the bridge.
 * @property {[number, number, number, number] | null} box left, top, right, bottom, as shares.
 * @property {"" | "good" | "back"} mark how the box is drawn.
 */

/**
 * @typedef {object} Action
 * @property {string} verb a request of the bridge; `dismiss` is the page's own.
 * @property {string} label
 * @property {boolean} main the one thing to do here.
 */

/**
 * @typedef {object} Sheet
 * @property {string} name
 * @property {"calm" | "good" | "back" | "stop"} tone
 * @property {string} art a picture of pictures.svg.
 * @property {string} headline
 * @property {string} advice
 * @property {Picture | null} picture shown in place of the art.
 * @property {{content: string, label: string} | null} qr shown in place of the art.
 * @property {{number: number, label: string, tone: "good" | "back"}[]} counts
 * @property {{label: string, text: string, small?: string} | null} code for people to read out or type.
 * @property {Action[]} actions
 * @property {boolean} busy the machine is at it; it ends by itself.
 */

/**
 * Return a sheet with nothing on it but what is given.
 *
 * @param {Partial<Sheet> & {name: string, headline: string}} given
 * @returns {Sheet}
 */
export function sheet(given) {
  return {
    tone: "calm",
    art: "bottle",
    advice: "",
    picture: null,
    qr: null,
    counts: [],
    code: null,
    actions: [],
    busy: false,
    ...given,
  };
}
