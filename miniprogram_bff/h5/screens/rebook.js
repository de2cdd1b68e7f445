// 停办改约: the hall closed and the booking was cancelled; take the place that is held, another one, or none.
import { get, post, Refused } from "../api.js";
import { busy, html, moment, show, time, toast } from "../view.js";

const LOOKS = { open: "warn", accepted: "good", lapsed: "bad" };
const state = (one) => html`<span class="tag ${LOOKS[one.offer] || ""}">${one.label}</span>`;
const where = (one) => (one.same ? "" : html`<small>${one.hall_name} · ${one.type_name}</small>`);
const place = (one) => html`<button class="slot" data-slot="${one.slot_id}" data-type="${one.type_id}" aria-pressed="false">${moment(one.starts_at)}–${time(one.ends_at)}${where(one)}</button>`;

export const waitingToRebook = (list) => (list.length ? html`<section class="card"><h2>等您改约</h2><ul class="list">${list.map((one) => html`
  <li><a class="row" href="#/rebook/${one.code}"><span>${one.old.type_name}${one.old.for_whom ? `（${one.old.for_whom}）` : ""} ${state(one)}<small>${moment(one.old.starts_at)} 因${one.reason}停办</small>
  ${one.held ? html`<small>已保留 ${moment(one.held.starts_at)}</small>` : ""}</span></a></li>`)}</ul></section>` : "");

export async function rebook(main, code) {
  const path = `/v1/rebook/${encodeURIComponent(code)}`;
  let chosen = null;
  const draw = async () => {
    const one = await get(path);
    chosen = null;
    show(main, html`<h1>停办改约 · ${one.old.type_name}${one.old.for_whom ? `（${one.old.for_whom}）` : ""}</h1>
      <section class="card"><p>${state(one)}</p><p>因<b>${one.reason}</b>，您 ${moment(one.old.starts_at)} 在${one.old.hall_name}的预约已取消，不计爽约。${one.note}</p></section>
      ${one.offer === "open" ? open(one) : over(one)}`);
    watch(one);
  };
  const watch = (one) => {
    const confirm = main.querySelector("#take");
    const places = main.querySelector("#places");
    if (places) places.onclick = (event) => {
      const button = event.target.closest("[data-slot]");
      if (!button) return;
      for (const other of places.querySelectorAll("[data-slot]")) other.setAttribute("aria-pressed", other === button);
      chosen = { slot_id: Number(button.dataset.slot), type_id: Number(button.dataset.type) };
      confirm.disabled = false;
      confirm.textContent = "确认改到所选时段";
    };
    const more = main.querySelector("#more");
    if (more) more.onclick = async () => {
      const list = await busy(more, "正在查询…", () => get(`${path}/choices`));
      show(places, list.length ? html`${list.map(place)}` : html`<p class="soft">暂时没有其他时段。期限内可以再来看，也可以重新预约。</p>`);
      more.remove();
    };
    const take = () => post(`${path}/${chosen ? "choose" : "accept"}`, chosen || {});
    if (confirm) confirm.onclick = () => answer(confirm, take, (made) => { toast("改约成功"); location.hash = `#/booking/${made.code}`; });
    const decline = main.querySelector("#decline");
    if (decline) decline.onclick = () => answer(decline, () => post(`${path}/decline`), (done) => { toast(done.label); return draw(); });
  };
  const answer = async (button, work, then) => {
    try {
      return await then(await busy(button, "正在提交…", work));
    } catch (error) {
      if (!(error instanceof Refused) || error.status === 401) throw error;
      toast(error.message);
      return draw();
    }
  };
  await draw();
}

const open = (one) => html`
  ${one.held ? html`<section class="card" aria-labelledby="held"><h2 id="held">已为您保留</h2><p class="big">${moment(one.held.starts_at)} 至 ${time(one.held.ends_at)}</p>
    <p>${one.held.hall_name}<br><span class="soft">${one.held.hall_address}</span></p><p class="hint">保留到 ${moment(one.held_until)}，逾期让给别人。</p></section>` : html`<p class="notice warn">近日没有可以保留的号，请在下面选择，或在期限内再来看。</p>`}
  <div class="actions"><button class="button main" id="take" ${one.held ? "" : "disabled"}>${one.held ? "确认改约" : "请先选择时段"}</button><button class="button" id="decline">不需要了</button></div>
  <section class="card" aria-labelledby="others"><h2 id="others">也可以选</h2><div class="slots" id="places" role="group" aria-labelledby="others">${one.suggested.length ? one.suggested.map(place) : html`<p class="soft">暂时没有推荐的时段。</p>`}</div>
    <p class="actions"><button class="button" id="more">看全部时段</button></p>
    <p class="hint">${moment(one.offered_until)} 前您优先于公众放号选择，不占预约次数。</p></section>`;

const over = (one) => html`<div class="actions">${one.booking_code ? html`<a class="button main" href="#/booking/${one.booking_code}">查看新的预约</a>` : html`<a class="button main" href="#/book/${one.old.hall_code}/${one.old.type_code}">重新预约</a>`}
  <a class="button" href="#/bookings">我的预约</a></div>`;
