// 查进度: my cases, or one by its number and the last four characters of the applicant's number.
import { get, post, token } from "../api.js";
import { busy, html, moment, problem, show } from "../view.js";

const LIGHTS = { green: ["正常", "good"], yellow: ["临近期限", "warn"], red: ["已超期", "bad"], grey: ["未计时", ""] };
const light = (one) => html`<span class="tag ${LIGHTS[one][1]}">${LIGHTS[one][0]}</span>`;

export async function progress(main) {
  const mine = token() ? await get("/v1/cases") : [];
  show(main, html`<h1>查进度</h1>
    <div class="two"><section class="card"><h2>我的办件</h2>${token() ? (mine.length ? html`<ul class="list">${mine.map((one) => html`
      <li><a class="row" href="#/case/${one.case_no}"><span>${one.item_name} ${light(one.light)}<small>${one.stage_label} · ${one.case_no}</small></span></a></li>`)}</ul>` : html`<p class="soft">还没有办件。完成<a href="#/real-name?next=%23%2Fprogress">实名认证</a>后，您名下的办件会自动出现。</p>`)
      : html`<p class="soft">登录后自动显示您的办件。</p><a class="button main" href="#/login?next=%23%2Fprogress">登录</a>`}</section>
    <form class="card"><h2>按编号查询</h2><p class="soft">不用登录。办件编号在受理通知书或短信里。</p>
      <div class="field"><label for="case_no">办件编号</label><input id="case_no" name="case_no" required minlength="4" maxlength="60" autocomplete="off"></div>
      <div class="field"><label for="last_four">申请人证件号码后四位</label><input id="last_four" name="last_four" required pattern="[0-9A-Za-z]{4}" maxlength="4" autocomplete="off"></div>
      <button class="button main wide">查询</button></form></div><div id="found" class="stack"></div>`);
  const form = main.querySelector("form");
  form.onsubmit = async (event) => {
    event.preventDefault();
    const found = main.querySelector("#found");
    const given = { case_no: form.case_no.value.trim(), last_four: form.last_four.value.trim() };
    try {
      show(found, details(await busy(form.querySelector("button"), "正在查询…", () => post("/v1/cases/look-up", given))));
    } catch (error) {
      show(found, problem(error));
    }
    found.scrollIntoView({ behavior: "smooth" });
  };
}

const details = (one) => html`<section class="card"><h2>${one.item_name} ${light(one.light)}</h2>
  <p class="big">${one.stage_label}</p><p>${one.what_next}</p>
  <dl class="facts"><dt>办件编号</dt><dd>${one.case_no}</dd><dt>申请人</dt><dd>${one.applicant}</dd><dt>办理部门</dt><dd>${one.department_name}</dd>
  ${one.promised_due ? html`<dt>承诺办结</dt><dd>${one.promised_due}（${one.promised_days} 个工作日）</dd>` : ""}${one.legal_due ? html`<dt>法定期限</dt><dd>${one.legal_due}（${one.legal_days} 个工作日）</dd>` : ""}</dl></section>
  <section class="card"><h2>办理过程</h2><ol class="line">${one.steps.map((step) => html`<li><b>${step.label}</b> <small class="soft">${moment(step.at)}</small>${step.note ? html`<p class="text">${step.note}</p>` : ""}</li>`)}</ol></section>`;

export async function caseView(main, number) {
  const one = await get(`/v1/cases/${encodeURIComponent(number)}`);
  show(main, html`<h1>办件进度</h1>${details(one)}
    ${one.stage === "notice_once" ? html`<a class="button main" href="#/supplement/${encodeURIComponent(one.case_no)}">上传补正材料</a>` : ""}
    <a class="button" href="#/result/${encodeURIComponent(one.case_no)}">办理结果和送达</a>
    ${one.stage === "closed" || one.stage === "delivered" ? html`<a class="button main" href="#/rate/case/${one.case_no}">评价服务</a>` : ""}`);
}
