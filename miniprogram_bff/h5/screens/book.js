// 预约: hall → department → business → date → slot, and my bookings.
import { get, intent, post, Refused } from "../api.js";
import { empty, html, moment, show, time, toast, trusted } from "../view.js";
import { picker } from "./slots.js";
import { intoCalendar } from "./wait.js";

export const STATES = {
  booked: ["已预约", "brand"], checked_in: ["等候叫号", "good"], serving: ["办理中", "good"], finished: ["已办结", "good"],
  cancelled: ["已取消", ""], office_cancelled: ["大厅已取消", "warn"], no_show: ["爽约", "bad"], unserved: ["到场未办", "warn"], rescheduled: ["已改约", ""],
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
  let chosen = null;
  let key = intent();
  show(main, html`<h1>${view.name}</h1><p class="soft">${view.hall_name} · ${view.department_name}</p>
    <div id="picker"></div><div id="problem"></div>
    <div class="actions"><button class="button main wide" id="reserve" disabled>确认预约</button></div>
    <p class="hint">${view.release_note}；开始前 ${view.cancel_minutes} 分钟以前可以取消或改约。约满的时段可以候补，有人退号时按先后分配。</p>`);
  const reserve = main.querySelector("#reserve");
  const problem = main.querySelector("#problem");
  reserve.onclick = async () => {
    reserve.disabled = true;
    try {
      if (chosen.state === "full") {
        const joined = await post("/v1/waitlist", { slot_id: chosen.id });
        toast("已加入候补");
        location.hash = `#/waiting/${joined.code}`;
      } else {
        const done = await post("/v1/bookings", { slot_id: chosen.id }, { "Idempotency-Key": key });
        toast("预约成功");
        location.hash = `#/booking/${done.code}`;
      }
    } catch (error) {
      if (!(error instanceof Refused) || error.status === 401) throw error;
      const verify = error.code === "RealNameNeeded" ? html`<a class="button" href="#/real-name?next=${encodeURIComponent(location.hash)}">去实名认证</a>` : "";
      show(problem, html`<div class="notice bad" role="alert"><p>${error.message}</p>${verify}</div>`);
      reserve.disabled = false;
    }
  };
  await picker(main.querySelector("#picker"), view, (slot) => {
    chosen = slot;
    key = intent();
    show(problem, html``);
    reserve.disabled = !slot;
    reserve.textContent = slot && slot.state === "full" ? "加入候补" : "确认预约";
  }, true);
}

const row = (one) => html`<li><a class="row" href="#/booking/${one.code}"><span>${one.type_name} ${state(one.state)}<small>${moment(one.starts_at)} · ${one.hall_name}</small></span></a></li>`;

export async function bookings(main) {
  const list = await get("/v1/bookings");
  show(main, html`<h1>我的预约</h1>${list.length ? html`<section class="card"><ul class="list">${list.map(row)}</ul></section>` : empty("还没有预约。")}
    <div class="actions"><a class="button main" href="#/book">去预约</a><a class="button" href="#/waits">我的候补</a></div>`);
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
      <div class="actions">${one.can_cancel ? html`<a class="button" href="#/booking/${one.code}/move">改约</a><button class="button" id="calendar">加入日历</button><button class="button danger" id="cancel">取消预约</button>` : ""}
      ${one.state === "finished" ? html`<a class="button main" href="#/rate/visit/${one.code}">评价服务</a>` : ""}<a class="button" href="#/bookings">我的预约</a></div>`);
    const calendar = main.querySelector("#calendar");
    if (calendar) calendar.onclick = () => intoCalendar(one.code);
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
  const again = setInterval(async () => {
    const now = await get(`/v1/bookings/${encodeURIComponent(code)}`).catch(() => one);
    if (now.state !== one.state || now.window !== one.window) { Object.assign(one, await draw()); }
    await refresh();
  }, 15000);
  return () => clearInterval(again);
}
