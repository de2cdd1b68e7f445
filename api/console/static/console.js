// What HTML alone cannot: rows of the timetable, the window one sits at, where the keyboard and the eye should be.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.hasAttribute("data-print")) window.print();
  if (button.hasAttribute("data-add")) addPeriod();
  if (button.hasAttribute("data-remove")) removePeriod(button.closest("fieldset"));
  if (button.hasAttribute("data-add-row")) addRow(button.closest("fieldset"));
  if (button.hasAttribute("data-quote")) quote(button.parentElement.querySelector(".text").innerText);
  if (button.hasAttribute("data-remove-row")) removeRow(button.closest(".row-of"));
  if (button.hasAttribute("data-move-row")) moveRow(button, button.closest(".row-of"));
});

// A function key presses the button that names it, wherever the keyboard is.
document.addEventListener("keydown", (event) => {
  if (!/^F\d+$/.test(event.key) || event.repeat || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const button = document.querySelector(`[aria-keyshortcuts="${event.key}"]:not(:disabled)`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

// In a calendar the arrow keys go from cell to cell; one Tab goes past it.
for (const table of document.querySelectorAll("[data-arrows]")) {
  const links = [...table.querySelectorAll("a")];
  if (!links.length) continue;
  const first = table.querySelector("a[aria-current]") ?? links[0];
  links.forEach((one) => (one.tabIndex = one === first ? 0 : -1));
  table.addEventListener("focusin", (event) => links.forEach((one) => (one.tabIndex = one === event.target ? 0 : -1)));
  table.addEventListener("keydown", (event) => {
    const reached = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!reached || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    step(event.target.closest("td"), ...reached)?.focus();
  });
}

// The next cell with a link in that direction: past empty ones, not past the edge.
function step(cell, down, right) {
  for (let at = cell; at; ) {
    const row = at.parentElement.parentElement.rows[at.parentElement.sectionRowIndex + down];
    at = right ? (right > 0 ? at.nextElementSibling : at.previousElementSibling) : row?.cells[at.cellIndex];
    if (at?.querySelector("a")) return at.querySelector("a");
  }
}

let next = 1000;

function addPeriod() {
  const periods = document.getElementById("periods");
  const made = document.createElement("div");
  made.innerHTML = document.getElementById("one-more").innerHTML.replaceAll("NEW", String(next++));
  const period = made.firstElementChild;
  periods.append(period);
  period.querySelector("input[type=checkbox]").focus();
}

function removePeriod(period) {
  const others = [...document.querySelectorAll("#periods fieldset")].filter((one) => one !== period);
  if (!others.length) return;
  period.remove();
  others.at(-1).querySelector("[data-remove]").focus();
}

function addRow(part) {
  const made = document.createElement("div");
  made.innerHTML = part.querySelector("template").innerHTML.replaceAll(".NEW.", `.${next++}.`);
  const row = made.firstElementChild;
  part.querySelector("[data-rows]").append(row);
  row.querySelector("input, select, textarea").focus();
}

function removeRow(row) {
  const part = row.parentElement.closest("fieldset");
  row.remove();
  part.querySelector("[data-add-row]").focus();
}

// A section of a guide goes into the reply, after what was typed.
function quote(text) {
  const reply = document.getElementById("reply");
  reply.value = [reply.value.trim(), text.trim()].filter(Boolean).join("\n");
  reply.focus();
  reply.dispatchEvent(new Event("input", { bubbles: true }));
}

// Rows are read in the order in which they stand; the button keeps the keyboard.
function moveRow(button, row) {
  const up = button.dataset.moveRow === "up";
  const other = up ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  other[up ? "before" : "after"](row);
  button.focus();
}

// A long form: what was typed is not left unsaved unawares, and after saving one goes on where one was.
for (const form of document.querySelectorAll("[data-long]")) {
  let changed = false;
  form.addEventListener("input", () => (changed = true));
  form.addEventListener("click", (event) => (changed ||= event.target.matches("[data-add-row], [data-remove-row], [data-move-row], [name=do]")));
  form.addEventListener("submit", () => sessionStorage.setItem(form.action, String(scrollY)));
  form.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.target === form && event.detail.xhr.status < 400) changed = false;
  });
  addEventListener("beforeunload", (event) => changed && event.preventDefault());
  const place = sessionStorage.getItem(form.action);
  sessionStorage.removeItem(form.action);
  if (place && location.search.includes("saved=")) addEventListener("load", () => scrollTo(0, Number(place)));
}

document.querySelector(".heat [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

for (const field of document.querySelectorAll("[data-remember]")) {
  const name = field.dataset.remember;
  const known = sessionStorage.getItem(name) || localStorage.getItem(name); // two tabs may sit at two windows
  if (!field.value && known) {
    field.value = known;
    addEventListener("load", () => field.dispatchEvent(new Event("change", { bubbles: true })));
  }
  field.addEventListener("input", () => [sessionStorage, localStorage].forEach((one) => one.setItem(name, field.value)));
}

// A deed that was refused leaves the form as it is; one that was done makes room for the next person.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (form.hasAttribute("data-clear") && event.detail.successful) {
    form.reset();
    form.querySelector("input:not([type=hidden]), textarea").focus();
  }
});

// A button that its own deed took away leaves the keyboard at the outcome, not at the top of the page.
let held = false;
document.addEventListener("htmx:beforeSwap", (event) => {
  held = event.detail.target.contains(document.activeElement);
});
document.addEventListener("htmx:afterSettle", () => {
  if (held && document.activeElement === document.body) document.getElementById("outcome").focus();
});

// No answer at all: say so where every outcome is said.
for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    if (event.detail.requestConfig.verb === "get") return;
    const said = document.createElement("div");
    said.className = "outcome bad";
    said.textContent = "没有收到答复，请检查网络，刷新页面核对后再试。";
    document.getElementById("outcome").replaceChildren(said);
  });
}
