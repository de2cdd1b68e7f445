// 预约: hall → department → business → date → slot, and my bookings.
import { get, intent, post, Refused } from "../api.js";
import { queue } from "./queue.js";
import { day, empty, html, moment, show, time, toast, trusted, weekday } from "../view.js";

export const STATES = {
  booked: ["已预约", "brand"], checked_in: ["等候叫号", "good"], serving: ["办理中", "good"], finished: ["已办结", "good"],
  cancelled: ["已取消", ""], office_cancelled: ["大厅已取消", "warn"], no_show: ["爽约", "bad"], unserved: ["到场未办", "warn"],
};
const state = (one) => html`<span class="tag ${(STATES[one] || ["", ""])[1]}">${(STATES[one] || [one])[0]}</span>`;

export async function book(main, query) {
  const item = query.get("item") || "";
  const halls = await get(`/v1/halls${item ? `?item=${encodeURIComponent(item)}` : ""}`);
  show(main, html`<h1>预约取号 · 选择大厅</h1>${halls.length ? html`<section class="card"><ul class="list">${halls.map((one) => html`
    <li><a class="row" href="#/book/${one.code}${item ? `?item=${encodeURIComponent(item)}` : ""}"><span>${one.name}<small>${one.address}</small><small>${one.opening_hours}</small></span></a></li>`)}</ul></section>`
    : empty("这个事项暂时没有可预约的大厅，可直接到窗口办理，或拨打 12345 咨询。")}`);
}

export async function hall(main, code, query) {
  const view = await get(`/v1/halls/${encodeURIComponent(code)}`);
  const item = query.get("item") || "";
  show(main, html`<h1>${view.name}</h1><p class="soft">${view.address} · ${view.opening_hours} ${view.phone ? html`· <a href="tel:${view.phone}">${view.phone}</a>` : ""}</p>
    ${view.departments.length ? view.departments.map((department) => html`<section class="card"><h2>${department.name}</h2><ul class="list">${department.types.map((one) => html`
      <li><a class="row" href="#/book/${code}/${one.code}"><span>${one.name} ${item && one.item_codes.includes(item) ? html`<span class="tag brand">您要办的</span>` : ""}
      <small>${one.real_name_needed ? "需实名认证" : "无需实名"}</small></span></a></li>`)}</ul></section>`) : empty("这个大厅暂时没有开放预约的业务。")}`);
}

export async function type(main, code) {
  const view = await get(`/v1/types/${encodeURIComponent(code)}`);
  const open = view.dates.find((one) => one.free > 0) || view.dates[0];
  let chosen = null;
  let key = intent();
  show(main, html`<h1>${view.name}</h1><p class="soft">${view.hall_name} · ${view.department_name}</p>
    <section class="card"><h2>选择日期</h2><div class="dates" role="group" aria-label="日期">${view.dates.map((one) => html`
      <button class="date" data-date="${one.date}" aria-pressed="false" ${one.free ? "" : "disabled"}>${weekday(one.date)}<b>${day(one.date)}</b><small>${one.free ? `余 ${one.free}` : one.label}</small></button>`)}</div>
      ${view.dates.length ? "" : html`<p class="soft">暂无可预约日期，请留意放号时间（${view.release_note}）。</p>`}</section>
    <section class="card"><h2>选择时段</h2><div class="slots" id="slots" role="group" aria-label="时段"><p class="soft">请先选择日期。</p></div></section>
    <div id="problem"></div>
    <div class="actions"><button class="button main wide" id="reserve" disabled>确认预约</button></div>
    <p class="hint">${view.release_note}；开始前 ${view.cancel_minutes} 分钟以前可以取消。</p>`);
  const slots = main.querySelector("#slots");
  const reserve = main.querySelector("#reserve");

  const pick = async (date) => {
    chosen = null;
    reserve.disabled = true;
    for (const button of main.querySelectorAll(".date")) button.setAttribute("aria-pressed", button.dataset.date === date);
    const list = await get(`/v1/slots?type_id=${view.id}&date=${date}`);
    show(slots, html`${list.map((one) => html`<button class="slot" data-slot="${one.id}" aria-pressed="false" ${one.state === "open" ? "" : "disabled"}>
      ${time(one.starts_at)}–${time(one.ends_at)}<small>${one.state === "open" ? `余 ${one.free} 个` : one.label}</small></button>`)}`);
  };
  main.querySelector(".dates").onclick = (event) => {
    const button = event.target.closest(".date");
    if (button) pick(button.dataset.date);
  };
  slots.onclick = (event) => {
    const button = event.target.closest(".slot");
    if (!button) return;
    chosen = Number(button.dataset.slot);
    key = intent();
    for (const one of slots.querySelectorAll(".slot")) one.setAttribute("aria-pressed", one === button);
    reserve.disabled = false;
  };
  reserve.onclick = async () => {
    reserve.disabled = true;
    try {
      const done = await post("/v1/bookings", { slot_id: chosen }, { "Idempotency-Key": key });
      toast("预约成功");
      location.hash = `#/booking/${done.code}`;
    } catch (error) {
      if (!(error instanceof Refused) || error.status === 401) throw error;
      const verify = error.code === "RealNameNeeded" ? html`<a class="button" href="#/real-name?next=${encodeURIComponent(location.hash)}">去实名认证</a>` : "";
      show(main.querySelector("#problem"), html`<div class="notice bad" role="alert"><p>${error.message}</p>${verify}</div>`);
      reserve.disabled = false;
    }
  };
  if (open && open.free) await pick(open.date);
}

const row = (one) => html`<li><a class="row" href="#/booking/${one.code}"><span>${one.type_name} ${state(one.state)}<small>${moment(one.starts_at)} · ${one.hall_name}</small></span></a></li>`;

export async function bookings(main) {
  const list = await get("/v1/bookings");
  show(main, html`<h1>我的预约</h1>${list.length ? html`<section class="card"><ul class="list">${list.map(row)}</ul></section>` : empty("还没有预约。")}
    <a class="button main" href="#/book">去预约</a>`);
}

export async function booking(main, code) {
  const draw = async () => {
    const one = await get(`/v1/bookings/${encodeURIComponent(code)}`);
    show(main, html`<h1>${one.type_name}</h1>
      <section class="card"><p>${state(one.state)}</p>
        <dl class="facts"><dt>预约码</dt><dd class="big">${one.code}</dd><dt>时间</dt><dd>${moment(one.starts_at)} – ${time(one.ends_at)}</dd>
        <dt>地点</dt><dd>${one.hall_name}<br><span class="soft">${one.hall_address}</span></dd>
        ${one.ticket_number ? html`<dt>排队号</dt><dd class="big">${one.ticket_number}</dd>` : ""}${one.window ? html`<dt>窗口</dt><dd class="big">${one.window}</dd>` : ""}</dl></section>
      ${one.state === "booked" ? html`<section class="card"><h2>签到码</h2><p class="hint">到厅后出示给工作人员或自助机。签到码会自动更新，截图无效。</p><div class="qr" id="qr"></div><p class="code" id="check-in"></p></section>` : ""}
      <div id="in-line" aria-live="polite"></div>
      <div class="actions">${one.can_cancel ? html`<button class="button danger" id="cancel">取消预约</button>` : ""}
      ${one.state === "finished" ? html`<a class="button main" href="#/rate/visit/${one.code}">评价服务</a>` : ""}<a class="button" href="#/bookings">我的预约</a></div>`);
    const cancel = main.querySelector("#cancel");
    if (cancel) cancel.onclick = async () => {
      if (!confirm("确定取消这个预约吗？")) return;
      try { await post(`/v1/bookings/${code}/cancel`); toast("已取消"); await draw(); } catch (error) { toast(error.message); }
    };
    return one;
  };
  const refresh = async () => {
    const box = main.querySelector("#qr");
    if (!box) return;
    const made = await get(`/v1/bookings/${encodeURIComponent(code)}/check-in-code`).catch(() => null);
    if (!made || !box.isConnected) return;
    show(box, trusted(made.qr_svg));
    main.querySelector("#check-in").textContent = made.code;
  };
  const one = await draw();
  await refresh();
  await queue(main.querySelector("#in-line"), one);
  const again = setInterval(async () => {
    const now = await get(`/v1/bookings/${encodeURIComponent(code)}`).catch(() => one);
    if (now.state !== one.state || now.window !== one.window) { Object.assign(one, await draw()); }
    await refresh();
    await queue(main.querySelector("#in-line"), one);
  }, 15000);
  return () => clearInterval(again);
}
