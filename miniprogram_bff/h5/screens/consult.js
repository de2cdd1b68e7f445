// 咨询投诉: ask people, see mine, look one up by number; once more, a mark, an appeal, taking it back.
import { get, post, token } from "../api.js";
import { busy, empty, html, moment, problem, show, toast } from "../view.js";

const KINDS = [["question", "咨询"], ["complaint", "投诉"], ["proposal", "建议"]];
const LOOKS = { open: "brand", answered: "good", refused: "bad", pointed: "warn", withdrawn: "" };
const DRAFT = "zhijianban.consult";
const tag = (one) => html`<span class="tag ${LOOKS[one.state]}">${one.state_label}</span>`;
const row = (one) => html`<li><a class="row" href="#/consultation/${one.code}"><span>${one.title} ${tag(one)}<small>${one.kind_label} · ${one.code} · ${one.department}</small></span></a></li>`;

// What belongs to somebody else, or was answered before, is said while it is written; nobody is turned away.
async function hints(box, text) {
  if (text.length < 4) return show(box, "");
  const [doors, answers] = await Promise.all([post("/v1/consultations/doors", { text }), get(`/v1/answers?q=${encodeURIComponent(text.slice(0, 100))}`)]).catch(() => [[], []]);
  show(box, html`${doors.map((one) => html`<p class="notice warn">${one.what}可以直接找${one.name}${one.phone ? html`，电话 <a href="tel:${one.phone}">${one.phone}</a>` : ""}。</p>`)}
    ${answers.length ? html`<div class="notice"><p>有人问过：</p>${answers.slice(0, 3).map((one) => html`<p><a href="#/answer/${one.code}">${one.question}</a></p>`)}</div>` : ""}`);
}

export async function consult(main, query) {
  const halls = await get("/v1/halls");
  const me = token() ? await get("/v1/me") : null;
  main.classList.add("narrow");
  show(main, html`<h1>咨询投诉</h1><p class="soft">由工作人员答复，提交后给出编号和答复期限。急事请拨 <a href="tel:12345">12345</a>。</p>
    <form class="card"><fieldset class="scopes field"><legend>类别</legend>${KINDS.map(([value, name]) => html`
      <label class="tick"><input type="radio" name="kind" value="${value}" required ${value === (query.get("kind") || "question") ? html`checked` : ""}>${name}</label>`)}</fieldset>
    <div class="field"><label for="title">标题</label><input id="title" name="title" required minlength="2" maxlength="80" autocomplete="off"></div>
    <div class="field"><label for="text">内容</label><textarea id="text" name="text" rows="6" required minlength="5" maxlength="2000"></textarea></div>
    <div id="hints" class="stack" aria-live="polite"></div>
    <div class="field"><label for="hall_code">有关的大厅（可不选）</label><select id="hall_code" name="hall_code"><option value="">不限</option>${halls.map((one) => html`<option value="${one.code}">${one.name}</option>`)}</select></div>
    <div class="field"><label for="phone">手机号码${me ? "（默认用您登录的手机）" : "（凭编号和后四位查询答复）"}</label><input id="phone" name="phone" inputmode="tel" maxlength="11" autocomplete="tel" ${me ? "" : html`required`}></div>
    <label class="tick"><input type="checkbox" name="may_publish">同意把问题和答复改写、去掉个人信息后公开</label>
    <p class="hint">请不要填写证件号码。内容违法、侮辱他人、重复或与政务服务无关的不予受理，会说明原因，可以申诉。</p>
    <div id="problem"></div><button class="button main wide">提交</button></form>
    <p><a href="#/consultations">我的诉求和编号查询</a>　<a href="#/answers">看公开的答复</a></p>`);
  const form = main.querySelector("form");
  const kept = JSON.parse(sessionStorage.getItem(DRAFT) || "{}");
  form.title.value = kept.title || "";
  form.text.value = kept.text || query.get("text") || "";
  form.oninput = () => sessionStorage.setItem(DRAFT, JSON.stringify({ title: form.title.value, text: form.text.value }));
  form.text.onchange = () => hints(main.querySelector("#hints"), `${form.title.value} ${form.text.value}`.trim());
  form.onsubmit = async (event) => {
    event.preventDefault();
    const said = { kind: form.kind.value, title: form.title.value, text: form.text.value, hall_code: form.hall_code.value, phone: form.phone.value.trim(), may_publish: form.may_publish.checked };
    try {
      const one = await busy(form.querySelector("button.main"), "正在提交…", () => post("/v1/consultations", said));
      sessionStorage.removeItem(DRAFT);
      show(main, html`<h1>已登记</h1><section class="card stack"><p class="notice good" role="status">编号 <b class="code">${one.code}</b>，由${one.department}在 ${one.due_on} 前答复。</p>
        <p>${me ? "答复后会在消息里告诉您。" : "请记下编号，凭编号和手机号码后四位查询答复。"}</p>
        <div class="actions"><a class="button main" href="${me ? `#/consultation/${one.code}` : "#/consultations"}">查看</a><a class="button" href="#/">回首页</a></div></section>`);
    } catch (error) {
      if (error.status === 401) throw error;
      show(main.querySelector("#problem"), html`${problem(error)}${error.detail?.code ? html`<p><a href="#/consultation/${error.detail.code}">查看编号 ${error.detail.code}</a></p>` : ""}`);
    }
  };
}

export async function consultations(main) {
  const mine = token() ? await get("/v1/consultations") : [];
  show(main, html`<h1>我的诉求</h1><div class="actions"><a class="button main" href="#/consult">提交咨询、投诉、建议</a></div>
    <div class="two"><section class="card"><h2>我提交的</h2>${token() ? (mine.length ? html`<ul class="list">${mine.map(row)}</ul>` : html`<p class="soft">还没有。</p>`) : html`<p class="soft">登录后显示您提交的诉求。</p><a class="button main" href="#/login?next=%23%2Fconsultations">登录</a>`}</section>
    <form class="card"><h2>按编号查询</h2><p class="soft">不用登录。</p>
      <div class="field"><label for="code">编号</label><input id="code" name="code" required minlength="4" maxlength="20" autocomplete="off"></div>
      <div class="field"><label for="last_four">手机号码后四位</label><input id="last_four" name="last_four" required pattern="[0-9]{4}" maxlength="4" inputmode="numeric" autocomplete="off"></div>
      <button class="button main wide">查询</button></form></div><div id="found" class="stack" aria-live="polite"></div>`);
  const form = main.querySelector("form");
  form.onsubmit = async (event) => {
    event.preventDefault();
    const proof = { code: form.code.value.trim(), last_four: form.last_four.value.trim() };
    const found = main.querySelector("#found");
    try {
      drawn(found, await busy(form.querySelector("button"), "正在查询…", () => post("/v1/consultations/look-up", proof)), proof);
    } catch (error) {
      show(found, problem(error));
    }
    found.scrollIntoView({ behavior: "smooth" });
  };
}

export async function consultation(main, code) {
  const proof = { code, last_four: "" };
  const one = await post("/v1/consultations/look-up", proof);
  show(main, html`<h1>${one.title}</h1><div id="found" class="stack"></div>`);
  drawn(main.querySelector("#found"), one, proof);
}

const cite = (one) => html`<blockquote><p class="text">${one.text}</p><small class="soft">来源：<a href="#/guide/${one.slug}">《${one.item}》</a>办事指南第 ${one.version} 版 · ${one.section}</small></blockquote>`;
const write = (way, summary, label, button) => html`<details><summary>${summary}</summary><form data-way="${way}" class="stack"><div><label for="${way}">${label}</label><textarea id="${way}" name="text" rows="4" minlength="${way === "appeal" ? 5 : 2}" maxlength="2000" required></textarea></div><div class="problem"></div><button class="button main">${button}</button></form></details>`;

// One consultation with what may be done about it; `proof` says how its asker is known.
function drawn(box, one, proof) {
  show(box, html`<section class="card"><h2>${one.title} ${tag(one)}</h2>
    <dl class="facts"><dt>编号</dt><dd class="code">${one.code}</dd><dt>类别</dt><dd>${one.kind_label}</dd><dt>承办</dt><dd>${one.department}</dd>${one.state === "open" ? html`<dt>答复期限</dt><dd>${one.due_on}</dd>` : ""}</dl></section>
    <section class="card"><h2>往来</h2><ol class="line">${one.said.map((said) => html`<li><b>${said.label}</b> <small class="soft">${moment(said.at)}</small>${said.text ? html`<p class="text">${said.text}</p>` : ""}${said.cites.map(cite)}</li>`)}</ol></section>
    <section class="card stack" ${one.can_mark || one.can_ask_again || one.can_appeal || one.can_withdraw ? "" : html`hidden`}>
    ${one.can_mark ? html`<form data-way="mark"><fieldset class="scopes"><legend>答复对您有帮助吗？</legend>${[[5, "很有帮助"], [3, "一般"], [1, "没有帮助"]].map(([level, name]) => html`<label class="tick"><input type="radio" name="level" value="${level}" required>${name}</label>`)}</fieldset><div class="problem"></div><button class="button">提交评价</button></form>` : ""}
    ${one.can_ask_again ? write("again", "追问（一次）", "还想问的", "提交追问") : ""}
    ${one.can_appeal ? write("appeal", "对不予受理申诉（一次）", "申诉理由", "提交申诉") : ""}
    ${one.can_withdraw ? html`<form data-way="withdraw"><div class="problem"></div><button class="button danger">撤回诉求</button></form>` : ""}</section>`);
  box.onsubmit = async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const form = event.target;
    const { way } = form.dataset;
    const more = way === "mark" ? { level: Number(form.level.value) } : way === "withdraw" ? {} : { text: form.text.value };
    try {
      const after = await busy(form.querySelector("button"), "正在提交…", () => post(`/v1/consultations/${way}`, { ...proof, ...more }));
      toast("已提交");
      drawn(box, after, proof);
    } catch (error) {
      if (error.status === 401) throw error;
      show(form.querySelector(".problem"), problem(error));
    }
  };
}

export async function answers(main, query) {
  const asked = query.get("q") || "";
  const list = await get(`/v1/answers?q=${encodeURIComponent(asked)}`);
  show(main, html`<h1>公开答复</h1><form class="search" role="search"><label class="skip" for="q">想问的事</label><input id="q" name="q" maxlength="100" value="${asked}" placeholder="想问的事" autocomplete="off"><button class="button main">查找</button></form>
    ${list.length ? html`<section class="card"><ul class="list">${list.map((one) => html`<li><a class="row" href="#/answer/${one.code}"><span>${one.question}<small>${one.kind} · ${one.department} · ${one.published_on}</small></span></a></li>`)}</ul></section>`
      : empty("ask", asked ? "没有找到相近的公开答复，可以提交咨询。" : "还没有公开的答复。", html`<p><a class="button main" href="#/consult">提交咨询</a></p>`)}`);
  main.querySelector("form").onsubmit = (event) => {
    event.preventDefault();
    location.hash = `#/answers?q=${encodeURIComponent(event.target.q.value.trim())}`;
  };
}

export async function answer(main, code) {
  const one = await get(`/v1/answers/${encodeURIComponent(code)}`);
  show(main, html`<h1>${one.question}</h1><section class="card"><p class="text">${one.answer}</p>
    <p class="hint">${one.department} · ${one.published_on} 公开 · 编号 ${one.code}。内容已匿名，以现行办事指南为准。</p>
    <div class="actions">${one.item_code ? html`<a class="button main" href="#/guide/${one.item_code}">看办事指南</a>` : ""}<a class="button" href="#/consult">还有问题</a></div></section>`);
}
