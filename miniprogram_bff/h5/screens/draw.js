// 摇号: what will be drawn, my entry with its wishes, and the result that anybody can draw again.
import { get, post, Refused, token } from "../api.js";
import { busy, day, empty, html, moment, problem, show, time, toast, weekday } from "../view.js";

const LOOKS = { 登记中: "brand", 已登记: "brand", 已中签: "good", 未中签: "bad", 资格不符: "bad", 正在派号: "warn", 摇号中: "warn" };
const tag = (label) => html`<span class="tag ${LOOKS[label] || ""}">${label}</span>`;
const rank = (one) => (one.rank ? `第 ${one.rank} 名，共 ${one.entries} 份登记` : "");

export const draws = (list) => html`<section class="card"><h2>摇号</h2><p class="soft">这项业务先登记、后摇号，登记先后不影响名次。</p><ul class="list">${list.map((one) => html`
  <li><a class="row" href="#/draw/${one.code}"><span>${day(one.date)} ${weekday(one.date)} 办理 ${tag(one.label)}<small>登记 ${moment(one.opens_at)} 至 ${moment(one.closes_at)}</small></span></a></li>`)}</ul></section>`;

export async function myDraws(main) {
  const list = await get("/v1/draw-entries");
  show(main, html`<h1>我的摇号</h1>${list.length ? html`<section class="card"><ul class="list">${list.map((one) => html`
    <li><a class="row" href="#/draw/${one.draw_code}"><span>${one.type_name} ${tag(one.label)}<small>${day(one.date)} ${weekday(one.date)} 办理 · ${one.hall_name}</small>
    <small>登记号 ${one.number}${one.rank ? ` · ${rank(one)}` : ""}</small></span></a></li>`)}</ul></section>`
    : empty("book", "您还没有登记摇号。需要摇号的业务会在预约页面说明。", html`<a class="button main" href="#/book">去预约</a>`)}`);
}

const plan = (one) => html`<section class="card"><h2>摇号安排</h2><p>${tag(one.label)}</p>${one.reason ? html`<p class="notice warn">摇号已取消：${one.reason}。号源改为直接放出。</p>` : ""}
  <dl class="facts"><dt>办理日期</dt><dd>${day(one.date)} ${weekday(one.date)}</dd><dt>登记开始</dt><dd>${moment(one.opens_at)}</dd><dt>登记截止</dt><dd>${moment(one.closes_at)}</dd>
  <dt>余号放出</dt><dd>${moment(one.release_at)}</dd><dt>名额</dt><dd>${one.places} 个</dd><dt>已登记</dt><dd>${one.entries} 份${one.state === "drawn" ? `，中签 ${one.won} 份` : ""}</dd></dl></section>`;

const proof = (one) => html`<section class="card"><h2>公平验证</h2><p class="hint">随机种子在登记前已选定，下面的承诺值是它的校验值。登记截止后公布种子，任何人都能用它重新得出全部名次，结果无法事后更改。建议现在记下承诺值。</p>
  <dl class="facts stacked"><dt>承诺值</dt><dd class="code">${one.seed_hash}</dd>${one.seed ? html`<dt>种子</dt><dd class="code">${one.seed}</dd><dt>名单校验值</dt><dd class="code">${one.entries_hash}</dd>` : ""}</dl>
  ${one.state === "drawn" ? html`<div class="actions"><a class="button" href="/v1/draws/${one.code}/result" download="draw-${one.code}.json">下载摇号结果</a></div><p class="hint">结果文件只有登记号，没有个人信息。</p>` : ""}</section>`;

const mine = (one, slots) => html`<section class="card first" aria-live="polite"><h2>我的登记</h2><p>${tag(one.label)}</p>
  ${one.rank ? html`<p class="big">第 ${one.rank} 名</p><p class="soft">共 ${one.entries} 份登记</p>` : ""}${one.why ? html`<p>${one.why}。</p>` : ""}
  <dl class="facts"><dt>登记号</dt><dd class="code">${one.number}</dd><dt>志愿</dt><dd>${wished(one, slots)}</dd>${one.won_at ? html`<dt>中签时段</dt><dd>${moment(one.won_at)}</dd>` : ""}</dl>
  ${one.booking_code ? html`<div class="actions"><a class="button main" href="#/booking/${one.booking_code}">查看预约</a></div>` : ""}</section>`;

const wished = (one, slots) => [...one.wishes.map((id) => slots.find((slot) => slot.id === id)).map((slot) => (slot ? time(slot.starts_at) : "已停约的时段")), ...(one.any ? [one.wishes.length ? "其他时段也可以" : "任意时段"] : [])].join("、");

const choice = (slots, entered) => html`<section class="card"><h2>${entered ? "修改志愿" : "登记摇号"}</h2><p class="hint">按喜好先后点选时段，轮到您时依次分配；每人一份，截止前可以修改或退出。</p>
  <div class="slots" role="group" aria-label="志愿">${slots.map((one) => html`<button class="slot" data-slot="${one.id}" aria-pressed="false">${time(one.starts_at)}–${time(one.ends_at)}<small></small></button>`)}
  <button class="slot" data-any aria-pressed="false">其他时段<small>都可以</small></button></div><div id="problem"></div>
  <div class="actions"><button class="button main" data-do="enter" disabled>${entered ? "保存志愿" : "登记"}</button>${entered ? html`<button class="button danger" data-do="withdraw">退出摇号</button>` : ""}</div></section>`;

export async function drawing(main, code) {
  const path = `/v1/draws/${encodeURIComponent(code)}`;
  let wishes = [];
  let any = false;
  const entry = () => (token() ? get(`${path}/entry`).catch((error) => { if (error.status !== 404) throw error; return null; }) : null);
  const marked = () => {
    for (const one of main.querySelectorAll("[data-slot]")) {
      const place = wishes.indexOf(Number(one.dataset.slot)) + 1;
      one.setAttribute("aria-pressed", place > 0);
      one.querySelector("small").textContent = place ? `第 ${place} 志愿` : "";
    }
    main.querySelector("[data-any]").setAttribute("aria-pressed", any);
    main.querySelector("[data-do=enter]").disabled = !wishes.length && !any;
  };
  const draw = async () => {
    const [one, own] = await Promise.all([get(path), entry()]);
    const entered = own?.outcome === "registered";
    [wishes, any] = entered ? [[...own.wishes], own.any] : [[], false];
    show(main, html`<h1>摇号 · ${one.type_name}</h1><p class="soft">${one.hall_name} · ${one.department_name}</p>
      <div class="stack">${own && own.outcome !== "withdrawn" ? mine(own, one.slots) : ""}${plan(one)}${one.may_register ? choice(one.slots, entered) : ""}${proof(one)}
      <div class="actions"><a class="button" href="#/draws">我的摇号</a><a class="button" href="#/book/${one.hall_code}/${one.type_code}">返回这项业务</a></div></div>`);
    if (one.may_register) marked();
  };
  main.onclick = async (event) => {
    const slot = event.target.closest("[data-slot]");
    const verb = event.target.dataset?.do;
    if (slot) { const id = Number(slot.dataset.slot); wishes = wishes.includes(id) ? wishes.filter((other) => other !== id) : [...wishes, id]; return marked(); }
    if (event.target.closest("[data-any]")) { any = !any; return marked(); }
    if (!verb || (verb === "withdraw" && !confirm("退出后不参加这次摇号，截止前可以重新登记。确定退出吗？"))) return;
    try {
      const done = await busy(event.target, "正在提交…", () => (verb === "enter" ? post(`${path}/entry`, { wishes, any }) : post(`${path}/entry/withdraw`)));
      toast(verb === "enter" ? `登记成功，登记号 ${done.number}` : done.label);
      await draw();
      main.closest("main").scrollIntoView();
    } catch (error) {
      if (!(error instanceof Refused) || error.status === 401) throw error;
      const verify = error.code === "RealNameNeeded" ? html`<div class="actions"><a class="button main" href="#/real-name?next=${encodeURIComponent(location.hash)}">去实名认证</a></div>` : "";
      show(main.querySelector("#problem"), html`${problem(error)}${verify}`);
    }
  };
  await draw();
}
