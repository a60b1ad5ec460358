// @ts-check
/**
 * What the pages do in the browser. One module, no build, no inline script; everything is asked for
 * by data attributes and listened to at the document, so what htmx brings in later works as well.
 *
 *   data-shortcut="n"        link, button or field: the key presses or focuses it (listed by `?`)
 *   tr[data-line]            j and k go along these (else along the rows of a list); 1, 2, 3 choose in the
 *                            select[data-line-choice] of the line at hand and go on to its [data-for-choice=VALUE]
 *   [data-more-keys]         rows of a hidden table that the help lists too; Esc leaves a field
 *   form[data-enter-next]    Enter goes on to the next field, in the last one it sends (Ctrl+Enter in a textarea)
 *   form[data-autosave=URL]  what is typed is posted to URL after a pause; says so in [data-autosave-status]
 *   form[data-repeatable]    may be sent again at once (a file comes back, the page stays)
 *   form[data-join=NAME]     check boxes called NAME are sent as one value, joined by commas
 *   data-confirm="Words"     form or button: asks first; {n} is the number of marked rows
 *   input[data-lookup=URL]   suggestions from URL?q=…: `<li role="option" data-value="…" data-fill-name="…">`;
 *                            data-fill-x fills [data-fill="x"] or the field x inside [data-lookup-scope] or the form;
 *                            data-lookup-min="2" characters before asking
 *   input[data-vin]          upper case, without blanks and hyphens: for typing, pasting and scanning
 *   input[data-select-all]   marks every input[data-select] of its form; [data-selected-count] shows how many,
 *                            button[data-needs-selection] is off while there is none
 *   data-open-dialog="id", data-close-dialog       opens a <dialog>; closes the one around
 *   details[data-menu]       closes on Esc and on a click elsewhere
 *   [data-focus]             takes the focus when it arrives (error summary)
 *   input[data-scan]         what a scanner types into: after a fault it keeps the focus, marked, so that the next scan replaces
 *                            what was wrong
 */

const TYPABLE = "input:not([type=hidden]):not([type=submit]):not([type=button]), select, textarea";
const AUTOSAVE_PAUSE = 1200;
const SEND_AGAIN_AFTER = 15000;

/** @param {string} name @param {Record<string, string | number>} [facts] @returns {string} */
function words(name, facts = {}) {
  const text = document.getElementById("words")?.dataset[name] ?? "";
  return text.replace(/\{(\w+)\}/g, (_all, key) => String(facts[key] ?? ""));
}

/** @returns {string} */
const token = () => document.querySelector("meta[name=csrf-token]")?.getAttribute("content") ?? "";

/** @param {EventTarget | null} target @param {string} selector @returns {HTMLElement | null} */
const within = (target, selector) => (target instanceof Element ? target.closest(selector) : null);

let noticeTimer = 0;
/** Say something at the edge of the page, for a while. @param {string} text */
function notify(text) {
  const place = document.getElementById("notice");
  if (!place) return;
  place.textContent = text;
  clearTimeout(noticeTimer);
  noticeTimer = window.setTimeout(() => { place.textContent = ""; }, 8000);
}

/* ---- short cuts and dialogs ---------------------------------------------------------------- */

/** @param {HTMLElement} element */
const shown = (element) => element.getClientRects().length > 0 && element.checkVisibility(); // not in closed details

/** What a button or link is called, without the key drawn on it. @param {HTMLElement} element @returns {string} */
function nameOf(element) {
  const copy = /** @type {HTMLElement} */ (element.cloneNode(true));
  copy.querySelectorAll("kbd").forEach((key) => key.remove());
  return (element.getAttribute("aria-label") ?? /** @type {HTMLInputElement} */ (element).labels?.[0]?.textContent ?? copy.textContent ?? "").trim();
}

/** List the page's own short cuts in the help. */
function listShortcuts() {
  const place = document.querySelector("[data-page-keys]");
  if (!place) return;
  place.replaceChildren();
  for (const element of document.querySelectorAll("[data-shortcut]")) {
    if (!(element instanceof HTMLElement) || element.dataset.shortcut === "/" || !shown(element)) continue;
    const row = place.appendChild(document.createElement("tr"));
    const head = row.appendChild(document.createElement("th"));
    head.scope = "row";
    head.appendChild(document.createElement("kbd")).textContent = element.dataset.shortcut ?? "";
    row.appendChild(document.createElement("td")).textContent = nameOf(element);
  }
  document.querySelectorAll("[data-more-keys] tr").forEach((row) => place.appendChild(row.cloneNode(true)));
}

/** @param {string} id */
function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  if (id === "help") listShortcuts();
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") return leave(event.target);
  if (within(event.target, `${TYPABLE}, [contenteditable]`) || document.querySelector("dialog[open]")) return;
  if (event.key === "?") { event.preventDefault(); return openDialog("help"); }
  for (const element of document.querySelectorAll("[data-shortcut]")) {
    if (!(element instanceof HTMLElement) || element.dataset.shortcut !== event.key || !shown(element)) continue;
    event.preventDefault();
    if (element.matches(TYPABLE)) { element.focus(); /** @type {HTMLInputElement} */ (element).select?.(); }
    else element.click();
    return;
  }
  if (lineKey(event.key)) event.preventDefault();
});

/** Close menus; out of a field, so that the keys of the page work again. @param {EventTarget | null} target */
function leave(target) {
  closeMenus(null);
  const field = within(target, TYPABLE);
  if (!field || document.querySelector("dialog[open]")) return;
  const line = within(field, "[data-line]");
  if (line) line.focus(); else field.blur();
}

/* ---- lines and rows by keys ------------------------------------------------------------------ */

/** Where a row takes the focus: itself, or its first link. @param {Element} row @returns {HTMLElement | null} */
const hold = (row) => (row instanceof HTMLElement && row.hasAttribute("tabindex") ? row : row.querySelector("a"));

/** Go along lines, or choose for the one at hand. @param {string} key @returns {boolean} whether the key did something */
function lineKey(key) {
  const rows = [...document.querySelectorAll("[data-line]")];
  if (!rows.length) rows.push(...document.querySelectorAll("table.list tbody tr"));
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  if (key === "j" || key === "k") {
    const row = rows[key === "j" ? Math.min(at + 1, rows.length - 1) : Math.max(at - 1, 0)];
    const place = row && hold(row);
    place?.focus();
    return Boolean(place);
  }
  const choice = (rows[Math.max(at, 0)])?.querySelector("select[data-line-choice]");
  if (!/^[1-9]$/.test(key) || !(choice instanceof HTMLSelectElement) || choice.disabled || !choice.options[Number(key) - 1]) return false;
  choice.selectedIndex = Number(key) - 1;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  const wanted = choice.closest("tr")?.querySelector(`[data-for-choice="${CSS.escape(choice.value)}"]`);
  if (wanted instanceof HTMLElement) wanted.focus(); else hold(/** @type {Element} */ (choice.closest("tr")))?.focus();
  return true;
}

/** @param {EventTarget | null} except */
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!(except instanceof Node && menu.contains(except))) menu.removeAttribute("open");
  }
}

document.addEventListener("click", (event) => {
  closeMenus(event.target);
  const opener = within(event.target, "[data-open-dialog]");
  if (opener) { closeMenus(null); openDialog(opener.dataset.openDialog ?? ""); }
  const dialog = within(event.target, "dialog");
  if (dialog instanceof HTMLDialogElement && (within(event.target, "[data-close-dialog]") || event.target === dialog)) {
    dialog.close();
  }
});

/* ---- sending forms: ask first, send once ----------------------------------------------------- */

/** @type {HTMLElement | null} */ let confirmed = null;

/** Ask in a dialog whose yes says what happens. @param {string} text @param {HTMLElement | null} button @returns {Promise<boolean>} */
function ask(text, button) {
  const dialog = document.getElementById("confirm");
  if (!(dialog instanceof HTMLDialogElement)) return Promise.resolve(false);
  const place = document.getElementById("confirm-text");
  if (place) place.textContent = text;
  const yes = dialog.querySelector("[data-confirm-yes]");
  if (yes instanceof HTMLElement) {
    yes.textContent = (button && nameOf(button)) || (yes.dataset.words ?? "");
    yes.className = button?.matches(".btn-danger, .btn-outline-danger") ? "btn btn-danger" : "btn btn-primary";
  }
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

/** @param {HTMLFormElement} form */
const marked = (form) => form.querySelectorAll("input[data-select]:checked").length;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method === "dialog") return;
  const button = /** @type {HTMLElement | null} */ (event.submitter);
  const question = button?.dataset.confirm ?? form.dataset.confirm;
  if (question && confirmed !== form) {
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(question.replace("{n}", String(marked(form))), button).then((yes) => {
      if (!yes) return;
      confirmed = form;
      form.requestSubmit(/** @type {HTMLButtonElement | null} */ (button));
      confirmed = null;
    });
    return;
  }
  if (form.method === "post" && form.dataset.sent) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, true);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  const name = form.dataset.join;
  if (name) joinBoxes(form, name);
  // A save that is still on its way would come too late: what is sent now holds all of it.
  if (!event.defaultPrevented) form.dispatchEvent(new CustomEvent("htmx:abort", { bubbles: true, detail: {} }));
  if (form.method !== "post" || form.dataset.repeatable !== undefined) return;
  if (event.defaultPrevented && !form.matches("[hx-post], [data-hx-post]")) return;
  form.dataset.sent = "1";
  // After this turn: a button that is off at once would not be sent along.
  setTimeout(() => buttonsOf(form).forEach((button) => { button.disabled = true; }));
  setTimeout(() => sendable(form), SEND_AGAIN_AFTER);
});

/** @param {HTMLFormElement} form @returns {HTMLButtonElement[]} */
function buttonsOf(form) {
  return /** @type {HTMLButtonElement[]} */ ([...form.elements].filter(
    (element) => element instanceof HTMLButtonElement && element.type === "submit" && !(element.disabled && !form.dataset.sent)));
}

/** @param {HTMLFormElement} form */
function sendable(form) {
  if (!form.dataset.sent) return;
  buttonsOf(form).forEach((button) => { button.disabled = false; });
  delete form.dataset.sent;
  countSelection(form);
}

window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(
  (form) => sendable(/** @type {HTMLFormElement} */ (form))));

/** @param {HTMLFormElement} form @param {string} name */
function joinBoxes(form, name) {
  const boxes = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("input[type=checkbox]")].filter(
    (box) => box.getAttribute("name") === name));
  const joined = form.appendChild(document.createElement("input"));
  joined.type = "hidden";
  joined.name = name;
  joined.value = boxes.filter((box) => box.checked).map((box) => box.value).join(",");
  boxes.forEach((box) => { box.disabled = true; });
}

/* ---- Enter goes on --------------------------------------------------------------------------- */

/** @param {HTMLElement} field @returns {boolean} true when it went on, false in the last field */
function goOn(field) {
  const form = field.closest("form");
  if (!form) return false;
  const fields = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll(TYPABLE)]).filter(
    (item) => !item.disabled && !item.readOnly && item.tabIndex >= 0 && shown(item) && item.form === form
      && !(item.type === "radio" && !item.checked && form.querySelector(`input[name="${CSS.escape(item.name)}"]:checked`)));
  const following = fields[fields.indexOf(/** @type {HTMLInputElement} */ (field)) + 1];
  if (!following) { form.requestSubmit(); return false; }
  following.focus();
  if (/^(text|search|tel|number|email)$/.test(following.type)) following.select();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.defaultPrevented || event.isComposing || event.shiftKey || event.altKey) return;
  const field = within(event.target, TYPABLE);
  if (!field || !within(field, "form[data-enter-next]")) return;
  if (field instanceof HTMLTextAreaElement && !event.ctrlKey && !event.metaKey) return;
  if (field instanceof HTMLInputElement && /^(file|image|reset)$/.test(field.type)) return;
  event.preventDefault();
  goOn(field);
});

/* ---- fields ---------------------------------------------------------------------------------- */

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || field.dataset.vin === undefined || /** @type {InputEvent} */ (event).isComposing) return;
  const at = (field.value.slice(0, field.selectionStart ?? 0).replace(/[\s-]/g, "")).length;
  const clean = field.value.replace(/[\s-]/g, "").toUpperCase();
  if (clean === field.value) return;
  field.value = clean;
  field.setSelectionRange(at, at);
}, true);

/** What belongs to a form, also from rows of a list that stand outside it.
 * @param {HTMLFormElement} form @param {string} mark @returns {HTMLInputElement[]} */
const boxesOf = (form, mark) => /** @type {HTMLInputElement[]} */ ([...form.elements].filter((item) => item.matches(`input[${mark}]`)));

/** @param {HTMLFormElement} form */
function countSelection(form) {
  const boxes = boxesOf(form, "data-select");
  if (!boxes.length) return;
  const count = boxes.filter((box) => box.checked).length;
  boxesOf(form, "data-select-all").forEach((all) => {
    all.checked = count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  });
  form.querySelectorAll("[data-selected-count]").forEach((place) => { place.textContent = String(count); });
  form.querySelectorAll("button[data-needs-selection]").forEach(
    (button) => { /** @type {HTMLButtonElement} */ (button).disabled = count === 0; });
}

document.addEventListener("change", (event) => {
  const box = event.target;
  if (!(box instanceof HTMLInputElement) || !box.form) return;
  if (box.dataset.selectAll !== undefined) {
    boxesOf(box.form, "data-select").forEach((item) => { if (!item.disabled) item.checked = box.checked; });
  } else if (box.dataset.select === undefined) return;
  countSelection(box.form);
});

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button[data-fold]") : null;
  if (button) button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true"));
});

/* ---- drafts ---------------------------------------------------------------------------------- */

/** @type {WeakMap<HTMLFormElement, number>} */ const waiting = new WeakMap();

/** @param {HTMLFormElement} form */
async function saveDraft(form) {
  if (form.dataset.sent) return;
  const body = new FormData(form);
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  const status = form.querySelector("[data-autosave-status]");
  let well = false;
  try {
    const answer = await fetch(form.dataset.autosave ?? "", { method: "POST", body, headers: { "X-CSRFToken": token(), "HX-Request": "true" } });
    well = answer.ok;
  } catch { well = false; }
  const time = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
  if (status) status.textContent = well ? words("draftSaved", { time }) : words("draftFailed");
}

document.addEventListener("input", (event) => {
  const form = within(event.target, "form[data-autosave]");
  if (!(form instanceof HTMLFormElement)) return;
  clearTimeout(waiting.get(form));
  waiting.set(form, window.setTimeout(() => saveDraft(form), AUTOSAVE_PAUSE));
});

/* ---- htmx ------------------------------------------------------------------------------------ */

document.addEventListener("htmx:configRequest", (event) => {
  /** @type {CustomEvent} */ (event).detail.headers["X-CSRFToken"] = token();
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = within(event.target, "form");
  if (form instanceof HTMLFormElement) sendable(form);
});
document.addEventListener("htmx:responseError", (event) => {
  const answer = new DOMParser().parseFromString(/** @type {CustomEvent} */ (event).detail.xhr.responseText, "text/html");
  notify(answer.querySelector("[data-error-text]")?.textContent?.trim() || words("failed"));
});
document.addEventListener("htmx:sendError", () => notify(words("offline")));
document.addEventListener("htmx:load", (event) => ready(/** @type {ParentNode} */ (/** @type {unknown} */ (event.target))));

/* ---- beginning ------------------------------------------------------------------------------- */

/** @param {ParentNode} root */
function ready(root) {
  // Faults are told by the portal, at the field and in the reader's language, not by the browser.
  root.querySelectorAll("form").forEach((form) => { if (form.method === "post") form.noValidate = true; countSelection(form); });
  const place = root.querySelector("[data-scan][aria-invalid=true]") ?? root.querySelector("[data-focus]");
  if (place instanceof HTMLElement) place.focus();
  if (place instanceof HTMLInputElement) place.select();
}

// For lookup.js: an import would load this file again under its address without the version.
Object.assign(window, { sanbao: { goOn, within, words } });
ready(document);

export {};
