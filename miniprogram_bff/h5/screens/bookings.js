// 我的预约: the list, and one with its check-in code.
import { get, post } from "../api.js";
import { busy, empty, html, moment, show, time, toast, trusted, yuan } from "../view.js";
import { bring } from "./book.js";
import { queue } from "./queue.js";
import { waitingToRebook } from "./rebook.js";
import { intoCalendar } from "./wait.js";

export const STATES = {
  booked: ["已预约", "brand"], checked_in: ["等候叫号", "good"], serving: ["办理中", "good"], finished: ["已办结", "good"],
  cancelled: ["已取消", ""], office_cancelled: ["大厅已取消", "warn"], no_show: ["爽约", "bad"], unserved: ["到场未办", "warn"], rescheduled: ["已改约", ""],
};
const state = (one) => html`<span class="tag ${(STATES[one] || ["", ""])[1]}">${(STATES[one] || [one])[0]}</span>`;
const LIVE = ["booked", "checked_in", "serving"];

const forWhom = (one) => (one.for_whom ? html`<span class="tag warn">代 ${one.for_whom}</span>` : "");
const row = (one) => html`<li><a class="row" href="#/booking/${one.code}"><span>${one.type_name} ${state(one.state)} ${forWhom(one)}<small>${moment(one.starts_at)}</small><small>${one.hall_name}</small></span></a></li>`;
const card = (title, list) => (list.length ? html`<section class="card"><h2>${title}</h2><ul class="list">${list.map(row)}</ul></section>` : "");

export async function bookings(main) {
  const [list, rebooks] = await Promise.all([get("/v1/bookings"), get("/v1/rebook")]);
  const live = list.filter((one) => LIVE.includes(one.state)).reverse();
  show(main, html`<h1>我的预约</h1>${list.length ? html`${waitingToRebook(rebooks)}${card("将要办理", live)}${card("以往预约", list.filter((one) => !LIVE.includes(one.state)))}<a class="button main" href="#/book">再约一个</a>`
    : empty("book", "还没有预约。", html`<a class="button main" href="#/book">去预约</a>`)}`);
}

const checkIn = (one) => html`<section class="card check-in first"><h2>签到码</h2><div class="qr" id="qr"><div class="skeleton"></div></div><p class="code" id="check-in"></p>
  <p class="hint">到厅后出示给工作人员或自助机。签到码会自动更新，截图无效。${one.party && !one.booked_for_me ? "同行的人到齐后出示，一码全体签到取号。" : ""}</p></section>`;

// Who comes together, and the way to give all their places back.
const together = (one, others) => (others.length < 2 ? "" : html`<section class="card"><h2>同行办理</h2><ul class="list">${others.map((other) => html`
  <li class="row"><div>${other.name} <span class="soft">${other.state_name}</span>${other.ticket_number ? html`<small>排队号 ${other.ticket_number}</small>` : ""}</div>${other.code && other.code !== one.code ? html`<a class="button" href="#/booking/${other.code}">查看</a>` : ""}</li>`)}</ul>
  ${one.can_cancel && others.filter((other) => other.code && other.state === "booked").length > 1 ? html`<button class="button danger wide" id="cancel-all">取消全部同行预约</button>` : ""}</section>`);

const FEE = { unpaid: ["待缴", "warn"], settled: ["已缴", "good"], refunded: ["已退", ""], withdrawn: ["不再收取", ""] };
const fee = ({ pay_code, total_fen, state: paid }) => html`<section class="card"><h2>费用</h2><p>${yuan(total_fen)} 元 <span class="tag ${FEE[paid][1]}">${FEE[paid][0]}</span></p>
  <p><a class="button ${paid === "unpaid" ? "main" : ""}" href="#/bill/${pay_code}">${paid === "unpaid" ? "去缴费" : "看缴款单"}</a></p></section>`;

const details = (one) => html`<section class="card"><p>${state(one.state)} ${forWhom(one)} ${one.booked_for_me ? html`<span class="tag">由他人代约</span>` : ""}</p>
  ${one.ticket_number ? html`<div class="turn"><p>排队号<b>${one.ticket_number}</b></p>${one.window && one.state === "serving" ? html`<p>请到<b>${one.window}</b></p>` : ""}</div>` : ""}
  <dl class="facts"><dt>预约码</dt><dd class="big">${one.code}</dd><dt>时间</dt><dd>${moment(one.starts_at)} 至 ${time(one.ends_at)}</dd>
  <dt>地点</dt><dd>${one.hall_name}<br><span class="soft">${one.hall_address}</span></dd>
  ${one.hall_phone ? html`<dt>电话</dt><dd><a href="tel:${one.hall_phone}">${one.hall_phone}</a></dd>` : ""}
  ${one.can_cancel ? html`<dt>可取消至</dt><dd>${moment(one.cancel_until)}</dd>` : ""}</dl></section>`;

export async function booking(main, code) {
  const path = `/v1/bookings/${encodeURIComponent(code)}`;
  const draw = async () => {
    const one = await get(path);
    const others = one.party ? await get(`${path}/party`) : [];
    const about = await get(`/v1/types/${encodeURIComponent(one.type_code)}`).catch(() => ({ items: [] }));
    show(main, html`<h1>${one.type_name}</h1><div class="two mixed"><div class="stack">${details(one)}${one.fee ? fee(one.fee) : ""}${together(one, others)}${one.state === "booked" && about.items.length ? bring(about.items) : ""}</div>
      <div class="stack">${one.state === "booked" ? checkIn(one) : ""}<div id="in-line" aria-live="polite"></div>
      <div class="actions">${one.state === "finished" ? html`<a class="button main" href="#/rate/visit/${one.code}">评价服务</a>` : ""}
      ${one.can_cancel ? html`<a class="button" href="#/book/${one.hall_code}/${one.type_code}?move=${one.code}">改约</a><button class="button" id="calendar">加入日历</button><button class="button danger" id="cancel">取消预约</button>` : ""}
      ${LIVE.includes(one.state) ? "" : html`<a class="button main" href="#/book/${one.hall_code}/${one.type_code}">重新预约</a>`}</div></div></div>`);
    const calendar = main.querySelector("#calendar");
    if (calendar) calendar.onclick = () => intoCalendar(one.code);
    const cancel = main.querySelector("#cancel");
    if (cancel) cancel.onclick = async () => {
      if (!confirm("确定取消这个预约吗？取消后号源会让给别人。")) return;
      await busy(cancel, "正在取消…", () => post(`${path}/cancel`));
      toast("已取消");
      Object.assign(shown, await draw());
    };
    const all = main.querySelector("#cancel-all");
    if (all) all.onclick = async () => {
      if (!confirm("确定取消同行各人的预约吗？取消后号源会让给别人。")) return;
      await busy(all, "正在取消…", () => post(`/v1/parties/${encodeURIComponent(code)}/cancel`));
      toast("已全部取消");
      Object.assign(shown, await draw());
    };
    return one;
  };
  const refresh = async () => {
    const box = main.querySelector("#qr");
    if (!box) return;
    const made = await get(`${path}/check-in-code`).catch((error) => ({ refused: error.message }));
    if (!box.isConnected) return;
    show(box, made.refused ? html`<p class="soft">${made.refused}</p>` : trusted(made.qr_svg));
    main.querySelector("#check-in").textContent = made.code || "";
  };
  const shown = await draw();
  await refresh();
  await queue(main.querySelector("#in-line"), shown);
  const again = setInterval(async () => {
    const now = await get(path).catch(() => shown);
    if (now.state !== shown.state || now.window !== shown.window) Object.assign(shown, await draw());
    await refresh();
    await queue(main.querySelector("#in-line"), shown);
  }, 15000);
  return () => clearInterval(again);
}
