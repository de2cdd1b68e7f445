// 好差评: five levels with their tags; the lowest two need a reason. Nobody is rated by silence.
import { get, post } from "../api.js";
import { busy, empty, html, problem, show } from "../view.js";

const ticks = (one) => (one ? html`<fieldset class="scopes"><legend>${one.reason_needed ? "哪里不满意（可多选）" : "可多选"}</legend>${one.tags.map((tag) => html`
  <label class="tick"><input type="checkbox" name="tags" value="${tag}">${tag}</label>`)}</fieldset>` : "");

export async function rate(main, kind, number, query) {
  const levels = await get("/v1/ratings/levels");
  main.classList.add("narrow");
  show(main, html`<h1>评价服务</h1><form class="card"><fieldset class="stars"><legend>本次服务您觉得：</legend>${levels.map((one) => html`
      <label><input type="radio" name="level" value="${one.level}" required>${one.label}</label>`)}</fieldset>
    <div id="tags" class="field"></div>
    <div class="field"><label for="text">想说的话（不满意时请说明原因）</label><textarea id="text" name="text" rows="4" maxlength="500"></textarea></div>
    <p class="hint">评价对窗口匿名。文字经审核、去掉个人信息后才会公开。</p>
    <div id="problem"></div><button class="button main wide">提交评价</button></form>`);
  const form = main.querySelector("form");
  // What was written outlives a session that ends meanwhile.
  const draft = `zhijianban.rate.${kind}.${number}`;
  form.text.value = sessionStorage.getItem(draft) || "";
  form.oninput = () => sessionStorage.setItem(draft, form.text.value);
  for (const radio of form.querySelectorAll("[name=level]")) {
    radio.onchange = () => show(form.querySelector("#tags"), ticks(levels.find((one) => one.level === Number(radio.value))));
  }
  form.onsubmit = async (event) => {
    event.preventDefault();
    const tags = [...form.querySelectorAll("[name=tags]:checked")].map((one) => one.value);
    const said = { kind, number, level: Number(form.level.value), tags, text: form.text.value, given_by: query.get("here") ? "code" : "online" };
    try {
      const given = await busy(form.querySelector("button"), "正在提交…", () => post("/v1/ratings", said));
      sessionStorage.removeItem(draft);
      show(main, html`<h1>感谢您的评价</h1><p class="notice good" role="status">您的评价：${given.label}。${given.mend_due ? `我们会在 ${given.call_back_due} 前回访，${given.mend_due} 前整改。` : ""}</p>
        <div class="actions"><a class="button main" href="#/">回首页</a><a class="button" href="#/ratings">我的评价</a></div>`);
    } catch (error) {
      if (error.status === 401) throw error;
      show(main.querySelector("#problem"), problem(error));
    }
  };
}

// The code in a hall or on a window: what was finished there today, this window's first.
export async function rateHere(main, hall, window, query) {
  const place = query ? window : "";
  const list = await get(`/v1/ratings/here?hall=${encodeURIComponent(hall)}&window=${encodeURIComponent(place)}`);
  if (list.length === 1) return location.replace(`#/rate/${list[0].kind}/${encodeURIComponent(list[0].number)}?here=1`);
  show(main, html`<h1>评价刚办完的服务</h1>${list.length ? html`<section class="card"><ul class="list">${list.map((one) => html`
    <li><a class="row" href="#/rate/${one.kind}/${encodeURIComponent(one.number)}?here=1"><span>${one.title}<small>${one.place}</small></span></a></li>`)}</ul></section>`
    : empty("star", "今天在这里没有您可以评价的服务。办完后再扫码，或稍后在消息里评价。")}`);
}
