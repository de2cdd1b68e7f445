// 办事指南, themes and scenarios.
import { get, post } from "../api.js";
import { empty, html, show, yuan } from "../view.js";

const fact = (name, value) => (value || value === 0 ? html`<dt>${name}</dt><dd>${value}</dd>` : "");
const days = (number) => (number === null || number === undefined ? "" : number === 0 ? "当场办结" : `${number} 个工作日`);

const materials = (list) => html`<section class="card" id="materials"><h2>申请材料</h2><ol class="list">${list.map((one) => html`
  <li class="row"><div>${one.name} ${one.shared ? html`<span class="tag good">免提交</span>` : ""}
    ${one.blank_form ? html` <a href="/forms/${one.blank_form}" target="_blank" rel="noopener">空白表格</a>` : ""}
    <small>${[one.form, one.copies ? `${one.copies} 份` : "", one.when, one.note].filter(Boolean).join(" · ")}</small></div></li>`)}</ol></section>`;

const next = (view) => html`<div class="actions">
  ${view.bookable ? html`<a class="button main" href="#/book?item=${view.item_code}">预约办理</a>` : ""}
  <a class="button" href="#/ask?q=${encodeURIComponent(view.name)}">问一问</a><a class="button" href="#/progress">查进度</a>
  ${view.fee_fen ? html`<a class="button" href="#/bills">去缴费</a>` : ""}<a class="button" href="tel:12345">12345</a></div>`;

export async function guide(main, slug) {
  const view = await get(`/v1/guides/${encodeURIComponent(slug)}`);
  const SHOWN_OTHERWISE = ["summary", "materials", "question", "places"];
  const rest = view.sections.filter((one) => !SHOWN_OTHERWISE.includes(one.kind));
  show(main, html`<h1>${view.name}</h1>
    <p>${view.summary}</p><p class="soft">${view.department} · ${view.audience.join("、")} · ${view.kind}</p>
    ${next(view)}
    <div class="two"><div class="stack">
      ${view.materials.length ? materials(view.materials) : ""}
      ${rest.map((one) => html`<section class="card"><h2>${one.title}</h2><p class="text">${one.text}</p></section>`)}
      ${view.faqs.length ? html`<section class="card"><h2>常见问题</h2>${view.faqs.map((one) => html`
        <details><summary>${one.question}</summary><p class="text">${one.answer}</p></details>`)}</section>` : ""}
    </div><div class="stack first">
      <section class="card"><h2>一眼看清</h2><dl class="facts">
        ${fact("承诺时限", days(view.promised_days))}${fact("法定时限", days(view.legal_days))}
        ${fact("收费", view.fee_fen ? `${yuan(view.fee_fen)} 元起` : "免费或见收费标准")}${fact("办理渠道", view.online ? "网上、窗口" : "窗口")}
        ${fact("实施编码", view.item_code)}${fact("版本", `第 ${view.version} 版，${view.effective_date} 起施行`)}</dl></section>
      <section class="card"><h2>到哪里办</h2><ul class="list">${view.halls.map((one) => html`
        <li class="row"><div>${one.name}<small>${one.address}</small><small>${one.opening_hours}</small>
        ${one.phone ? html`<small><a href="tel:${one.phone}">${one.phone}</a></small>` : ""}</div></li>`)}</ul></section>
      ${view.related.length ? html`<section class="card"><h2>相关事项</h2><div class="chips">${view.related.map((one) => html`
        <a class="chip" href="#/guide/${one.slug}">${one.name}</a>`)}</div></section>` : ""}
    </div></div>`);
}

export async function theme(main, kind, code) {
  const view = await get(`/v1/themes/${kind}/${encodeURIComponent(code)}`);
  show(main, html`<h1>${view.name}</h1>${view.items.length ? html`<section class="card"><ul class="list">${view.items.map((one) => html`
    <li><a class="row" href="#/guide/${one.slug}"><span>${one.name}<small>${one.department}</small></span></a></li>`)}</ul></section>`
    : empty("这个主题下暂时没有事项。")}`);
}

export async function scenario(main, code) {
  const answers = {};
  const draw = async () => {
    const step = await post(`/v1/scenarios/${encodeURIComponent(code)}`, { answers });
    if (step.question) {
      show(main, html`<h1>${step.name}</h1><section class="card"><h2>${step.question.ask}</h2><div class="actions">${step.question.options.map((one) => html`
        <button class="button wide" data-value="${one.code}">${one.label}</button>${one.hint ? html`<p class="hint">${one.hint}</p>` : ""}`)}</div></section>
        ${Object.keys(answers).length ? html`<button class="button" id="back">上一题</button>` : ""}`);
      for (const button of main.querySelectorAll("[data-value]")) button.onclick = () => { answers[step.question.code] = button.dataset.value; draw(); };
      const back = main.querySelector("#back");
      if (back) back.onclick = () => { delete answers[Object.keys(answers).pop()]; draw(); };
      return;
    }
    show(main, html`<h1>${step.name}</h1><p class="notice good">为您列出需要办理的事项和材料：</p>
      ${step.to_do.map((one) => html`<section class="card"><h2><a href="#/guide/${one.slug}">${one.name}</a> ${one.variant ? html`<span class="tag brand">${one.variant}</span>` : ""}</h2>
        ${one.tip ? html`<p>${one.tip}</p>` : ""}<ol>${one.materials.map((material) => html`<li>${material.name} ${material.shared ? html`<span class="tag good">免提交</span>` : ""}</li>`)}</ol></section>`)}
      <button class="button" id="again">重新回答</button>`);
    main.querySelector("#again").onclick = () => { for (const one of Object.keys(answers)) delete answers[one]; draw(); };
  };
  await draw();
}
