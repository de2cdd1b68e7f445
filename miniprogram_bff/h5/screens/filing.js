// 在线申请: my applications, and one of them: what to fill in, what to bring, the pledge, and what became of it.
import { file, get, post, put, remove } from "../api.js";
import { busy, empty, html, moment, problem, show, toast } from "../view.js";
import { choice, delivered, readChoice, untouched } from "./result.js";
import { upload } from "../upload.js";

const MOODS = { submitted: "brand", reviewing: "brand", returned: "warn", accepted: "good", refused: "bad" };
const tag = (one) => html`<span class="tag ${MOODS[one.state] || ""}">${one.state_label}</span>`;

export async function myFilings(main) {
  const rows = await get("/v1/filings");
  show(main, html`<h1>我的申请</h1>${rows.length ? html`<section class="card"><ul class="list">${rows.map((one) => html`
    <li><a class="row" href="#/filing/${one.code}"><span>${one.item_name} ${tag(one)}<small>${one.hall}${one.expires_at ? ` · ${moment(one.expires_at)} 前有效` : ""}${one.case_no ? ` · ${one.case_no}` : ""}</small></span></a></li>`)}</ul></section>`
    : empty("guide", "还没有在线申请过。在办事指南中点“在线申请”开始。", html`<a class="button main" href="#/search">找事项</a>`)}`);
}

export async function startFiling(main, slug) {
  try {
    const made = await post("/v1/filings", { item: slug });
    location.replace(`#/filing/${made.code}`);
  } catch (error) {
    if (error.code !== "RealNameNeeded") throw error;
    location.replace(`#/real-name?next=${encodeURIComponent(`#/apply/${slug}`)}`);
  }
}

const HOW = { form: ["网上填报代替", "good"], licence: ["电子证照", "good"], papers: ["已上传", "good"], later: ["容缺后补", "warn"], missing: ["待上传", "bad"], not_needed: ["按情形提交", ""] };
const TYPES = { 日期: "date", 数字: "text", 手机号: "tel" };
const MODES = { 数字: "numeric", 手机号: "numeric" };
const size = (bytes) => (bytes < 1048576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);

const control = (one, value) => {
  const id = `f-${one.field}`, known = one.options.length ? one.options : ["是", "否"];
  if (one.asks === "单选" || one.asks === "是否") return html`<select id="${id}" name="${one.field}" aria-describedby="${id}-said"><option value="">请选择</option>${known.map((option) => html`<option ${option === value ? "selected" : ""}>${option}</option>`)}</select>`;
  if (one.asks === "多选") return html`<div class="scopes">${known.map((option) => html`<label class="tick"><input type="checkbox" name="${one.field}" value="${option}" ${(value || []).includes(option) ? "checked" : ""}> ${option}</label>`)}</div>`;
  if (one.asks === "多行") return html`<textarea id="${id}" name="${one.field}" rows="3" maxlength="${one.most || 2000}" aria-describedby="${id}-said">${value || ""}</textarea>`;
  return html`<input id="${id}" name="${one.field}" type="${TYPES[one.asks] || "text"}" ${MODES[one.asks] ? html`inputmode="${MODES[one.asks]}"` : ""} value="${value || ""}" maxlength="200" autocomplete="off" aria-describedby="${id}-said">`;
};
const field = (one, value) => html`<div class="field" data-field="${one.field}" ${one.shown_if ? html`data-if="${one.shown_if}"` : ""}>
  ${one.asks === "多选" ? html`<p class="as-label">${one.label}${one.optional ? "（选填）" : ""}</p>` : html`<label for="f-${one.field}">${one.label}${one.optional ? "（选填）" : ""}</label>`}
  ${control(one, value)}${one.hint ? html`<p class="hint">${one.hint}</p>` : ""}<p class="fault" id="f-${one.field}-said"></p></div>`;

const paper = (one, editable) => html`<li class="row"><div>${one.name}<small>${size(one.size)} · ${one.state_label}</small></div>
  ${one.state === "ready" ? html`<button class="button" data-open="${one.code}" data-name="${one.name}">查看</button>` : ""}${editable ? html`<button class="button" data-drop="${one.code}" aria-label="删除 ${one.name}">删除</button>` : ""}</li>`;
const chooser = (name, words) => html`<label class="button">${words}<input type="file" accept="image/jpeg,image/png,application/pdf,.ofd" multiple data-upload="${name}"></label>`;

const material = (view, one) => html`<li class="material" data-material="${one.name}"><h3>${one.name} <span class="tag ${HOW[one.how][1]}">${HOW[one.how][0]}</span></h3>
  ${one.asked ? html`<p class="notice warn">需补正：${one.asked}</p>` : ""}
  <p class="hint">${[one.when && `${one.when}时提供`, one.note].filter(Boolean).join(" · ")}</p>
  ${one.licence_held ? html`<p class="soft">已从电子证照库查到${one.licence_until ? `，有效期至 ${one.licence_until}` : ""}，不用再交。</p>` : ""}
  ${one.papers.length ? html`<ul class="list">${one.papers.map((of) => paper(of, view.editable))}</ul>` : ""}
  ${view.editable && one.how !== "form" ? html`<div class="actions">${chooser(one.name, "上传文件")}
    ${view.licences_on && one.licence && !one.licence_held && !one.papers.length ? html`<button class="button" data-licence="${one.name}">用${one.licence}</button>` : ""}
    ${one.may_follow && !one.papers.length ? html`<label class="tick"><input type="checkbox" data-later="${one.name}" ${one.promised ? "checked" : ""}> 受理后再补（容缺）</label>` : ""}</div>` : ""}<div class="upshot"></div></li>`;

const OWED = { owed: "待补交", overdue: "已逾期", received: "已补交" };
const owed = (view) => (view.owed.length ? html`<section class="card"><h2>容缺后补的材料</h2><ul class="list">${view.owed.map((one) => html`<li class="material" data-material="${one.material}"><h3>${one.material} <span class="tag ${one.state === "received" ? "good" : "warn"}">${OWED[one.state]}</span></h3>
  <p class="hint">请在 ${one.due_on} 前补交。</p>${one.state === "received" ? "" : html`<div class="actions">${chooser(one.material, "上传文件")}<button class="button main" data-brought="${one.material}">确认补交</button></div>`}<div class="upshot"></div></li>`)}</ul></section>` : "");

const editor = (view) => html`<form class="card" id="filled" novalidate><h2>填写内容</h2>
    ${view.halls.length > 1 ? html`<div class="field"><label for="hall">受理大厅</label><select id="hall" name="hall_code">${view.halls.map((one) => html`<option value="${one.code}" ${one.code === view.hall.code ? "selected" : ""}>${one.name}</option>`)}</select></div>` : ""}
    ${view.fields.map((one) => field(one, view.answers[one.field]))}<p class="soft" id="saved" role="status"></p></form>
  <section class="card"><h2>申请材料</h2><ul class="list" id="materials">${view.materials.map((one) => material(view, one))}</ul></section>
  ${view.delivery_offered.length ? html`<form class="card" id="delivery"><h2>结果送达</h2>${choice(view.delivery_offered, view.halls, view.delivery, view.hall.code)}</form>` : ""}
  <section class="card"><h2>材料真实承诺书</h2><p class="text">${view.pledge}</p>
    <label class="tick"><input type="checkbox" id="pledged"> 本人已阅读并承诺</label></section>
  <div id="problem"></div><div class="actions"><button class="button main" id="submit">提交申请</button><button class="button" id="withdraw">撤回申请</button></div>`;

const settled = (view) => html`<section class="card"><h2>填写内容</h2><dl class="facts">${view.fields.filter((one) => view.answers[one.field]).map((one) => html`<dt>${one.label}</dt><dd>${[view.answers[one.field]].flat().join("、")}</dd>`)}<dt>受理大厅</dt><dd>${view.hall.name}</dd>
  ${view.pledged_at ? html`<dt>承诺书</dt><dd>${view.pledge_version} 版，${moment(view.pledged_at)} 同意</dd>` : ""}</dl></section>
  ${view.state === "withdrawn" || view.state === "expired" ? "" : html`<section class="card"><h2>申请材料</h2><ul class="list">${view.materials.map((one) => material(view, one))}</ul></section>`}
  ${owed(view)}${view.delivery ? html`<section class="card"><h2>结果送达</h2>${delivered(view.delivery)}</section>` : ""}
  <div class="actions">${view.case_no ? html`<a class="button main" href="#/case/${view.case_no}">查看办理进度</a><a class="button" href="#/result/${view.case_no}">办理结果和送达</a>` : ""}
  ${["submitted", "reviewing"].includes(view.state) ? html`<button class="button" id="withdraw">撤回申请</button>` : ""}</div>`;

export async function fileOnline(main, code) {
  const path = `/v1/filings/${encodeURIComponent(code)}`;
  let view = await get(path);
  const draw = () => {
    const typed = main.querySelector("#delivery"), kept = typed ? [...new FormData(typed)] : [], pledged = main.querySelector("#pledged")?.checked;
    show(main, html`<h1>${view.item_name}</h1><section class="card"><p class="big">${view.state_label}</p><p class="text">${view.what_next}</p>
        ${view.reason ? html`<p class="notice bad text">${view.reason}</p>` : ""}${view.editable && view.expires_at ? html`<p class="soft">${moment(view.expires_at)} 前有效</p>` : ""}
        ${view.state === "returned" ? html`<h2>一次性告知</h2><ul class="ticks">${view.notice.map((one) => html`<li><b>${one.material}</b>：${one.why}</li>`)}</ul>` : ""}</section>
      ${view.outdated ? html`<section class="card"><p class="notice warn">办事指南已更新，请按新表单核对后提交，仍然适用的内容会保留。</p><button class="button main" id="follow">按新表单填写</button></section>` : view.editable ? editor(view) : settled(view)}`);
    if (!main.querySelector("#filled")) return;
    // What is only kept when it is sent in stays as it was typed.
    for (const [name, value] of kept) main.querySelector("#delivery").elements[name].value = value;
    main.querySelector("#pledged").checked = Boolean(pledged);
    reveal(main);
  };
  const showAgain = (fresh) => { view = fresh; draw(); };
  const filled = () => {
    const form = main.querySelector("#filled"), answers = {};
    for (const one of view.fields) {
      answers[one.field] = one.asks === "多选" ? [...form.querySelectorAll(`[name=${one.field}]:checked`)].map((box) => box.value) : form.elements[one.field].value;
    }
    return { answers, promised: [...main.querySelectorAll("[data-later]:checked")].map((box) => box.dataset.later), hall_code: form.elements.hall_code?.value || "" };
  };
  // One save after another: what was typed last is what is kept.
  let saving = Promise.resolve();
  const save = () => (saving = saving.catch(() => {}).then(async () => {
    view = { ...view, ...(await put(path, filled())) };
    const told = main.querySelector("#saved");
    if (told) told.textContent = "已自动保存";
  }));
  const said = (place, error) => { if (error.status === 401) throw error; show(place, problem(error)); };

  main.onchange = async (event) => {
    const { upload: name, later } = event.target.dataset;
    if (event.target.closest("#delivery")) return reveal(main);
    if (name === undefined) {
      if (later !== undefined || event.target.closest("#filled")) { reveal(main); await save().catch((error) => toast(error.message)); }
      if (later !== undefined) draw();
      return;
    }
    const place = event.target.closest("li").querySelector(".upshot"), chosen = [...event.target.files];
    try {
      if (view.editable) await save();
      for (const one of chosen) await upload(one, { owner: "filing", code, material: name }, (percent) => show(place, html`<p class="soft" role="status">正在上传 ${one.name}：${percent}%</p>`));
      if (view.owed.some((one) => one.material === name)) { show(place, html`<p class="notice good">已上传，请点“确认补交”。</p>`); return; }
      showAgain(await get(path));
      toast("已上传");
    } catch (error) { said(place, error); }
  };
  main.onclick = async (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { open, drop, licence, brought, name } = button.dataset;
    const place = button.closest("li")?.querySelector(".upshot") || button.closest("section, form")?.querySelector(".upshot");
    try {
      if (open) await file(`/v1/papers/${open}/file`, name);
      else if (drop) { await save(); await remove(`/v1/papers/${drop}`); showAgain(await get(path)); }
      else if (brought) showAgain(await post(`${path}/owed`, { material: brought }));
      else if (licence && confirm(view.licence_consent)) {
        await save();
        showAgain(await busy(button, "正在查询…", () => post(`${path}/licences`, { material: licence, consent_version: view.licence_consent_version })));
        toast("已查到，不用再交这份材料");
      } else if (button.id === "follow") showAgain(await post(`${path}/follow-guide`));
      else if (button.id === "withdraw" && confirm("撤回后填写的内容和材料会删除，确认撤回吗？")) showAgain(await post(`${path}/withdraw`));
      else if (button.id === "submit") await busy(button, "正在提交…", submit);
    } catch (error) {
      if (error.status === 401) throw error;
      place ? show(place, problem(error)) : toast(error.message);
    }
  };
  main.onsubmit = (event) => event.preventDefault();

  async function submit() {
    const place = main.querySelector("#problem");
    for (const one of main.querySelectorAll(".fault")) one.textContent = "";
    if (!main.querySelector("#pledged").checked) { show(place, html`<p class="notice bad" role="alert">请先阅读承诺书并勾选。</p>`); return; }
    try {
      await save();
      const form = main.querySelector("#delivery");
      if (form && !untouched(form, view.delivery)) await put(`${path}/delivery`, readChoice(form));
      showAgain(await post(`${path}/submit`, { pledge_version: view.pledge_version }));
      window.scrollTo(0, 0);
      toast("已提交");
    } catch (error) {
      if (error.status === 401) throw error;
      point(main, error);
      show(place, problem(error));
    }
  }
  draw();
}

// Each fault beside the field it is about; the first one comes into sight.
function point(main, error) {
  let first;
  const form = error.code === "DeliveryFault" ? "#delivery" : "#filled"; // both may ask for a telephone
  for (const one of Array.isArray(error.detail) ? error.detail : []) {
    const place = main.querySelector(`${form} [data-field="${CSS.escape(one.field)}"] .fault`) || main.querySelector(`[data-material="${CSS.escape(one.field)}"] .upshot`);
    if (!place) continue;
    place.textContent = one.problem;
    place.classList.add("fault");
    first = first || place;
  }
  first?.scrollIntoView({ block: "center" });
}

// What was chosen before decides what is asked; what is not asked is no answer to others.
function reveal(main) {
  const form = main.querySelector("#filled"), asked = new Set();
  for (const place of form.querySelectorAll("[data-field]")) {
    const [name, values] = (place.dataset.if || "").split("=");
    const given = name && asked.has(name) ? [...form.querySelectorAll(`[name=${name}]`)].filter((one) => one.type !== "checkbox" || one.checked).map((one) => one.value) : [];
    place.hidden = Boolean(name) && !values.split("|").some((one) => given.includes(one.trim()));
    if (!place.hidden) asked.add(place.dataset.field);
  }
  const delivery = main.querySelector("#delivery");
  if (delivery) for (const part of delivery.querySelectorAll("[data-way]")) part.hidden = part.dataset.way !== delivery.elements.way.value;
}
