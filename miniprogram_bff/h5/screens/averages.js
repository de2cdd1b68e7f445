// 服务评价公开: averages of a finished quarter by hall, department or item; groups too small show no figure.
import { get } from "../api.js";
import { html, show } from "../view.js";

const WAYS = [["hall", "大厅"], ["department", "部门"], ["item", "事项"]];
const named = (quarter) => `${quarter.slice(0, 4)} 年第 ${quarter.slice(5)} 季度`;

export async function averages(main, query) {
  const by = query.get("by") || "hall";
  const hall = query.get("hall") || "";
  const view = await get(`/v1/opinions/averages?by=${by}&quarter=${query.get("quarter") || ""}`);
  const words = hall ? await get(`/v1/opinions/words?hall=${encodeURIComponent(hall)}&quarter=${view.quarter}`) : [];
  const to = (way, quarter, place = "") => `#/averages?by=${way}&quarter=${quarter}${place ? `&hall=${encodeURIComponent(place)}` : ""}`;
  const shown = view.lines.filter((one) => one.marks !== null);
  show(main, html`<h1>服务评价公开</h1>
    <nav class="chips" aria-label="分列">${WAYS.map(([way, name]) => html`<a class="chip" href="${to(way, view.quarter)}" ${way === by ? html`aria-current="true"` : ""}>按${name}</a>`)}</nav>
    <form class="card"><div class="field"><label for="quarter">季度</label><select id="quarter">${view.quarters.map((one) => html`<option value="${one}" ${one === view.quarter ? html`selected` : ""}>${named(one)}</option>`)}</select></div>
    ${shown.length ? html`<table aria-label="各项平均"><thead><tr><th scope="col">${WAYS.find(([way]) => way === by)[1]}</th><th scope="col">评价</th><th scope="col">平均</th><th scope="col">满意率</th></tr></thead><tbody>
      ${shown.map((one) => html`<tr><th scope="row">${by === "hall" ? html`<a class="tick" href="${to(by, view.quarter, one.key)}">${one.name}</a>` : one.name}</th><td>${one.marks}+ 条${one.withdrawn ? html`<br><small class="soft">撤回 ${one.withdrawn}+</small>` : ""}</td><td>${one.average.toFixed(1)}</td><td>${one.satisfied}%</td></tr>`)}</tbody></table>`
      : html`<p class="soft">这个季度没有达到公开条数的${WAYS.find(([way]) => way === by)[1]}。</p>`}
    ${view.lines.length > shown.length ? html`<p class="hint">另有 ${view.lines.length - shown.length} 个不足 ${view.least} 条，为保护评价人不公开。</p>` : ""}
    <p class="hint">满分 5 分。只公开已结束的季度，条数取 5 的倍数；没有评价的不计好评。</p></form>
    ${hall ? html`<section class="card"><h2>大家怎么说</h2>${words.length ? html`<ul class="list">${words.map((one) => html`<li><div class="row"><div>${one.text}<small>${one.label} · ${named(one.quarter)}</small></div></div></li>`)}</ul>` : html`<p class="soft">还没有公开的文字。</p>`}</section>` : ""}`);
  main.querySelector("#quarter").onchange = (event) => { location.hash = to(by, event.target.value); };
}
