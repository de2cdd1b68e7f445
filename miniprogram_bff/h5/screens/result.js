// 办理结果和送达: files to download, where the result is, and how it is to come.
import { file, get, put } from "../api.js";
import { busy, html, moment, problem, show, toast } from "../view.js";

const WAYS = { pick_up: "到厅领取", courier: "邮寄送达" };
const input = (name, label, value, extra = "") => html`<div class="field" data-field="${name}"><label for="d-${name}">${label}</label><input id="d-${name}" name="${name}" value="${value}" autocomplete="off" ${extra}><p class="fault"></p></div>`;

// The fields by which a way is chosen; an address that is kept is shown masked and is typed anew to be changed.
export const choice = (offered, halls, chosen, hall) => {
  const way = chosen?.way || offered[0];
  return html`<div class="field"><p class="as-label">送达方式</p><div class="scopes">${offered.map((one) => html`<label class="tick"><input type="radio" name="way" value="${one}" ${one === way ? "checked" : ""}> ${WAYS[one]}</label>`)}</div></div>
  <div data-way="pick_up" ${way === "pick_up" ? "" : "hidden"}><div class="field" data-field="hall_code"><label for="d-hall">领取大厅</label><select id="d-hall" name="hall">${halls.map((one) => html`<option value="${one.code}" ${(chosen?.hall || "") === one.name || (!chosen?.hall && one.code === hall) ? "selected" : ""}>${one.name}</option>`)}</select><p class="fault"></p></div></div>
  <div data-way="courier" ${way === "courier" ? "" : "hidden"}>${chosen?.way === "courier" ? html`<p class="notice">现在寄给 ${chosen.recipient} ${chosen.phone}，${chosen.address}。要修改请重新填写，不改请留空。</p>` : ""}
    ${input("recipient", "收件人", "", html`maxlength="40"`)}${input("phone", "收件人电话", "", html`inputmode="tel" maxlength="20"`)}${input("address", "详细地址", "", html`maxlength="120"`)}</div>`;
};

export const readChoice = (form) => {
  const { way, hall, recipient, phone, address } = form.elements;
  if (way.value === "pick_up") return { way: "pick_up", hall_code: hall.value };
  return { way: "courier", address: { recipient: recipient.value, phone: phone.value, address: address.value } };
};
// Nothing was typed and an address is kept: then that one stands.
export const untouched = (form, chosen) => chosen?.way === "courier" && form.elements.way.value === "courier" && ["recipient", "phone", "address"].every((one) => !form.elements[one].value.trim());

export const delivered = (one) => html`<p><b>${one.way_label}</b>：${one.state_label}</p>
  <dl class="facts">${one.way === "pick_up" ? html`<dt>领取大厅</dt><dd>${one.hall}</dd>` : html`<dt>收件人</dt><dd>${one.recipient} ${one.phone}</dd><dt>地址</dt><dd>${one.address}</dd>`}
  ${one.tracking_no ? html`<dt>运单</dt><dd>${one.carrier} <span class="code">${one.tracking_no}</span></dd>` : ""}</dl>
  ${one.steps.length ? html`<ol class="line">${one.steps.map((step) => html`<li>${step.note} <small class="soft">${moment(step.at)}</small></li>`)}</ol>` : ""}`;

export async function result(main, number) {
  const path = `/v1/cases/${encodeURIComponent(number)}`;
  const draw = (view) => {
    const changeable = view.offered.length && (!view.delivery || view.delivery.changeable);
    show(main, html`<h1>办理结果和送达</h1><p class="soft">办件编号 <span class="code">${number}</span></p>
      <section class="card"><h2>结果文件</h2>${view.results.length ? html`<ul class="list">${view.results.map((one) => html`<li class="row"><div>${one.name}<small>${moment(one.at)}</small></div><button class="button main" data-open="${one.code}" data-name="${one.name}">下载</button></li>`)}</ul>` : html`<p class="soft">结果制作好后可以在这里下载。</p>`}</section>
      ${view.delivery ? html`<section class="card"><h2>送达情况</h2>${delivered(view.delivery)}</section>` : ""}
      ${changeable ? html`<form class="card" id="delivery"><h2>${view.delivery ? "修改送达方式" : "选择送达方式"}</h2>${choice(view.offered, view.halls, view.delivery, "")}<div id="problem"></div><button class="button main wide">保存</button></form>` : ""}`);
    const form = main.querySelector("#delivery");
    if (!form) return;
    form.onchange = () => { for (const part of form.querySelectorAll("[data-way]")) part.hidden = part.dataset.way !== form.elements.way.value; };
    form.onsubmit = async (event) => {
      event.preventDefault();
      if (untouched(form, view.delivery)) return toast("没有修改");
      try {
        draw(await busy(form.querySelector("button"), "正在保存…", () => put(`${path}/delivery`, readChoice(form))));
        toast("已保存");
      } catch (error) {
        if (error.status === 401) throw error;
        show(main.querySelector("#problem"), problem(error));
      }
    };
  };
  main.onclick = async (event) => {
    const { open, name } = event.target.closest("button")?.dataset || {};
    if (open) await file(`/v1/papers/${open}/file`, name);
  };
  draw(await get(`${path}/result`));
}
