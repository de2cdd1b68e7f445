// 实名等级: where I stand, what each level allows, the next step; children I am the guardian of.
import { get, post, remove } from "../api.js";
import { busy, html, problem, show, toast } from "../view.js";
import { DOCUMENTS } from "./family.js";

// What can be done here about the next step; the rest is done in the mini-program or at a window.
const STEP = [
  () => html`<p class="hint">请在微信或支付宝小程序中打开本页，点“手机号快捷验证”。</p>`,
  () => html`<a class="button main wide" href="#/real-name?next=${encodeURIComponent("#/level")}">实名认证</a>`,
  () => html`<button class="button main wide" id="phone">核对手机号</button><p class="hint">核对当前绑定的手机号是否以您的姓名和证件办理。还没有绑定的，请在小程序中先绑定。</p>`,
  () => html`<p class="hint">请在小程序中做人脸核验，或携带证件到任一窗口核验。</p>`,
];

export async function level(main) {
  const view = await get("/v1/me/level");
  show(main, html`<h1>实名等级</h1><section class="card stack"><p class="big">${view.name}</p>
    ${view.next_step ? html`<p>还差一步：${view.next_step}</p>${STEP[view.level]()}<div class="problem"></div>` : html`<p class="notice good">已是最高等级，全部事项都可以办理。</p>`}</section>
    <section class="card"><h2>可以办什么</h2><ul class="list">${view.acts.map((one) => html`<li class="row"><div>${one.name} <span class="tag ${one.allowed ? "good" : "warn"}">${one.allowed ? "可以" : "还差一步"}</span><small>${one.needed === view.steps[0] ? "不需要实名" : `需要：${one.needed}`}</small></div></li>`)}</ul></section>
    <section class="card"><h2>等级由低到高</h2><ol class="line numbered">${view.steps.map((name, nth) => html`<li>${name}${nth === view.level ? html` <span class="tag brand">当前</span>` : ""}</li>`)}</ol></section>`);
  main.onclick = async (event) => {
    if (event.target.id !== "phone") return;
    try {
      await busy(event.target, "正在核对…", () => post("/v1/me/level/phone"));
      toast("核对通过");
      await level(main);
    } catch (error) {
      if (error.status === 401) throw error;
      show(main.querySelector(".problem"), problem(error));
    }
  };
}

const ward = (one, deed) => html`<li class="row"><div>${one.name}<small>${one.number} · 至 ${one.until}（成年前）</small></div><button class="button" data-end="${one.id}" aria-label="${deed} ${one.name}">${deed}</button></li>`;

export async function wards(main) {
  const draw = async () => {
    const view = await get("/v1/wards");
    show(main, html`<h1>未成年子女</h1><section class="card"><h2>我监护的子女</h2>${view.wards.length ? html`<ul class="list">${view.wards.map((one) => ward(one, "解除"))}</ul>` : html`<p class="soft">登记后可为其预约、缴费、查询和办理，到其年满 18 周岁为止。</p>`}</section>
      <details class="card" ${view.wards.length ? "" : "open"}><summary>登记监护</summary><form><p class="hint">监护关系由户籍和出生登记核验，不需要上传证明。</p>
        <div class="field"><label for="type">证件类型</label><select id="type" name="id_type">${DOCUMENTS}</select></div>
        <div class="field"><label for="name">子女姓名</label><input id="name" name="name" required maxlength="60" autocomplete="off"></div>
        <div class="field"><label for="number">证件号码</label><input id="number" name="id_number" required minlength="5" maxlength="30" autocomplete="off"></div>
        <div class="problem"></div><button class="button main wide">登记</button></form></details>
      ${view.guardians.length ? html`<section class="card"><h2>我的监护人</h2><ul class="list">${view.guardians.map((one) => ward(one, "解除"))}</ul></section>` : ""}`);
  };
  main.onsubmit = async (event) => {
    event.preventDefault();
    try {
      await busy(event.target.querySelector("button"), "正在核验…", () => post("/v1/wards", Object.fromEntries(new FormData(event.target))));
      toast("已登记");
      await draw();
    } catch (error) {
      if (error.status === 401) throw error;
      show(event.target.querySelector(".problem"), problem(error));
    }
  };
  main.onclick = async (event) => {
    const id = event.target.dataset?.end;
    if (!id || !confirm("解除后不能再为其办理，已约好的不受影响。确定吗？")) return;
    await busy(event.target, "正在解除…", () => remove(`/v1/wards/${id}`));
    await draw();
  };
  await draw();
}
