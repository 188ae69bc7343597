// Asks the machine. What it answers is data; what goes wrong is a Refusal with a name.

export class Refusal extends Error {
  /**
   * @param {string} name_ for which the page has words.
   * @param {string} detail in English.
   * @param {number} wait seconds.
   */
  constructor(name_, detail = "", wait = 0) {
    super(detail);
    this.error = name_;
    this.detail = detail;
    this.wait = wait;
  }
}

/** So long one of these may take: the machine asks others, looks around, or moves. */
const LONG_MS = 150_000;
const LONG = ["bin", "clean", "finish", "hold", "looks", "picture"];

/** And so long everything else, where a network loses what is said without a word. */
const MOST_MS = 15_000;

let csrf = "";

/**
 * Ask, and return the answer.
 *
 * @param {string} path below /api/.
 * @param {string | object} [body] a text goes as it is; nothing asks without changing anything.
 * @returns {Promise<any>} what the JSON holds, or a picture.
 */
export async function ask(path, body) {
  const headers = { "Content-Type": "application/json", "X-RVM-Setup": csrf };
  const text = typeof body === "object" ? JSON.stringify(body) : body;
  const enough = new AbortController();
  const timer = window.setTimeout(() => enough.abort(), LONG.includes(path) ? LONG_MS : MOST_MS);
  const { signal } = enough;
  const request = body === undefined ? { signal } : { method: "POST", headers, body: text, signal };
  let answer;
  try {
    answer = await fetch(`/api/${path}`, request);
  } catch {
    throw new Refusal("unheard");
  } finally {
    window.clearTimeout(timer);
  }
  if (answer.headers.get("Content-Type") === "image/jpeg") return answer.blob();
  const said = await answer.json().catch(() => ({ error: "malformed" }));
  if (!answer.ok) throw new Refusal(said.error ?? "malformed", said.detail, said.wait_s);
  if (said.csrf) csrf = said.csrf;
  return said;
}
