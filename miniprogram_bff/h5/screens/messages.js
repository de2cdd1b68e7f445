// 消息: what was told to me and where, how I want to be told, and what I subscribe to.
import { get, post, remove } from "../api.js";
import { busy, empty, html, mark, moment, problem, show, toast } from "../view.js";

const address = (page) => `#/${page.replace(/^pages\//, "")}`;
const good = (way) => way.state === "已发送" || way.state === "已送达";
const way = (one) => html`<span class="tag ${good(one) ? "good" : ""}">${one.name} ${one.state}${one.why ? `：${one.why}` : ""}</span> `;
const message = (one) => html`<li><a class="row" href="${address(one.page)}" data-read="${one.read ? "" : one.id}"><span>
    ${one.read ? "" : html`<span class="tag bad">新</span> `}<b>${one.title}</b><small class="text">${one.text}</small><small>${moment(one.at)}</small></span></a>
    ${one.ways.length ? html`<p class="ways">${one.ways.map(way)}</p>` : ""}
    ${one.topics.map((topic) => html`<button class="button small" data-leave="${topic.topic}/${topic.code}">退订“${topic.name}”</button> `)}</li>`;

export async function messages(main) {
  const list = await get("/v1/me/messages");
  show(main, html`<h1>消息</h1><div class="actions"><a class="button" href="#/message-settings">消息设置</a><a class="button" href="#/topics">资讯订阅</a>
    ${list.some((one) => !one.read) ? html`<button class="button" id="all-read">全部标为已读</button>` : ""}</div>
    ${list.length ? html`<section class="card"><ul class="list" id="list">${list.map(message)}</ul></section>` : empty("bell", "还没有消息。预约成功、缴费到账、办件进度变化时会在这里告诉您。")}
    <div id="more">${list.length === 50 ? html`<button class="button wide" data-before="${list.at(-1).id}">更早的消息</button>` : ""}</div>`);
  main.onclick = async (event) => {
    const button = event.target.closest("button, a[data-read]");
    if (!button) return;
    if (button.dataset.read) post(`/v1/me/messages/${button.dataset.read}/read`).catch(() => {});
    if (button.id === "all-read") { await post("/v1/me/messages/read"); await messages(main); }
    if (button.dataset.leave) {
      await busy(button, "正在退订…", () => remove(`/v1/me/topics/${button.dataset.leave.split("/").map(encodeURIComponent).join("/")}`));
      toast("已退订");
      await messages(main);
    }
    if (button.dataset.before) await older(main, button);
  };
}

async function older(main, button) {
  const list = await busy(button, "正在打开…", () => get(`/v1/me/messages?before=${button.dataset.before}`));
  main.querySelector("#list").insertAdjacentHTML("beforeend", list.map(message).join(""));
  if (list.length === 50) button.dataset.before = list.at(-1).id;
  else button.remove();
}

const CHOICES = { once: "每次授权发一条", always: "总是允许", refused: "已拒绝" };
const consent = (one) => html`<li class="row"><div>${one.names.slice(0, 3).join("、") || "预约与办件提醒"}${one.names.length > 3 ? " 等" : ""}
    <small>${one.platform === "wechat" ? "微信" : "支付宝"} · ${CHOICES[one.choice]}${one.choice === "once" ? `，还可发 ${one.left} 条，已用 ${one.used} 条` : ""}</small></div></li>`;

export async function settings(main) {
  const now = await get("/v1/me/message-preferences");
  const [from, to] = now.quiet.includes("-") ? now.quiet.split("-") : ["22:00", "08:00"];
  const kind = now.quiet === "none" ? "none" : now.quiet ? "own" : "";
  const pick = (value, name) => html`<option value="${value}"${value === kind ? " selected" : ""}>${name}</option>`;
  show(main, html`<h1>消息设置</h1><form class="card stack">
    <div class="field"><label for="kind">免打扰</label><select id="kind" name="kind">${pick("", "与全市相同")}${pick("own", "自己设置时段")}${pick("none", "不设免打扰")}</select></div>
    <div class="span" id="span"${kind === "own" ? "" : " hidden"}><div class="field"><label for="from">从</label><input id="from" name="from" type="time" value="${from}" required></div>
      <div class="field"><label for="to">到</label><input id="to" name="to" type="time" value="${to}" required></div></div>
    <label class="check"><input type="checkbox" name="sms"${now.sms ? " checked" : ""}> 其他渠道送不到时，可以发短信</label>
    <fieldset><legend>推送到微信、支付宝和短信的消息</legend>${now.groups.map((one) => html`<label class="check"><input type="checkbox" name="group" value="${one.code}"${one.muted ? "" : " checked"}> ${one.name}</label>`)}</fieldset>
    <p class="hint">不推送的消息仍在“消息”里。停办、大厅改期等紧急消息不受这些限制。</p>
    <div class="problem"></div><button class="button main wide">保存</button></form>
    <section class="card"><h2>平台授权</h2>${now.consents.length ? html`<ul class="list">${now.consents.map(consent)}</ul>` : html`<p class="soft">还没有授权记录。预约成功后在微信或支付宝中点“允许”，就能收到提醒。</p>`}</section>`);
  const form = main.querySelector("form");
  form.kind.onchange = () => { main.querySelector("#span").hidden = form.kind.value !== "own"; };
  form.onsubmit = async (event) => {
    event.preventDefault();
    const muted = [...form.querySelectorAll("[name=group]")].filter((one) => !one.checked).map((one) => one.value);
    const quiet = form.kind.value === "own" ? `${form.from.value}-${form.to.value}` : form.kind.value;
    try {
      await busy(form.querySelector("button"), "正在保存…", () => post("/v1/me/message-preferences", { quiet, sms: form.sms.checked, muted }));
      toast("已保存");
    } catch (error) {
      if (error.status === 401) throw error;
      show(form.querySelector(".problem"), problem(error));
    }
  };
}

const TOPICS = [["theme", "主题的新指南和变更"], ["life_event", "人生事件的新指南和变更"], ["hall", "大厅公告"]];

export async function topics(main) {
  const list = await get("/v1/me/topics");
  const chip = (one) => html`<button class="chip" aria-pressed="${one.subscribed}" data-topic="${one.topic}" data-code="${one.code}">${one.subscribed ? html`${mark("bell")} ` : ""}${one.name}</button>`;
  show(main, html`<h1>资讯订阅</h1><p class="soft">点一下订阅，再点一下退订。同类资讯一天最多推送一条，其余在“消息”里。</p>
    ${TOPICS.filter(([topic]) => list.some((one) => one.topic === topic)).map(([topic, name]) => html`<section class="card"><h2>${name}</h2><div class="chips">${list.filter((one) => one.topic === topic).map(chip)}</div></section>`)}`);
  main.onclick = async (event) => {
    const button = event.target.closest("[data-topic]");
    if (!button) return;
    const { topic, code } = button.dataset;
    const on = button.getAttribute("aria-pressed") !== "true";
    await (on ? post("/v1/me/topics", { topic, code }) : remove(`/v1/me/topics/${topic}/${encodeURIComponent(code)}`));
    const name = list.find((one) => one.topic === topic && one.code === code);
    name.subscribed = on;
    button.setAttribute("aria-pressed", on);
    show(button, on ? html`${mark("bell")} ${name.name}` : html`${name.name}`);
    toast(on ? `已订阅“${name.name}”` : `已退订“${name.name}”`);
  };
}
