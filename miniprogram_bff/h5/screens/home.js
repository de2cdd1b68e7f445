// 首页: todos first, then the ways to find something.
import { get } from "../api.js";
import { html, mark, moment, show, yuan } from "../view.js";
import { searchBox } from "./search.js";

const TILES = [
  ["#/book", "book", "预约取号"], ["#/progress", "progress", "查进度"], ["#/bills", "pay", "缴费"], ["#/ask", "ask", "问一问"],
  ["#/bookings", "guide", "我的预约"], ["#/messages", "bell", "消息"], ["#/mine", "mine", "我的"], ["#/search?q=", "star", "全部事项"],
];

const row = (to, name, title, small) => html`<li><a class="row" href="${to}">${mark(name)}<span>${title}${small ? html`<small>${small}</small>` : ""}</span></a></li>`;

const todos = (todo) => {
  const next = todo.next_booking;
  return [
    next && row(`#/booking/${next.code}`, "book", `预约：${next.type_name}`, `${moment(next.starts_at)} · ${next.hall_name}`),
    todo.unpaid_bills > 0 && row("#/bills", "pay", `待缴费 ${todo.unpaid_bills} 笔`, `共 ${yuan(todo.unpaid_fen)} 元`),
    ...todo.cases_to_supplement.map((one) => row(`#/case/${one.case_no}`, "progress", `需补正材料：${one.item_name}`, one.case_no)),
    ...todo.to_rate.map((one) => row(`#/rate/${one.kind}/${one.number}`, "star", `请评价：${one.title}`, one.place)),
    todo.unread > 0 && row("#/messages", "bell", `未读消息 ${todo.unread} 条`),
  ].filter(Boolean);
};

const chips = (title, list, to) => html`<section class="card"><h2>${title}</h2><div class="chips">${list.map((one) => html`<a class="chip" href="${to(one.code)}">${one.name}</a>`)}</div></section>`;

// What others asked lately; it comes when it comes, and nothing waits for it.
const asked = async (box) => {
  const { questions } = await get("/v1/ask/hot").catch(() => ({ questions: [] }));
  if (!box.isConnected || !questions.length) return;
  box.hidden = false;
  show(box, html`<h2>大家都在问</h2><div class="chips">${questions.map((one) => html`<a class="chip" href="#/ask?q=${encodeURIComponent(one)}">${one}</a>`)}</div>`);
};

export async function home(main) {
  const view = await get("/v1/home");
  localStorage.setItem("zhijianban.city", view.city);
  for (const place of document.querySelectorAll("[data-city]")) place.textContent = view.city;
  const waiting = view.todo ? todos(view.todo) : [];
  show(main, html`
    <section class="hero"><h1>您想办什么？</h1><p>查指南、约大厅、缴费用、看进度。</p>${searchBox("")}</section>
    ${view.signed_in ? html`<section class="card" aria-label="待办"><h2>我的待办</h2>
      ${waiting.length ? html`<ul class="list marked">${waiting}</ul>` : html`<p class="soft">暂无待办事项。</p>`}</section>` : html`
      <section class="card sign-in"><div><b>登录后办得更快</b><p class="soft">预约、缴费、办件进度都在这里；微信、支付宝账号均可。</p></div><a class="button main" href="#/login">登录</a></section>`}
    <nav class="card tiles" aria-label="常用服务">${TILES.map(([to, name, label]) => html`<a class="tile" href="${to}">${mark(name)}${label}</a>`)}</nav>
    <div class="two">
      <section class="card"><h2>热门服务</h2><ul class="list">${view.hot.map((one) => html`
        <li><a class="row" href="#/guide/${one.slug}"><span>${one.name}<small>${one.department}</small></span></a></li>`)}</ul></section>
      <div class="stack">
        <section class="card" id="asked" hidden></section>
        ${chips("答几个问题，列出材料", view.scenarios, (code) => `#/scenario/${code}`)}
        ${chips("人生大事", view.life_events, (code) => `#/theme/life_event/${code}`)}
        <section class="card"><h2>中介服务</h2><p class="soft">公证、翻译、测绘、体检等机构的地址、电话和收费说明，由您自主选择。</p><a class="button" href="#/providers">查名录</a></section>
        ${chips("按主题找", view.themes, (code) => `#/theme/theme/${code}`)}
        <section class="card"><h2>说说您的意见</h2><div class="chips"><a class="chip" href="#/consult">咨询投诉</a><a class="chip" href="#/answers">公开答复</a><a class="chip" href="#/averages">服务评价公开</a></div></section>
      </div>
    </div>`);
  searchBox.listen(main);
  asked(main.querySelector("#asked"));
}
