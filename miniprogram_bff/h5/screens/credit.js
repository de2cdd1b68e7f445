// 预约信用: what blocks me from booking, on what it stands, and an appeal against it.
import { get, post } from "../api.js";
import { busy, empty, html, moment, problem, show, toast } from "../view.js";

const LOOKS = { active: "bad", lifted: "good", expired: "" };
const cause = (one) => html`<li>${moment(one.starts_at)} ${one.type_name}<small class="soft"> ${one.hall_name}</small><br>
  <span class="tag ${one.exempt ? "" : "warn"}">${one.what}</span>${one.exempt ? html` <span class="tag good">已免计</span>` : ""}</li>`;
const appealed = (one) => html`<p class="notice ${one.state === "rejected" ? "bad" : one.state === "accepted" ? "good" : ""}">申诉${one.label}（${moment(one.filed_at)} 提交）：${one.text}
  ${one.reason ? html`<br>处理意见：${one.reason}` : ""}</p>`;
const form = (one) => html`<details><summary>对此有异议，提出申诉</summary><form data-code="${one.code}" class="stack">
  <div><label for="text-${one.code}">情况说明（5 至 500 字，每条限制可申诉一次）</label><textarea id="text-${one.code}" name="text" rows="4" minlength="5" maxlength="500" required></textarea></div>
  <div class="problem"></div><button class="button main">提交申诉</button></form></details>`;

const sanction = (one) => html`<section class="card stack" aria-labelledby="on-${one.code}">
  <h2 id="on-${one.code}">${one.state === "active" ? html`限制预约至 ${moment(one.until)}` : html`限制预约 ${one.label}`} <span class="tag ${LOOKS[one.state]}">${one.label}</span></h2>
  <dl class="facts"><dt>规定</dt><dd>${one.reason}</dd><dt>范围</dt><dd>${one.where}</dd><dt>期限</dt><dd>${moment(one.begins_at)} 至 ${moment(one.until)}</dd>
  ${one.lifted_why ? html`<dt>解除说明</dt><dd>${one.lifted_why}</dd>` : ""}<dt>编号</dt><dd class="code">${one.code}</dd></dl>
  <div><p class="soft">依据的预约</p><ul class="line">${one.causes.map(cause)}</ul></div>
  ${one.appeal ? appealed(one.appeal) : ""}${one.can_appeal ? form(one) : ""}</section>`;

export async function credit(main) {
  const list = await get("/v1/me/sanctions");
  show(main, html`<h1>预约信用</h1>${list.length ? list.map(sanction) : empty("star", "信用良好，没有预约限制。约好了来不了，请尽早取消，把号让给别人。")}
    <p class="hint">只有本人取消和爽约会被计入；大厅取消、停办的从不计入。</p>`);
  main.onsubmit = async (event) => {
    event.preventDefault();
    const { code } = event.target.dataset;
    try {
      await busy(event.target.querySelector("button"), "正在提交…", () => post(`/v1/me/sanctions/${encodeURIComponent(code)}/appeal`, { text: event.target.text.value }));
      toast("申诉已提交");
      await credit(main);
    } catch (error) {
      if (error.status === 401) throw error;
      show(event.target.querySelector(".problem"), problem(error));
    }
  };
}
