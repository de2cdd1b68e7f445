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
const TIME = format({ hour: "2-digit", minute: "2-digit", hour12: false });
const WHOLE = format({ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false });

export const time = (iso) => TIME.format(new Date(iso));
export const moment = (iso) => WHOLE.format(new Date(iso));
export const day = (date) => DAY.format(new Date(`${date}T00:00:00+08:00`));
export const weekday = (date) => WEEKDAY.format(new Date(`${date}T00:00:00+08:00`));
export const yuan = (fen) => (fen / 100).toFixed(2);

export const show = (element, safe) => { element.innerHTML = safe.toString(); };
export const mark = (name) => html`<svg aria-hidden="true"><use href="marks.svg#${name}"></use></svg>`;
export const empty = (text) => html`<p class="card soft">${text}</p>`;

let hiding;
export const toast = (text) => {
  const box = document.getElementById("toast");
  box.textContent = text;
  box.classList.add("shown");
  clearTimeout(hiding);
  hiding = setTimeout(() => box.classList.remove("shown"), 3500);
};
