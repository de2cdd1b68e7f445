// 单位办理: organisations I act for, for whom I act now, and the agents of one I manage.
import { get, post, put, remove } from "../api.js";
import { busy, html, problem, show, toast } from "../view.js";
import { DOCUMENTS } from "./family.js";

const LOOK = { active: "good", claimed: "warn", asked: "brand" };
const inDays = (days) => new Date(Date.now() + days * 86400000 + 8 * 3600000).toISOString().slice(0, 10);
const SCOPES = html`<fieldset class="field scopes"><legend>办理范围</legend>${[["book", "预约"], ["progress", "办件"], ["pay", "缴费"]].map(([value, name]) => html`
  <label class="tick"><input type="checkbox" name="scope" value="${value}" checked> ${name}</label>`)}</fieldset>`;

const mandate = (one, acting) => html`<section class="card stack"><h2>${one.name}</h2>
  <p><span class="tag ${LOOK[one.state]}">${one.label}</span> <span class="tag">${one.role_name}</span></p>
  <dl class="facts"><dt>信用代码</dt><dd class="code">${one.credit_code}</dd><dt>范围</dt><dd>${one.scope_names.join("、")}</dd><dt>有效期至</dt><dd>${one.until}</dd></dl>
  ${one.state === "active" ? html`<div class="actions">${acting === one.name ? html`<button class="button" data-act="0">切换回本人</button>` : html`<button class="button main" data-act="${one.subject}">以该单位身份办理</button>`}
    ${one.manages ? html`<a class="button" href="#/organisation/${one.organisation}">管理经办人</a>` : ""}
    <button class="button danger" data-end="${one.id}" aria-label="不再经办 ${one.name}">不再经办</button></div>` : ""}
  ${one.state === "claimed" ? html`<p class="hint">请携带营业执照和授权书原件到任一窗口审核。</p>` : ""}</section>`;

export async function organisations(main) {
  const draw = async () => {
    const view = await get("/v1/organisations");
    show(main, html`<h1>单位办理</h1><p class="notice ${view.acting_for ? "warn" : ""}">当前办理身份：<b>${view.acting_for || "本人"}</b>${view.acting_for ? "。预约、缴费单和办件都是该单位的。" : ""}</p>
      ${view.asked_of_me.map((one) => html`<section class="card stack"><h2>${one.name} 请您担任${one.role_name}</h2><p class="soft">${one.scope_names.join("、")} · 至 ${one.until}</p>
        <div class="actions"><button class="button main" data-answer="agree" data-id="${one.id}">同意</button><button class="button" data-answer="decline" data-id="${one.id}">不同意</button></div></section>`)}
      ${view.mandates.map((one) => mandate(one, view.acting_for))}
      <details class="card" ${view.mandates.length ? "" : "open"}><summary>登记单位</summary><form><div class="field"><label for="credit_code">统一社会信用代码</label><input id="credit_code" name="credit_code" required minlength="18" maxlength="30" autocomplete="off" autocapitalize="characters"></div>
        <div class="field"><label for="name">单位名称</label><input id="name" name="name" required maxlength="120" autocomplete="organization"></div>
        <div class="field"><label for="role">您的身份</label><select id="role" name="role"><option value="legal_person">法定代表人（登记机关核验后立即生效）</option><option value="authorised">受单位授权（须到窗口审核授权书）</option></select></div>
        <div class="problem"></div><button class="button main wide">登记</button></form></details>`);
  };
  main.onsubmit = async (event) => {
    event.preventDefault();
    try {
      await busy(event.target.querySelector("button"), "正在核验…", () => post("/v1/organisations", Object.fromEntries(new FormData(event.target))));
      toast("已登记");
      await draw();
    } catch (error) {
      if (error.status === 401) throw error;
      const step = ["LevelNeeded", "RealNameNeeded"].includes(error.code) ? html`<div class="actions field"><a class="button" href="#/level">查看还差哪一步</a></div>` : "";
      show(event.target.querySelector(".problem"), html`${problem(error)}${step}`);
    }
  };
  main.onclick = async (event) => {
    const { act, end, answer, id } = event.target.dataset || {};
    try {
      if (act) { const now = await busy(event.target, "正在切换…", () => put("/v1/me/acting", { subject: Number(act) })); toast(now.name ? `现在以 ${now.name} 的身份办理` : "已切换回本人"); await draw(); }
      if (answer) { await busy(event.target, "正在提交…", () => post(`/v1/organisations/agents/${id}/${answer}`)); await draw(); }
      if (end && confirm("不再经办后，您看不到该单位的预约、缴费和办件。确定吗？")) { await busy(event.target, "正在处理…", () => remove(`/v1/organisations/agents/${end}`)); await draw(); }
    } catch (error) {
      if (error.status === 401) throw error;
      toast(error.message);
      await draw();
    }
  };
  await draw();
}

export async function organisation(main, id) {
  const draw = async () => {
    const list = await get(`/v1/organisations/${encodeURIComponent(id)}/agents`);
    show(main, html`<h1>经办人</h1><section class="card"><ul class="list">${list.map((one) => html`<li class="row"><div>${one.name} <span class="tag ${LOOK[one.state]}">${one.label}</span>
        <small>${one.role_name} · ${one.scope_names.join("、")} · 至 ${one.until}</small></div>${one.mine || one.role === "legal_person" ? "" : html`<button class="button" data-end="${one.id}" aria-label="解除 ${one.name}">解除</button>`}</li>`)}</ul></section>
      <details class="card"><summary>添加经办人</summary><form><p class="hint">对方登录并实名后，在“单位办理”中同意才生效。</p>
        <div class="field"><label for="type">证件类型</label><select id="type" name="id_type">${DOCUMENTS}</select></div>
        <div class="field"><label for="name">姓名</label><input id="name" name="name" required maxlength="60" autocomplete="off"></div>
        <div class="field"><label for="number">证件号码</label><input id="number" name="id_number" required minlength="5" maxlength="30" autocomplete="off"></div>
        <div class="field"><label for="role">角色</label><select id="role" name="role"><option value="agent">经办人</option><option value="administrator">管理员（可管理经办人，须法定代表人添加）</option></select></div>
        ${SCOPES}<div class="field"><label for="until">有效期至</label><input id="until" name="until" type="date" required min="${inDays(0)}" max="${inDays(1098)}" value="${inDays(365)}"></div>
        <div class="problem"></div><button class="button main wide">添加</button></form></details>`);
  };
  main.onsubmit = async (event) => {
    event.preventDefault();
    const values = new FormData(event.target);
    try {
      await busy(event.target.querySelector("button"), "正在提交…", () => post(`/v1/organisations/${encodeURIComponent(id)}/agents`, { ...Object.fromEntries(values), scope: values.getAll("scope") }));
      toast("已添加，等待本人同意");
      await draw();
    } catch (error) {
      if (error.status === 401) throw error;
      show(event.target.querySelector(".problem"), problem(error));
    }
  };
  main.onclick = async (event) => {
    const { end } = event.target.dataset || {};
    if (!end || !confirm("解除后立即生效；预约、缴费和办件仍归单位。确定吗？")) return;
    await busy(event.target, "正在解除…", () => remove(`/v1/organisations/agents/${end}`)).catch((error) => { if (error.status === 401) throw error; toast(error.message); });
    await draw();
  };
  await draw();
}
