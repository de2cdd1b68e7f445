// 预约: hall → department → business → date → slot.
import { get, intent, post, token } from "../api.js";
import { draws } from "./draw.js";
import { busy, day, empty, hour, html, problem, show, span, time, toast, weekday, yuan } from "../view.js";
import { materials } from "./guide.js";

const PARTS = [[0, "凌晨"], [6, "上午"], [12, "下午"], [18, "晚上"]];
const part = (one) => PARTS.findLast(([from]) => hour(one.starts_at) >= from)[1];

export async function book(main, query) {
  const item = query.get("item") || "";
  const asked = item ? `?item=${encodeURIComponent(item)}` : "";
  const halls = await get(`/v1/halls${asked}`);
  show(main, html`<h1>预约取号</h1><p class="soft">${item ? "以下大厅可以预约办理，请选择：" : "请选择大厅，再选业务、日期和时段。"}</p>
    ${halls.length ? html`<section class="card"><ul class="list">${halls.map((one) => html`
    <li><a class="row" href="#/book/${one.code}${asked}"><span>${one.name}<small>${one.address}</small><small>${one.opening_hours}</small></span></a></li>`)}</ul></section>`
    : empty("book", "这个事项暂时没有可预约的大厅，可直接到窗口办理。", html`<a class="button" href="#/book">看全部大厅</a>`)}`);
}

export async function hall(main, code, query) {
  const view = await get(`/v1/halls/${encodeURIComponent(code)}`);
  const item = query.get("item") || "";
  const fits = (one) => one.item_codes.includes(item);
  const row = (one) => html`<li><a class="row" href="#/book/${code}/${one.code}${item ? `?item=${encodeURIComponent(item)}` : ""}"><span>${one.name}
    ${item && fits(one) ? html`<span class="tag brand">您要办的</span>` : ""}<small>${one.real_name_needed ? "需要实名认证" : "不需要实名认证"}</small></span></a></li>`;
  // Whoever comes from a guide sees first what they came for.
  const departments = [...view.departments].sort((one, other) => other.types.some(fits) - one.types.some(fits));
  show(main, html`<h1>${view.name}</h1><p class="soft">${view.address}<br>${view.opening_hours}${view.phone ? html`<br>电话 <a href="tel:${view.phone}">${view.phone}</a>` : ""}</p>
    ${departments.length ? departments.map((one) => html`<section class="card"><h2>${one.name}</h2><ul class="list">${[...one.types].sort((a, b) => fits(b) - fits(a)).map(row)}</ul></section>`)
    : empty("book", "这个大厅暂时没有开放预约的业务。", html`<a class="button" href="#/book">看其他大厅</a>`)}`);
}

const usable = (one) => one.free || one.label === "约满";
const date = (one) => html`<button class="date" data-date="${one.date}" aria-pressed="false" ${usable(one) ? "" : "disabled"}>
  ${weekday(one.date)}<b>${day(one.date)}</b><small>${one.free ? `余 ${one.free}` : one.label}</small></button>`;

const slot = (one) => html`<button class="slot" data-slot="${one.id}" aria-pressed="false" ${["open", "full"].includes(one.state) ? "" : "disabled"}>
  ${time(one.starts_at)}–${time(one.ends_at)}${one.share === "priority" ? html`<small>优先：老年人、残疾人、军人</small>` : ""}<small>${one.state === "open" ? `余 ${one.free} 个` : one.state === "full" ? "约满可候补" : one.label}</small></button>`;

// What the chosen slot leads to: a booking, a place in its queue, or another time for the booking `moving`.
const BOOK = { button: "确认预约", doing: "正在预约…", done: "预约成功", path: () => "/v1/bookings", next: (made) => `#/booking/${made.code}` };
const WAIT = { button: "加入候补", doing: "正在加入…", done: "已加入候补", path: () => "/v1/waitlist", next: (made) => `#/waiting/${made.code}` };
const MOVE = { ...BOOK, button: "确认改约", doing: "正在改约…", done: "改约成功", path: (moving) => `/v1/bookings/${encodeURIComponent(moving)}/reschedule` };
const aim = (chosen, moving) => (moving ? MOVE : chosen && chosen.state === "full" ? WAIT : BOOK);
const TOGETHER = { ...BOOK, path: () => "/v1/parties", next: (made) => (made.length > 1 ? "#/bookings" : `#/booking/${made[0].code}`) };

// For whom: oneself, a principal, or several who come together. Shown to who has somebody on the list.
const TIES = { self: "本人", family: "须与您同行", minor: "无证件，须与您同行" };
const whom = (people, most) => (people.length < 2 ? "" : html`<section class="card"><h2>为谁办理</h2><p class="hint">${most > 1 ? `一次最多 ${most} 人，要么都约上，要么都不约。` : "这项业务一次约一人。"}</p>
  <div class="chips" role="group" aria-label="办理人">${people.filter((one) => most > 1 || ["self", "principal"].includes(one.tie)).map((one) => html`
  <button class="chip person" data-person="${one.person}" aria-pressed="${one.tie === "self"}">${one.name}<small>${one.until ? `委托至 ${day(one.until)}` : one.relation || TIES[one.tie]}</small></button>`)}</div></section>`);

// What to bring stands before the booking: who comes without a paper comes twice.
export const bring = (items) => html`<section class="card folds"><h2>要带的材料</h2>${items.length > 1 ? html`<p class="soft">材料因事项而异，请看您要办的事项：</p>` : ""}
  ${items.map((one) => html`<details><summary>${one.name}（${one.materials.length} 样）</summary>
    ${one.materials.length ? materials(one.materials) : html`<p class="soft">不需要提交材料。</p>`}<p><a href="#/guide/${one.slug}">看办事指南</a></p></details>`)}</section>`;

export async function type(main, code, query) {
  const view = await get(`/v1/types/${encodeURIComponent(code)}`);
  const moving = query.get("move");
  const people = moving || !token() ? [] : await get("/v1/people").catch(() => []);
  let key = intent();
  let list = [];
  let chosen = null;
  show(main, html`<h1>${moving ? "改约 · " : ""}${view.name}</h1><p class="soft">${view.hall_name} · ${view.department_name}</p>
    ${moving ? html`<p class="notice">选好新时段后换发新的预约码；约不上时原预约不变。</p>` : ""}
    ${view.items.length && !moving ? bring(view.items) : ""}
    ${view.draws.length && !moving ? draws(view.draws) : ""}
    ${whom(people, view.party_most)}
    <section class="card"><h2>选择日期</h2>${view.dates.length ? html`<div class="dates" role="group" aria-label="日期">${view.dates.map(date)}</div>`
      : html`<p class="soft">暂时没有可预约的日期。${view.release_note}。</p>`}</section>
    ${view.dates.length ? html`<section class="card"><h2>选择时段</h2><div id="slots"><p class="soft">请先选择日期。</p></div></section>` : ""}
    ${view.fee_fen && !moving ? html`<p class="notice">每人收费 ${yuan(view.fee_fen)} 元，约好后在预约页缴纳；按时取消可申请退费。</p>` : ""}
    <p class="hint">${view.release_note}；${view.cancel_minutes ? `开始前 ${span(view.cancel_minutes)}可以取消或改约` : "开始之前都可以取消或改约"}。约满的时段可以候补，有人退号时按先后分配。</p>
    <div id="problem"></div>
    ${view.dates.length ? html`<div class="decide"><p id="chosen" role="status">请选择日期和时段</p><button class="button main" id="reserve" disabled>${aim(null, moving).button}</button></div>` : ""}`);
  const slots = main.querySelector("#slots");
  const reserve = main.querySelector("#reserve");
  if (!reserve) return;

  const chips = [...main.querySelectorAll(".person")];
  const members = () => chips.filter((one) => one.getAttribute("aria-pressed") === "true").map((one) => Number(one.dataset.person));
  const others = () => members().some((one) => one !== people[0].person);
  const tap = (chip) => {
    if (view.party_most < 2) for (const one of chips) one.setAttribute("aria-pressed", one === chip);
    else if (chip.getAttribute("aria-pressed") === "true") chip.setAttribute("aria-pressed", members().length < 2);
    else if (members().length < view.party_most) chip.setAttribute("aria-pressed", true);
    else toast(`一次最多 ${view.party_most} 人`);
    choose(chosen ? chosen.id : 0);
  };
  for (const chip of chips) chip.onclick = () => tap(chip);

  const remember = () => {
    const kept = new URLSearchParams(location.hash.split("?")[1]);
    kept.set("date", main.querySelector(".date[aria-pressed=true]").dataset.date);
    chosen ? kept.set("slot", chosen.id) : kept.delete("slot");
    history.replaceState(null, "", `${location.hash.split("?")[0]}?${kept}`);
  };
  const choose = (id) => {
    chosen = list.find((one) => one.id === id && (one.state === "open" || (one.state === "full" && !moving && !(chips.length && others())))) || null;
    key = intent();
    for (const one of slots.querySelectorAll(".slot")) one.setAttribute("aria-pressed", Boolean(chosen) && Number(one.dataset.slot) === chosen.id);
    reserve.disabled = !chosen;
    reserve.textContent = aim(chosen, moving).button;
    main.querySelector("#chosen").textContent = chosen ? `${day(main.querySelector(".date[aria-pressed=true]").dataset.date)} ${time(chosen.starts_at)}–${time(chosen.ends_at)}` : "请选择时段";
    remember();
  };
  const pick = async (wanted) => {
    for (const button of main.querySelectorAll(".date")) button.setAttribute("aria-pressed", button.dataset.date === wanted);
    list = await get(`/v1/slots?type_id=${view.id}&date=${wanted}`);
    const parts = [...new Set(list.map(part))];
    show(slots, html`${parts.map((name) => html`<h3>${name}</h3><div class="slots" role="group" aria-label="${name}">${list.filter((one) => part(one) === name).map(slot)}</div>`)}`);
    choose(0);
  };
  main.querySelector(".dates").onclick = (event) => {
    const button = event.target.closest(".date");
    if (button) return pick(button.dataset.date);
  };
  slots.onclick = (event) => {
    const button = event.target.closest(".slot");
    if (!button) return;
    choose(Number(button.dataset.slot));
    if (!chosen) toast(moving ? "这个时段已约满，改约请选有余号的时段。" : "同行或代约不能候补，请选有余号的时段。");
  };
  reserve.onclick = async () => {
    show(main.querySelector("#problem"), html``);
    try {
      const to = chips.length && others() ? TOGETHER : aim(chosen, moving);
      const asked = to === TOGETHER ? { slot_id: chosen.id, members: members(), type_id: view.id } : { slot_id: chosen.id };
      const made = await busy(reserve, to.doing, () => post(to.path(moving), asked, { "Idempotency-Key": key }));
      toast(to.done);
      location.replace(to.next(made));
    } catch (error) {
      if (error.status === 401) throw error;
      const place = encodeURIComponent(location.hash);
      const verify = error.code === "RealNameNeeded" ? html`<div class="actions"><a class="button main" href="#/real-name?next=${place}">去实名认证</a></div>` : "";
      const why = error.code === "Sanctioned" ? html`<div class="actions"><a class="button" href="#/credit">查看原因与申诉</a></div>` : "";
      if (["SlotFull", "PartyDoesNotFit", "StillFree", "SlotClosed", "SlotSuspended"].includes(error.code)) await pick(main.querySelector(".date[aria-pressed=true]").dataset.date);
      show(main.querySelector("#problem"), html`${problem(error)}${verify}${why}`);
      main.querySelector("#problem").scrollIntoView({ block: "center" });
    }
  };
  const asked = view.dates.find((one) => usable(one) && one.date === query.get("date")) || view.dates.find((one) => one.free) || view.dates.find(usable);
  if (!asked) return;
  const before = Number(query.get("slot"));
  await pick(asked.date);
  if (before) choose(before);
}
