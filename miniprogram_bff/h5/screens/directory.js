// 中介服务: the directory by kind and words, and one of it. The order is the city's; nobody is recommended.
import { get } from "../api.js";
import { empty, html, show } from "../view.js";

const FREE = "由您自主选择，平台不作推荐，也不收取费用。";

export const providerRow = (one) => html`<li><a class="row" href="#/provider/${one.code}"><span>${one.name}<small>${one.kind} · ${one.region}</small><small>${one.services.join("、")}</small></span></a></li>`;

const asked = (kind, q, item) => new URLSearchParams(Object.entries({ kind, q, item }).filter(([, value]) => value)).toString();

export async function directory(main, query) {
  const [kind, q, item] = ["kind", "q", "item"].map((name) => query.get(name) || "");
  const view = await get(`/v1/intermediaries?${asked(kind, q, item)}`);
  const chip = (name, value) => html`<a class="chip" href="#/providers?${asked(value, q, item)}"${value === kind ? html` aria-current="true"` : ""}>${name}</a>`;
  show(main, html`<h1>中介服务</h1><p>${FREE}</p>
    <form class="search" role="search"><input name="q" type="search" maxlength="60" value="${q}" placeholder="名称、地区或服务" aria-label="名称、地区或服务"><button class="button main">查找</button></form>
    <nav class="chips" aria-label="类别">${chip("全部", "")}${view.kinds.map((one) => chip(`${one.kind} ${one.count}`, one.kind))}</nav>
    ${view.providers.length ? html`<section class="card"><ul class="list">${view.providers.map(providerRow)}</ul></section>`
    : empty("guide", "没有找到这样的机构。", html`<a class="button" href="#/providers">看全部机构</a>`)}`);
  main.querySelector("form").onsubmit = (event) => {
    event.preventDefault();
    location.hash = `#/providers?${asked(kind, event.target.q.value.trim(), item)}`;
  };
}

export async function provider(main, code) {
  const view = await get(`/v1/intermediaries/${encodeURIComponent(code)}`);
  const fact = (name, value) => (value ? html`<dt>${name}</dt><dd>${value}</dd>` : "");
  show(main, html`<h1>${view.name}</h1><p><span class="tag brand">${view.kind}</span> ${FREE}</p>
    <section class="card"><h2>联系方式</h2><dl class="facts"><dt>电话</dt><dd><a href="tel:${view.phone}">${view.phone}</a></dd>
      ${fact("地址", view.address)}${fact("服务时间", view.hours)}${fact("地区", view.region)}${fact("信用代码", view.credit_code)}</dl></section>
    <section class="card"><h2>服务内容</h2><ul class="ticks">${view.services.map((one) => html`<li>${one}</li>`)}</ul></section>
    <section class="card"><h2>收费说明</h2><p class="text">${view.fees}</p></section>
    ${view.items.length ? html`<section class="card"><h2>可能用到它的事项</h2><div class="chips">${view.items.map((one) => html`<a class="chip" href="#/guide/${one.slug}">${one.name}</a>`)}</div></section>` : ""}`);
}
