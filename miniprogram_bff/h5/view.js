// Templates that escape by themselves, and a few ways to write dates and money.

class Safe { constructor(text) { this.text = text; } toString() { return this.text; } }

const MARKS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const written = (value) => {
  if (value instanceof Safe) return value.text;
  if (Array.isArray(value)) return value.map(written).join("");
  if (value === null || value === undefined || value === false) return "";
  return String(value).replace(/[&<>"']/g, (mark) => MARKS[mark]);
};

export const html = (parts, ...values) => new Safe(parts.reduce((text, part, i) => text + written(values[i - 1]) + part));
export const trusted = (text) => new Safe(text); // only for what our own door drew, such as a QR code

const zone = { timeZone: "Asia/Shanghai" };
const format = (options) => new Intl.DateTimeFormat("zh-CN", { ...zone, ...options });
const DAY = format({ month: "numeric", day: "numeric" });
const WEEKDAY = format({ weekday: "short" });
const TIME = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const WHOLE = format({ month: "long", day: "numeric" });
const YEAR = format({ year: "numeric" });
const HOUR = format({ hour: "numeric", hourCycle: "h23" });

export const time = (iso) => TIME.format(new Date(iso));
export const hour = (iso) => parseInt(HOUR.format(new Date(iso)), 10);
export const moment = (iso) => {
  const at = new Date(iso);
  const year = YEAR.format(at) === YEAR.format(new Date()) ? "" : YEAR.format(at);
  return `${year}${WHOLE.format(at)} ${WEEKDAY.format(at)} ${TIME.format(at)}`;
};
export const day = (date) => DAY.format(new Date(`${date}T00:00:00+08:00`));
export const weekday = (date) => WEEKDAY.format(new Date(`${date}T00:00:00+08:00`));
export const yuan = (fen) => (fen / 100).toFixed(2);
export const span = (minutes) => (minutes % 60 ? `${minutes} 分钟` : `${minutes / 60} 小时`);

// Where to go on afterwards: a screen of ours, whatever the address says.
export const onward = (query, otherwise) => ((query.get("next") || "").startsWith("#/") ? query.get("next") : otherwise);

export const show = (element, safe) => { element.innerHTML = safe.toString(); };
export const mark = (name) => html`<svg aria-hidden="true"><use href="marks.svg#${name}"></use></svg>`;
export const empty = (name, text, next = "") => html`<section class="card empty">${mark(name)}<p>${text}</p>${next}</section>`;
export const problem = (error) => html`<p class="notice bad" role="alert">${error.message}${Array.isArray(error.detail) ? ` ${error.detail.map((one) => one.problem).filter(Boolean).join("；")}` : ""}</p>`;

// A button that has been tapped says so, and cannot be tapped twice.
export async function busy(button, words, work) {
  const before = button.textContent;
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  button.textContent = words;
  try {
    return await work();
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
    button.textContent = before;
  }
}

let hiding;
export const toast = (text) => {
  const box = document.getElementById("toast");
  box.textContent = text;
  box.classList.add("shown");
  clearTimeout(hiding);
  hiding = setTimeout(() => box.classList.remove("shown"), 3500);
};
