/* Elements made by hand. What a user or a file wrote gets into the page as text, never as markup:
   nothing of the page sets innerHTML, so a strategy may be called what it likes. */

export const by = (id) => document.getElementById(id);

/* An element with its attributes, `class`, `text` and `on` (event -> listener) among them. */
export function make(tag, { text, on = {}, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  for (const [event, listener] of Object.entries(on)) element.addEventListener(event, listener);
  element.append(...children.filter((each) => each !== null && each !== undefined));
  return element;
}

function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : value);
}

const SPACE = "http://www.w3.org/2000/svg";

/* An element of a drawing; its text, where it has one, is `text`. */
export function draw(tag, { text, ...attributes } = {}, ...children) {
  const element = document.createElementNS(SPACE, tag);
  if (text !== undefined) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...children);
  return element;
}

/* Write a text where it is another one: what stays is not touched, so a selection survives. */
export function write(element, text, tone = "") {
  if (element.textContent !== text) element.textContent = text;
  element.classList.toggle("good", tone === "good");
  element.classList.toggle("bad", tone === "bad");
}

/* Children for items by their keys: those that stay are written anew, so focus and scrolling stay. */
export function keyed(host, items, keyOf, made, written) {
  const there = new Map([...host.children].map((child) => [child.dataset.key, child]));
  let before = null;
  for (const item of items) {
    const key = String(keyOf(item));
    let child = there.get(key);
    const fresh = !child;
    if (fresh) {
      child = made(item);
      child.dataset.key = key;
    }
    there.delete(key);
    const place = before ? before.nextSibling : host.firstChild;
    if (child !== place) host.insertBefore(child, place);
    written(child, item, fresh);
    before = child;
  }
  for (const child of there.values()) child.remove();
}

/* A list of names and texts: [[name, text, tone, hint], ...]. */
export function listed(host, rows) {
  const made = () => make("div", {}, make("dt"), make("dd"));
  keyed(host, rows, ([name]) => name, made, (row, [name, text, tone, hint]) => {
    write(row.firstChild, name);
    write(row.lastChild, text, tone);
    setAttribute(row.lastChild, "title", hint);
  });
}

export const toneOf = (value) => (value > 0 ? "good" : value < 0 ? "bad" : "");
