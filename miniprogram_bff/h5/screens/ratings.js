// 我的评价: each with what became of it; once more in words, taken back, and whether what was mended is well now.
import { get, post } from "../api.js";
import { busy, empty, html, moment, problem, show, toast } from "../view.js";

const mended = (one, index) => html`<div class="notice ${one.state === "verified" ? "good" : "warn"}"><p><b>整改：${one.label}</b></p>
  ${one.remedy ? html`<p class="text">${one.remedy}</p>` : ""}
  ${one.state === "open" ? html`<p>${one.call_back_due} 前回访，${one.mend_due} 前整改。</p>` : ""}${one.state === "called_back" ? html`<p>${one.mend_due} 前整改。</p>` : ""}</div>
  ${one.state === "mended" ? html`<form data-verdict="${one.id}" class="stack"><p><b>整改后您满意吗？</b></p>
    <div class="field"><label for="verdict-${index}">想说的话（可不填）</label><input id="verdict-${index}" name="text" maxlength="400" autocomplete="off"></div>
    <div class="problem"></div><div class="actions"><button class="button main" name="satisfied" value="1">满意</button><button class="button" name="satisfied" value="">不满意，继续整改</button></div></form>` : ""}`;

const words = (one, index, way, title, label, button) => html`<details><summary>${title}</summary><form data-way="${way}" data-kind="${one.kind}" data-number="${one.number}" class="stack">
  <div><label for="${way}-${index}">${label}</label><textarea id="${way}-${index}" name="text" rows="3" maxlength="${way === "again" ? 500 : 200}" required></textarea></div>
  <div class="problem"></div><button class="button main">${button}</button></form></details>`;

const card = (one, index) => html`<section class="card stack" aria-labelledby="rating-${index}">
  <h2 id="rating-${index}">${one.title} <span class="tag ${one.level <= 2 ? "bad" : "good"}">${one.label}</span>${one.withdrawn ? html` <span class="tag">已撤回</span>` : ""}</h2>
  <p class="soft">${one.place} · ${moment(one.at)}</p>
  ${one.tags.length ? html`<p>${one.tags.join("、")}</p>` : ""}${one.texts.map((text, n) => html`<p class="text">${n ? "追评：" : ""}${text}</p>`)}
  ${one.rectification ? mended(one.rectification, index) : ""}
  ${one.can_add ? words(one, index, "again", "追评（一次）", "补充的话，等级不变", "提交追评") : ""}
  ${one.withdrawn ? "" : words(one, index, "withdraw", "撤回评价", "撤回的原因（撤回会留有记录）", "确认撤回")}</section>`;

export async function ratings(main) {
  const [waiting, list] = await Promise.all([get("/v1/ratings/waiting"), get("/v1/ratings/mine")]);
  show(main, html`<h1>我的评价</h1>
    ${waiting.length ? html`<section class="card"><h2>待评价</h2><ul class="list">${waiting.map((one) => html`
      <li><a class="row" href="#/rate/${one.kind}/${encodeURIComponent(one.number)}"><span>${one.title}<small>${one.place}</small></span></a></li>`)}</ul></section>` : ""}
    ${list.length ? list.map(card) : empty("star", "还没有评价。办完事后可以在这里评价，不评价不会默认好评。")}
    <p><a href="#/averages">看各大厅、部门的评价公开</a></p>`);
  main.onsubmit = async (event) => {
    event.preventDefault();
    const form = event.target;
    const { way, kind, number, verdict } = form.dataset;
    const button = event.submitter || form.querySelector("button");
    try {
      await busy(button, "正在提交…", () => (verdict
        ? post(`/v1/rectifications/${verdict}/verdict`, { satisfied: button.value === "1", text: form.text.value })
        : post(`/v1/ratings/${way}`, { kind, number, text: form.text.value })));
      toast("已提交");
      await ratings(main);
    } catch (error) {
      if (error.status === 401) throw error;
      show(form.querySelector(".problem"), problem(error));
    }
  };
}
