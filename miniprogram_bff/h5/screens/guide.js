// 办事指南: at a glance first, then what to bring, how it goes, where to go; the rest is folded away.
import { get } from "../api.js";
import { html, show, yuan } from "../view.js";
import { providerRow } from "./directory.js";

const fact = (name, value) => (value || value === 0 ? html`<dt>${name}</dt><dd>${value}</dd>` : "");
const days = (number, unit = "工作日") => (number === null || number === undefined ? "" : number === 0 ? "当场办结" : `${number} 个${unit}`);

const file = (name, label, of) => (name ? html`<a class="button" href="/forms/${name}" target="_blank" rel="noopener" aria-label="${of}：${label}">${label}</a>` : "");

export const materials = (list) => html`<ul class="list">${list.map((one) => html`
  <li class="row"><div>${one.name} ${one.shared ? html`<span class="tag good">免提交</span>` : ""}
    <small>${[one.form, one.copies > 1 ? `${one.copies} 份` : "", one.when && `${one.when}时提供`, one.note].filter(Boolean).join(" · ")}</small></div>
    ${one.blank_form || one.sample ? html`<div class="actions">${file(one.blank_form, "空白表格", one.name)}${file(one.sample, "填写示例", one.name)}</div>` : ""}</li>`)}</ul>`;

const next = (view) => html`<div class="actions spread">
  ${view.online_form ? html`<a class="button main" href="#/apply/${view.slug}">在线申请</a>` : ""}
  ${view.bookable ? html`<a class="button ${view.online_form ? "" : "main"}" href="#/book?item=${view.item_code}">预约办理</a>` : ""}
  ${view.fee_fen ? html`<a class="button" href="#/bills">去缴费</a>` : ""}
  <a class="button" href="#/ask?q=${encodeURIComponent(view.name)}">问一问</a><a class="button" href="#/progress">查进度</a></div>`;

const hall = (one) => html`<li class="row"><div>${one.name}<small>${one.address}</small><small>${one.opening_hours}</small>
  ${one.phone ? html`<a href="tel:${one.phone}">${one.phone}</a>` : ""}</div></li>`;

const SHOWN = 3; // halls before the rest is folded away
const halls = (list) => html`<section class="card" id="places"><h2>到哪里办</h2><ul class="list">${list.slice(0, SHOWN).map(hall)}</ul>
  ${list.length > SHOWN ? html`<details><summary>其余 ${list.length - SHOWN} 个大厅</summary><ul class="list">${list.slice(SHOWN).map(hall)}</ul></details>` : ""}</section>`;

const STEP = /^\d+\.\s*/;
const steps = (one) => html`<section class="card" id="${one.kind}"><h2>${one.title}</h2>${STEP.test(one.text)
  ? html`<ol class="line numbered">${one.text.split("\n").map((step) => html`<li>${step.replace(STEP, "")}</li>`)}</ol>` : html`<p class="text">${one.text}</p>`}</section>`;

const ELSEWHERE = ["summary", "materials", "question", "places", "variant"]; // shown in shapes of their own
const OPEN = { conditions: "条件", steps: "流程", periods: "时限", fees: "收费" };
const folded = (one) => html`<details id="${one.kind}"><summary>${one.title}</summary><p class="text">${one.text}</p></details>`;

// What people asked for beside it; it comes when it comes, and nothing waits for it.
const also = async (box, slug) => {
  const { items } = await get(`/v1/guides/${encodeURIComponent(slug)}/also`).catch(() => ({ items: [] }));
  if (!box.isConnected || !items.length) return;
  box.hidden = false;
  show(box, html`<h2>办这件事的人还问了</h2><div class="chips">${items.map((one) => html`<a class="chip" href="#/guide/${one.slug}">${one.name}</a>`)}</div>`);
};

export async function guide(main, slug) {
  const view = await get(`/v1/guides/${encodeURIComponent(slug)}`);
  const rest = view.sections.filter((one) => !ELSEWHERE.includes(one.kind));
  const open = rest.filter((one) => one.kind in OPEN);
  const closed = rest.filter((one) => !(one.kind in OPEN));
  const variants = view.sections.filter((one) => one.kind === "variant");
  const jumps = [view.materials.length && ["materials", "材料"], ...open.map((one) => [one.kind, OPEN[one.kind]]), ["places", "地点"], closed.length && ["more", "其他"], view.faqs.length && ["faqs", "常见问题"]].filter(Boolean);
  show(main, html`<h1>${view.name}</h1><p>${view.summary}</p>${next(view)}
    <nav class="jumps" aria-label="本页内容">${jumps.map(([id, name]) => html`<button class="chip" data-to="${id}">${name}</button>`)}</nav>
    <div class="two mixed"><div class="stack">
      ${view.materials.length ? html`<section class="card" id="materials"><h2>申请材料</h2>${materials(view.materials)}</section>` : ""}
      ${variants.length ? html`<section class="card"><h2>不同情形</h2><dl class="facts">${variants.map((one) => fact(one.title, one.text))}</dl></section>` : ""}
      ${open.map(steps)}
      ${closed.length ? html`<section class="card folds" id="more"><h2>其他说明</h2>${closed.map(folded)}</section>` : ""}
      ${view.faqs.length ? html`<section class="card folds" id="faqs"><h2>常见问题</h2>${view.faqs.map((one) => html`
        <details><summary>${one.question}</summary><p class="text">${one.answer}</p></details>`)}</section>` : ""}
    </div><div class="stack">
      <section class="card first"><h2>一眼看清</h2><dl class="facts">
        ${fact("承诺时限", days(view.promised_days))}${fact("法定时限", days(view.legal_days, view.legal_unit))}
        ${fact("收费", view.fee_fen ? `最高 ${yuan(view.fee_fen)} 元，见收费标准` : "不收费")}${fact("办理渠道", view.online ? "网上、窗口" : "窗口")}
        ${fact("办理部门", view.department)}${fact("服务对象", view.audience.join("、"))}${fact("办件类型", view.kind)}
        ${view.department_phone ? html`<dt>咨询电话</dt><dd><a href="tel:${view.department_phone}">${view.department_phone}</a></dd>` : ""}</dl></section>
      ${view.halls.length ? halls(view.halls) : ""}
      ${view.intermediaries.length ? html`<section class="card"><h2>可能用到的中介服务</h2><p class="soft">由您自主选择，平台不作推荐。</p><ul class="list">${view.intermediaries.slice(0, SHOWN).map(providerRow)}</ul>
        ${view.intermediaries.length > SHOWN ? html`<a class="button" href="#/providers?item=${view.slug}">全部 ${view.intermediaries.length} 家</a>` : ""}</section>` : ""}
      ${view.related.length ? html`<section class="card"><h2>相关事项</h2><div class="chips">${view.related.map((one) => html`
        <a class="chip" href="#/guide/${one.slug}">${one.name}</a>`)}</div></section>` : ""}
      <section class="card" id="also" hidden></section>
      <p class="soft">实施编码 <span class="code">${view.item_code}</span><br>第 ${view.version} 版，${view.effective_date} 起施行</p>
    </div></div>`);
  also(main.querySelector("#also"), slug);
  main.querySelector(".jumps").onclick = (event) => {
    const to = event.target.dataset?.to;
    if (!to) return;
    const section = main.querySelector(`#${to}`);
    section.scrollIntoView({ behavior: "smooth" });
    section.tabIndex = -1;
    section.focus({ preventScroll: true });
  };
}
