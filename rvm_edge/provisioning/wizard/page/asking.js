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
  const request = body === undefined ? {} : { method: "POST", headers, body: text };
  let answer;
  try {
    answer = await fetch(`/api/${path}`, request);
  } catch {
    throw new Refusal("unheard");
  }
  if (answer.headers.get("Content-Type") === "image/jpeg") return answer.blob();
  const said = await answer.json().catch(() => ({ error: "malformed" }));
  if (!answer.ok) throw new Refusal(said.error ?? "malformed", said.detail, said.wait_s);
  if (said.csrf) csrf = said.csrf;
  return said;
}
