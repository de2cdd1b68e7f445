// 首页: todos first, then the ways to find something.
import { get } from "../api.js";
import { html, mark, moment, show, yuan } from "../view.js";
import { searchBox } from "./search.js";

const TILES = [
  ["#/book", "book", "预约取号"], ["#/progress", "progress", "查进度"], ["#/bills", "pay", "缴费"], ["#/ask", "ask", "问一问"],
  ["#/bookings", "guide", "我的预约"], ["#/messages", "bell", "消息"], ["#/mine", "mine", "我的"], ["#/search?q=", "star", "全部事项"],
];

const todos = (todo) => {
  const rows = [];
  if (todo.next_booking) {
    const one = todo.next_booking;
    rows.push(html`<li><a class="row" href="#/booking/${one.code}"><span>预约：${one.type_name}<small>${moment(one.starts_at)} · ${one.hall_name}</small></span></a></li>`);
  }
  if (todo.unpaid_bills) {
    rows.push(html`<li><a class="row" href="#/bills"><span>待缴费 ${todo.unpaid_bills} 笔<small>共 ${yuan(todo.unpaid_fen)} 元</small></span></a></li>`);
  }
  for (const one of todo.cases_to_supplement) {
    rows.push(html`<li><a class="row" href="#/case/${one.case_no}"><span>需补正材料：${one.item_name}<small>${one.case_no}</small></span></a></li>`);
  }
  for (const one of todo.to_rate) {
    rows.push(html`<li><a class="row" href="#/rate/${one.kind}/${one.number}"><span>请评价：${one.title}<small>${one.place}</small></span></a></li>`);
  }
  if (todo.unread) rows.push(html`<li><a class="row" href="#/messages"><span>未读消息 ${todo.unread} 条</span></a></li>`);
  return rows;
};

export async function home(main) {
  const view = await get("/v1/home");
  localStorage.setItem("zhijianban.city", view.city);
  document.getElementById("city").textContent = `${view.city}政务服务`;
  const waiting = view.todo ? todos(view.todo) : [];
  show(main, html`
    <h1 class="hero-title" hidden>指尖办</h1>
    <section class="hero"><p>查指南、约大厅、缴费用、看进度，在这里一站办好。</p>${searchBox("")}</section>
    ${view.signed_in ? html`<section class="card" aria-label="待办"><h2>我的待办</h2>
      ${waiting.length ? html`<ul class="list">${waiting}</ul>` : html`<p class="soft">暂无待办。</p>`}</section>` : html`
      <section class="card row"><div>登录后可预约、缴费、看进度<small class="soft">微信、支付宝账号都可以</small></div><a class="button main" href="#/login">登录</a></section>`}
    <nav class="card tiles" aria-label="常用">${TILES.map(([to, name, label]) => html`<a class="tile" href="${to}">${mark(name)}${label}</a>`)}</nav>
    <div class="two">
      <section class="card"><h2>热门服务</h2><ul class="list">${view.hot.map((one) => html`
        <li><a class="row" href="#/guide/${one.slug}"><span>${one.name}<small>${one.department}</small></span></a></li>`)}</ul></section>
      <div class="stack">
        <section class="card"><h2>场景导办</h2><div class="chips">${view.scenarios.map((one) => html`<a class="chip" href="#/scenario/${one.code}">${one.name}</a>`)}</div></section>
        <section class="card"><h2>人生大事</h2><div class="chips">${view.life_events.map((one) => html`<a class="chip" href="#/theme/life_event/${one.code}">${one.name}</a>`)}</div></section>
        <section class="card"><h2>按主题找</h2><div class="chips">${view.themes.map((one) => html`<a class="chip" href="#/theme/theme/${one.code}">${one.name}</a>`)}</div></section>
      </div>
    </div>
    <p class="soft">找不到？拨打政务服务便民热线 <a href="tel:12345">12345</a>。</p>`);
  searchBox.listen(main);
}
