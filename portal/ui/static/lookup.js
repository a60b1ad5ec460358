// @ts-check
/**
 * Suggestions below a field: the ARIA combobox with a listbox. `input[data-lookup=URL]`, see app.js.
 * Arrow keys choose, Enter takes (and goes on), Esc closes. Enter before the answer has come (a
 * scanner is faster than any server) takes the first hit as soon as it is there.
 */

/** @typedef {{goOn: (field: HTMLElement) => boolean, within: (target: EventTarget | null, selector: string) => HTMLElement | null, words: (name: string) => string}} Sanbao */
const { goOn, within, words } = /** @type {{sanbao: Sanbao}} */ (/** @type {unknown} */ (window)).sanbao;
const LOOKUP_PAUSE = 120;

/** @typedef {{list: HTMLUListElement, timer: number, asked: string, pending: boolean, take: boolean, abort?: AbortController}} Lookup */

/** @type {WeakMap<HTMLInputElement, Lookup>} */ const lookups = new WeakMap();
let counter = 0;

/** @param {EventTarget | null} target @returns {HTMLInputElement | null} */
function inputOf(target) {
  return target instanceof HTMLInputElement && target.dataset.lookup ? target : null;
}

/** @param {HTMLInputElement} input @returns {Lookup} */
function lookupOf(input) {
  const known = lookups.get(input);
  if (known) return known;
  const list = document.createElement("ul");
  list.id = `lookup-${++counter}`;
  list.className = "lookup-list";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  const label = input.labels?.[0]?.textContent ?? input.getAttribute("aria-label") ?? "";
  list.setAttribute("aria-label", label.trim());
  input.parentElement?.classList.add("lookup-anchor");
  input.after(list);
  for (const [name, value] of Object.entries({
    role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) input.setAttribute(name, value);
  const made = { list, timer: 0, asked: "", pending: false, take: false };
  lookups.set(input, made);
  return made;
}

/** @param {Lookup} lookup @returns {HTMLElement[]} */
const optionsOf = (lookup) => [...lookup.list.querySelectorAll('[role="option"]')].map((item) => /** @type {HTMLElement} */ (item));

/** @param {HTMLInputElement} input */
function close(input) {
  const lookup = lookupOf(input);
  lookup.list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

/** @param {HTMLInputElement} input @param {number} position */
function activate(input, position) {
  const lookup = lookupOf(input), options = optionsOf(lookup);
  options.forEach((option, index) => option.setAttribute("aria-selected", String(index === position)));
  const option = options[position];
  if (!option) return input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

/** @param {Lookup} lookup */
const active = (lookup) => optionsOf(lookup).findIndex((option) => option.getAttribute("aria-selected") === "true");

/** @param {HTMLInputElement} input */
async function search(input) {
  const lookup = lookupOf(input), text = input.value.trim();
  lookup.abort?.abort();
  if (text.length < Number(input.dataset.lookupMin ?? 1)) { lookup.pending = lookup.take = false; return close(input); }
  lookup.abort = new AbortController();
  lookup.pending = true;
  lookup.asked = text;
  try {
    const url = new URL(input.dataset.lookup ?? "", location.href);
    url.searchParams.set("q", text);
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, signal: lookup.abort.signal });
    if (!answer.ok) throw new Error(String(answer.status));
    show(input, await answer.text());
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return;
    lookup.pending = lookup.take = false;
    close(input);
  }
}

/** @param {HTMLInputElement} input @param {string} html */
function show(input, html) {
  const lookup = lookupOf(input);
  lookup.pending = false;
  const parsed = new DOMParser().parseFromString(`<ul>${html}</ul>`, "text/html");
  const options = [...parsed.querySelectorAll('[role="option"]')];
  options.forEach((option, index) => { option.id = `${lookup.list.id}-${index}`; });
  lookup.list.replaceChildren(...options);
  if (!options.length) {
    const none = document.createElement("li");
    none.className = "lookup-none";
    none.setAttribute("role", "presentation");
    none.textContent = words("noHits");
    lookup.list.append(none);
  }
  if (lookup.take) {
    lookup.take = false;
    if (options.length) return take(input, /** @type {HTMLElement} */ (options[0]), true);
  }
  if (document.activeElement !== input) return close(input);
  lookup.list.hidden = false;
  input.setAttribute("aria-expanded", "true");
  activate(input, 0);
}

/** @param {HTMLInputElement} input @param {HTMLElement} option @param {boolean} further go on to the next field */
function take(input, option, further) {
  close(input);
  input.value = option.dataset.value ?? option.textContent?.trim() ?? "";
  const scope = input.closest("[data-lookup-scope]") ?? input.form ?? document;
  for (const [name, value] of Object.entries(option.dataset)) {
    if (name.startsWith("fill") && name !== "fill") fill(scope, name.slice(4), value ?? "");
  }
  input.dispatchEvent(new Event("change", { bubbles: true }));
  input.dispatchEvent(new CustomEvent("lookup:taken", { bubbles: true, detail: { value: input.value } }));
  if (further && within(input, "form[data-enter-next]")) goOn(input);
}

/** @param {ParentNode} scope @param {string} camel the name after data-fill-, in camel case @param {string} value */
function fill(scope, camel, value) {
  const dashed = camel.replace(/^[A-Z]/, (letter) => letter.toLowerCase()).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const under = dashed.replaceAll("-", "_");
  const target = scope.querySelector(`[data-fill="${dashed}"], [name="${under}"], [name$="-${under}"]`);
  if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement) {
    target.value = value;
    target.dispatchEvent(new Event("change", { bubbles: true }));
  } else if (target) target.textContent = value;
}

document.addEventListener("focusin", (event) => { const input = inputOf(event.target); if (input) lookupOf(input); });
document.addEventListener("focusout", (event) => { const input = inputOf(event.target); if (input) close(input); });
document.addEventListener("input", (event) => {
  const input = inputOf(event.target);
  if (!input || /** @type {InputEvent} */ (event).isComposing) return;
  const lookup = lookupOf(input);
  clearTimeout(lookup.timer);
  lookup.pending = true;
  lookup.timer = window.setTimeout(() => search(input), LOOKUP_PAUSE);
});
document.addEventListener("compositionend", (event) => { const input = inputOf(event.target); if (input) search(input); });

// Before app.js: Enter in an open list takes, it does not go on by itself.
document.addEventListener("keydown", (event) => {
  const input = inputOf(event.target);
  if (!input || event.isComposing) return;
  const lookup = lookupOf(input), options = optionsOf(lookup), open = !lookup.list.hidden;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (!open) { search(input); return; }
    const step = event.key === "ArrowDown" ? 1 : -1;
    activate(input, (active(lookup) + step + options.length) % (options.length || 1));
  } else if (event.key === "Escape" && open) {
    event.preventDefault();
    close(input);
  } else if (event.key === "Enter" && lookup.pending) {
    event.preventDefault();
    lookup.take = true;
  } else if (event.key === "Enter" && open && options[active(lookup)]) {
    event.preventDefault();
    take(input, options[active(lookup)], true);
  }
}, true);

document.addEventListener("mousedown", (event) => {
  const list = within(event.target, ".lookup-list");
  if (list) event.preventDefault(); // the field keeps the focus
});
document.addEventListener("click", (event) => {
  const option = within(event.target, '.lookup-list [role="option"]');
  const input = option?.closest(".lookup-list")?.previousElementSibling;
  if (option && input instanceof HTMLInputElement) { take(input, option, false); input.focus(); }
});

export {};
