// Choosing a day and a slot of a business, for a new booking and for another time.
import { get } from "../api.js";
import { day, html, show, time, weekday } from "../view.js";

const FULL = "约满";

// Draws into `box`; `chosen` hears the slot that was picked, or null. With `queue`, full slots can be picked too.
export async function picker(box, view, chosen, queue = false) {
  const usable = (one) => one.free > 0 || (queue && one.label === FULL);
  show(box, html`<section class="card"><h2>选择日期</h2><div class="dates" role="group" aria-label="日期">${view.dates.map((one) => html`
      <button class="date" data-date="${one.date}" aria-pressed="false" ${usable(one) ? "" : "disabled"}>${weekday(one.date)}<b>${day(one.date)}</b><small>${one.free ? `余 ${one.free}` : one.label}</small></button>`)}</div>
      ${view.dates.length ? "" : html`<p class="soft">暂无可预约日期，请留意放号时间（${view.release_note}）。</p>`}</section>
    <section class="card"><h2>选择时段</h2><div class="slots" id="slots" role="group" aria-label="时段"><p class="soft">请先选择日期。</p></div></section>`);
  const slots = box.querySelector("#slots");
  let list = [];

  const pick = async (date) => {
    chosen(null);
    for (const button of box.querySelectorAll(".date")) button.setAttribute("aria-pressed", button.dataset.date === date);
    list = await get(`/v1/slots?type_id=${view.id}&date=${date}`);
    const open = (one) => one.state === "open" || (queue && one.state === "full");
    show(slots, html`${list.map((one) => html`<button class="slot ${one.state}" data-slot="${one.id}" aria-pressed="false" ${open(one) ? "" : "disabled"}>
      ${time(one.starts_at)}–${time(one.ends_at)}<small>${one.state === "open" ? `余 ${one.free} 个` : one.state === "full" && queue ? "约满 · 可候补" : one.label}</small></button>`)}`);
  };
  box.querySelector(".dates").onclick = (event) => {
    const button = event.target.closest(".date");
    if (button) pick(button.dataset.date);
  };
  slots.onclick = (event) => {
    const button = event.target.closest(".slot");
    if (!button) return;
    for (const one of slots.querySelectorAll(".slot")) one.setAttribute("aria-pressed", one === button);
    chosen(list.find((one) => one.id === Number(button.dataset.slot)));
  };
  const first = view.dates.find((one) => one.free > 0);
  if (first) await pick(first.date);
}
