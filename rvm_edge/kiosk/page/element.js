// Makes elements. Text goes in as text, never as markup.

/** @typedef {Record<string, string | number | boolean | ((event: any) => void)>} Properties */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an HTML element.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Properties} [properties] attributes; a function listens for the event of its name; false
 *   leaves the attribute out.
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  furnish(made, properties);
  made.append(...children);
  return made;
}

/**
 * Make an SVG element.
 *
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Properties} [properties]
 * @param {...Node} children
 * @returns {SVGElementTagNameMap[Name]}
 */
export function drawing(name, properties = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  furnish(made, properties);
  made.append(...children);
  return made;
}

/**
 * Draw one of the pictures of pictures.svg; it says nothing to a screen reader.
 *
 * @param {string} name
 * @param {string} [className]
 */
export function art(name, className = "art") {
  const use = drawing("use", { href: `pictures.svg#${name}` });
  return drawing("svg", { class: className, "aria-hidden": "true" }, use);
}

/**
 * Find an element that index.html has.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`index.html has no #${id}`);
  return found;
}

/**
 * @param {Element} made
 * @param {Properties} properties
 */
function furnish(made, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
}
