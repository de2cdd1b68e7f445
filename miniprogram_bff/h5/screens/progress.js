// 查进度: my cases, or one by its number and the last four characters of the applicant's number; and whom I follow.
import { get, post, remove, token } from "../api.js";
import { busy, html, problem, show, toast } from "../view.js";
import { details, light, papers } from "./case_view.js";

export async function progress(main) {
  const [mine, others] = token() ? await Promise.all([get("/v1/cases"), get("/v1/followed-cases")]) : [[], []];
  show(main, html`<h1>查进度</h1>
    <div class="two"><div class="stack"><section class="card"><h2>我的办件</h2>${token() ? (mine.length ? html`<ul class="list">${mine.map((one) => html`
      <li><a class="row" href="#/case/${one.case_no}"><span>${one.item_name} ${one.closed ? "" : light(one.light)}<small>${one.stage_label} · ${one.case_no}</small></span></a></li>`)}</ul>` : html`<p class="soft">还没有办件。完成<a href="#/real-name?next=%23%2Fprogress">实名认证</a>后，您名下的办件会自动出现。</p>`)
      : html`<p class="soft">登录后自动显示您的办件。</p><a class="button main" href="#/login?next=%23%2Fprogress">登录</a>`}</section>
      ${others.length ? html`<section class="card"><h2>订阅的办件</h2><ul class="list">${others.map((one) => html`<li class="row"><span>${one.item_name}<small>${one.stage_label} · ${one.case_no}</small></span>
      <button class="button" data-leave="${one.case_no}" aria-label="取消订阅 ${one.case_no}">取消</button></li>`)}</ul></section>` : ""}</div>
    <form class="card"><h2>按编号查询</h2><p class="soft">不用登录。办件编号在受理通知书或短信里。</p>
      <div class="field"><label for="case_no">办件编号</label><input id="case_no" name="case_no" required minlength="4" maxlength="60" autocomplete="off"></div>
      <div class="field"><label for="last_four">申请人证件号码后四位</label><input id="last_four" name="last_four" required pattern="[0-9A-Za-z]{4}" maxlength="4" autocomplete="off"></div>
      <button class="button main wide">查询</button></form></div><div id="found" class="stack" role="status"></div>`);
  const form = main.querySelector("form");
  form.onsubmit = async (event) => {
    event.preventDefault();
    const found = main.querySelector("#found");
    const given = { case_no: form.case_no.value.trim(), last_four: form.last_four.value.trim() };
    try {
      const one = await busy(form.querySelector("button"), "正在查询…", () => post("/v1/cases/look-up", given));
      show(found, html`${details(one)}${token() && !one.closed ? html`<button class="button" id="follow">有进展时通知我</button>` : ""}`);
      found.querySelector("#follow")?.addEventListener("click", (tap) => follow(tap.target, () => post("/v1/followed-cases", given)));
    } catch (error) {
      show(found, problem(error));
    }
    found.scrollIntoView({ behavior: "smooth" });
  };
  for (const button of main.querySelectorAll("[data-leave]")) {
    button.onclick = async () => {
      await remove(`/v1/cases/${encodeURIComponent(button.dataset.leave)}/follow`);
      await progress(main);
    };
  }
}

async function follow(button, work) {
  await busy(button, "正在订阅…", work);
  button.disabled = true;
  button.textContent = "已订阅";
  toast("已订阅，有进展时会在“消息”中告诉您。");
}

export async function caseView(main, number) {
  const address = `/v1/cases/${encodeURIComponent(number)}`;
  const one = await get(address);
  show(main, html`<h1>办件进度</h1>${details(one)}
    <div class="actions">
    ${one.own && one.stage === "notice_once" ? html`<a class="button main" href="#/supplement/${encodeURIComponent(one.case_no)}">上传补正材料</a>` : ""}
    ${one.own ? html`<a class="button" href="#/result/${encodeURIComponent(one.case_no)}">办理结果和送达</a>` : ""}
    ${one.own && (one.stage === "closed" || one.stage === "delivered") ? html`<a class="button main" href="#/rate/case/${one.case_no}">评价服务</a>` : ""}
    ${one.own || one.closed ? "" : html`<button class="button" id="follow"${one.followed ? html` disabled` : ""}>${one.followed ? "已订阅" : "有进展时通知我"}</button>`}</div>`);
  papers(main, one);
  main.querySelector("#follow")?.addEventListener("click", (tap) => follow(tap.target, () => post(`${address}/follow`)));
}
