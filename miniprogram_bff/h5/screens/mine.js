// 我的: who I am, messages, devices, settings.
import { get, keep, post, remove } from "../api.js";
import { busy, html, mark, moment, onward, problem, show, toast } from "../view.js";

const PLATFORMS = { wechat: "微信", alipay: "支付宝", sign_on: "统一身份认证" };
const LINKS = [["#/bookings", "book", "我的预约"], ["#/waits", "book", "我的候补"], ["#/draws", "book", "我的摇号"], ["#/family", "family", "亲友与委托"], ["#/wards", "family", "未成年子女"], ["#/organisations", "guide", "单位办理"], ["#/credit", "star", "预约信用"], ["#/bills", "pay", "我的缴费单"], ["#/progress", "progress", "我的办件"], ["#/filings", "guide", "我的申请"], ["#/ratings", "star", "我的评价"], ["#/consultations", "ask", "我的诉求"], ["#/messages", "bell", "消息"], ["#/topics", "bell", "资讯订阅"], ["#/level", "star", "实名等级"], ["#/privacy", "device", "我的信息与隐私"], ["#/sessions", "device", "登录设备"]];

export async function mine(main) {
  const me = await get("/v1/me");
  const large = "large" in document.documentElement.dataset;
  show(main, html`<h1>我的</h1><section class="card who">
      <p class="big">${me.name || "您好"}</p>${me.policy_agreed ? "" : html`<p class="notice warn">隐私政策已更新，<a href="#/policy">阅读并同意</a>后才能继续办理。</p>`}<p>${me.real_name_done ? html`<span class="tag good">已实名</span> ${me.id_number}` : html`<span class="tag warn">未实名</span>`}
      ${me.platforms.map((one) => html` <span class="tag brand">${PLATFORMS[one] || one}</span>`)}</p>
      ${me.real_name_done ? "" : html`<p class="soft">完成实名认证后可以预约，并自动看到您的缴费单和办件。</p><a class="button main" href="#/real-name">实名认证</a>`}</section>
    <section class="card"><ul class="list marked">${LINKS.map(([to, sign, name]) => html`<li><a class="row" href="${to}">${mark(sign)}<span>${name}</span></a></li>`)}</ul></section>
    <section class="card stack"><h2>设置</h2><div class="actions">
      <button class="button" id="large" aria-pressed="${large}">${large ? "恢复标准字号" : "大字版"}</button>
      <button class="button" id="out">退出登录</button></div></section>`);
  main.querySelector("#large").onclick = () => {
    if (large) { delete document.documentElement.dataset.large; localStorage.removeItem("zhijianban.large"); }
    else { document.documentElement.dataset.large = ""; localStorage.setItem("zhijianban.large", "1"); }
    mine(main);
  };
  main.querySelector("#out").onclick = async () => { await post("/v1/sign-out").catch(() => {}); keep(""); await leave(); };
}

export async function realName(main, query) {
  const next = onward(query, "#/mine");
  if ((await get("/v1/me")).real_name_done) return location.replace(next);
  main.classList.add("narrow");
  show(main, html`<h1>实名认证</h1><form class="card"><p class="hint">姓名与证件号码加密保存，只用于办理您的业务。</p>
    <div class="field"><label for="id_type">证件类型</label><select id="id_type" name="id_type"><option value="id_card">居民身份证</option><option value="hmt_permit">港澳台居民居住证</option><option value="residence">外国人永久居留身份证</option><option value="passport">护照</option></select></div>
    <div class="field"><label for="name">姓名</label><input id="name" name="name" required maxlength="60" autocomplete="name"></div>
    <div class="field"><label for="id_number">证件号码</label><input id="id_number" name="id_number" required maxlength="30" autocomplete="off"></div>
    <div id="problem"></div><button class="button main wide">提交认证</button></form>`);
  const form = main.querySelector("form");
  form.onsubmit = async (event) => {
    event.preventDefault();
    const given = { name: form.name.value, id_number: form.id_number.value, id_type: form.id_type.value };
    try {
      await busy(form.querySelector("button"), "正在核验…", () => post("/v1/me/real-name", given));
      toast("认证成功");
      location.replace(next);
    } catch (error) {
      if (error.status === 401) throw error;
      show(main.querySelector("#problem"), problem(error));
    }
  };
}

export async function sessions(main) {
  const list = await get("/v1/me/sessions");
  show(main, html`<h1>登录设备</h1><section class="card"><ul class="list">${list.map((one) => html`<li class="row">
    <div>${PLATFORMS[one.platform] || one.platform} · ${one.device || "未知设备"} ${one.this_one ? html`<span class="tag brand">本机</span>` : ""}<small>${one.place} 最近使用 ${moment(one.seen_at)}</small></div>
    ${one.this_one ? "" : html`<button class="button" data-end="${one.id}">退出</button>`}</li>`)}</ul></section><button class="button danger" id="all">退出所有设备</button>`);
  main.onclick = async (event) => {
    const id = event.target.dataset?.end;
    if (id) { await remove(`/v1/me/sessions/${id}`).catch((error) => toast(error.message)); await sessions(main); }
    if (event.target.id === "all") { await post("/v1/me/sign-out-everywhere").catch(() => {}); keep(""); location.hash = "#/"; }
  };
}

// Who came through the province's single sign-on leaves there as well.
async function leave() {
  const came = localStorage.getItem("zhijianban.signOn");
  localStorage.removeItem("zhijianban.signOn");
  const { address } = came ? await get(`/v1/sign-on/leaving?redirect=${encodeURIComponent(location.pathname)}`).catch(() => ({})) : {};
  address ? location.assign(address) : (location.hash = "#/");
}
