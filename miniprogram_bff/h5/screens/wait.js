// 候补: my places in queues, and an offer to answer; and a booking for the calendar of the phone.
import { get, post, Refused, token } from "../api.js";
import { busy, empty, html, moment, show, time, toast } from "../view.js";

const LOOKS = { waiting: "brand", offered: "warn", accepted: "good", lapsed: "bad" };
const state = (one) => html`<span class="tag ${LOOKS[one.state] || ""}">${one.label}</span>`;

export async function waits(main) {
  const list = await get("/v1/waitlist");
  show(main, html`<h1>我的候补</h1>${list.length ? html`<section class="card"><ul class="list">${list.map((one) => html`
    <li><a class="row" href="#/waiting/${one.code}"><span>${one.type_name} ${state(one)}<small>${moment(one.starts_at)} · ${one.hall_name}</small>
    ${one.place ? html`<small>您排在第 ${one.place} 位</small>` : one.why ? html`<small>${one.why}</small>` : ""}</span></a></li>`)}</ul></section>`
    : empty("book", "您还没有候补。时段约满时可以候补，有人退号时按先后分配。", html`<a class="button main" href="#/book">去预约</a>`)}`);
}

export async function waiting(main, code) {
  let said = "";
  const draw = async () => {
    const one = await get(`/v1/waitlist/${encodeURIComponent(code)}`);
    const seen = JSON.stringify(one);
    if (seen === said) return;
    said = seen;
    show(main, html`<h1>候补 · ${one.type_name}</h1>
      <section class="card" aria-live="polite"><p>${state(one)}</p>${explained(one)}
        <dl class="facts"><dt>时间</dt><dd>${moment(one.starts_at)} 至 ${time(one.ends_at)}</dd><dt>地点</dt><dd>${one.hall_name}<br><span class="soft">${one.hall_address}</span></dd></dl></section>
      <div class="actions">${one.state === "offered" ? html`<button class="button main" data-do="accept">确认预约</button><button class="button" data-do="decline">不需要了</button>` : ""}
      ${one.state === "waiting" ? html`<button class="button danger" data-do="leave">退出候补</button>` : ""}
      ${one.booking_code ? html`<a class="button main" href="#/booking/${one.booking_code}">查看预约</a>` : ""}<a class="button" href="#/waits">我的候补</a></div>`);
  };
  main.onclick = async (event) => {
    const verb = event.target.dataset?.do;
    if (!verb || (verb === "leave" && !confirm("退出后名次不保留，确定退出吗？"))) return;
    try {
      const done = await busy(event.target, "正在提交…", () => post(`/v1/waitlist/${encodeURIComponent(code)}/${verb}`));
      if (verb === "accept") { toast("预约成功"); location.hash = `#/booking/${done.code}`; return; }
      toast(done.label);
    } catch (error) {
      if (!(error instanceof Refused) || error.status === 401) throw error;
      toast(error.message);
    }
    await draw();
  };
  await draw();
  const again = setInterval(() => draw().catch(() => {}), 15000);
  return () => clearInterval(again);
}

const explained = (one) => {
  if (one.state === "waiting") return html`<p class="big">第 ${one.place} 位</p><p class="hint">有人退号时按先后分配给您，并发消息通知，须在时限内确认；轮到时须仍符合预约条件。</p>`;
  if (one.state === "offered") return html`<p class="notice warn">为您保留了一个号，请在 <b>${moment(one.offer_until)}</b> 前确认，逾期让给下一位。</p>`;
  return one.why ? html`<p>${one.why}。</p>` : "";
};

export async function intoCalendar(code) {
  const answer = await fetch(`/v1/bookings/${encodeURIComponent(code)}/calendar.ics`, { headers: { Authorization: `Bearer ${token()}` } });
  if (!answer.ok) { toast("日历文件暂时无法生成，请稍后再试。"); return; }
  Object.assign(document.createElement("a"), { href: URL.createObjectURL(await answer.blob()), download: `${code}.ics` }).click();
}
