// 一个办件: where it stands, what comes next and when, what is missing, how long it usually takes, and what has happened.
import { file } from "../api.js";
import { day, html, moment, weekday } from "../view.js";

const LIGHTS = { green: ["正常", "good"], yellow: ["临近期限", "warn"], red: ["已超期", "bad"], grey: ["未计时", ""] };
export const light = (one) => html`<span class="tag ${LIGHTS[one][1]}">${LIGHTS[one][0]}</span>`;
const on = (date) => html`${day(date)} ${weekday(date)}`;

export const details = (one) => html`<section class="card"><h2>${one.item_name} ${one.closed && one.light !== "red" ? html`<span class="tag good">已结束</span>` : light(one.light)}</h2>
  <p class="big">${one.stage_label}${one.result ? `：${one.result}` : ""}</p>
  <div class="notice next"><b>接下来</b><p>${one.what_next}</p>${one.when ? html`<p class="when">${on(one.when)}</p>` : ""}</div>
  ${one.pause ? html`<p class="soft">${one.pause}，这段时间不计入办理时限${one.pause_until ? html`（最迟到 ${on(one.pause_until)}）` : ""}。</p>` : ""}</section>
  ${one.notices.map(missing(one))}
  <section class="card"><h2>办理时限</h2><dl class="facts">
  ${one.promised_days === null ? "" : html`<dt>承诺时限</dt><dd>${one.promised_days} 个工作日${one.promised_due ? html`，${on(one.promised_due)} 前办结` : ""}</dd>`}
  ${one.legal_days === null ? "" : html`<dt>法定时限</dt><dd>${one.legal_days} 个工作日${one.extended_days ? `，已延长 ${one.extended_days} 个` : ""}${one.legal_due ? html`，${on(one.legal_due)} 前办结` : ""}</dd>`}
  ${one.usual ? html`<dt>通常用时</dt><dd>${one.usual.days} 个工作日以内<small class="soft">近 90 天办结的 ${one.usual.counted} 件中，九成在此时间内办结</small></dd>` : ""}
  <dt>办件编号</dt><dd>${one.case_no}</dd><dt>申请人</dt><dd>${one.applicant}</dd><dt>办理部门</dt><dd>${one.department_name}</dd></dl></section>
  <section class="card"><h2>办理过程</h2><ol class="line">${one.steps.map((step) => html`<li><b>${step.label}</b> <small class="soft">${moment(step.at)}</small>${step.note ? html`<p class="text">${step.note}</p>` : ""}</li>`)}</ol></section>`;

const missing = (one) => (notice) => html`<section class="card"><h2>${one.stage === "notice_once" ? "需要补正的材料" : "补正材料告知"}</h2>
  <p>${notice.document_no}，请于 <b>${on(notice.due)}</b> 前一次补齐。${notice.note}</p>
  <ol class="line numbered">${notice.items.map((item) => html`<li><b>${item.name}</b> ${item.missing ? html`<span class="tag warn">待补</span>` : html`<span class="tag good">已收到</span>`}
    ${item.problem ? html`<p class="text">${item.problem}</p>` : ""}${item.how ? html`<p class="soft">怎样提交：${item.how}</p>` : ""}</li>`)}</ol>
  <button class="button" data-notice="${notice.id}">打开告知书（可打印）</button></section>`;

// The paper is fetched with the session: its address alone opens nothing.
export const papers = (main, one) => main.querySelectorAll("[data-notice]").forEach((button) => {
  button.onclick = () => file(`/v1/cases/${encodeURIComponent(one.case_no)}/notices/${button.dataset.notice}`, `告知书-${one.case_no}.pdf`);
});
