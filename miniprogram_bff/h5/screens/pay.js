// 缴费: my bills, those I may pay for others, one by code, and the cashier. What became of a payment: paid.js.
import { get, intent, post, token } from "../api.js";
import { busy, html, moment, problem, show, yuan } from "../view.js";

const STATES = { unpaid: ["待缴", "warn"], settled: ["已缴清", "good"], withdrawn: ["已撤回", ""], refunded: ["已退回", ""] };
const state = (one) => html`<span class="tag ${STATES[one][1]}">${STATES[one][0]}</span>`;

const row = (one) => html`<li><a class="row" href="#/bill/${one.pay_code}"><span>${one.title} ${state(one.state)}<small>${one.unit}</small></span><b>${yuan(sum(one))} 元</b></a></li>`;

export async function bills(main) {
  const [list, others] = token() ? await Promise.all([get("/v1/bills"), get("/v1/family-bills")]) : [[], []];
  show(main, html`<h1>缴费</h1><div class="two">
    <section class="card"><h2>我的缴费单</h2>${token() ? (list.length ? html`<ul class="list">${list.map(row)}</ul>` : html`<p class="soft">没有缴费单。完成<a href="#/real-name?next=%23%2Fbills">实名认证</a>后，您名下的缴费单会自动出现。</p>`)
      : html`<p class="soft">登录后自动显示您的缴费单。</p><a class="button main" href="#/login?next=%23%2Fbills">登录</a>`}
      ${token() ? html`<div class="actions"><a class="button" href="#/payments">缴费记录</a></div>` : ""}</section>
    ${others.filter((one) => one.bills.length).map((one) => html`<section class="card"><h2>${one.principal}委托您缴费</h2><ul class="list">${one.bills.map(row)}</ul><p class="hint">委托到 ${one.until} 为止。</p></section>`)}
    <form class="card"><h2>按缴款识别码查询</h2><p class="soft">可以替家人缴费。缴款识别码在缴款通知书上。</p>
      <div class="field"><label for="pay_code">缴款识别码</label><input id="pay_code" name="pay_code" required minlength="6" maxlength="40" autocomplete="off"></div>
      <div class="field"><label for="last_four">缴款人证件号码后四位</label><input id="last_four" name="last_four" required pattern="[0-9A-Za-z]{4}" maxlength="4" autocomplete="off"></div>
      <div id="problem"></div><button class="button main wide">查询</button></form></div>`);
  const form = main.querySelector("form");
  form.onsubmit = async (event) => {
    event.preventDefault();
    const given = { pay_code: form.pay_code.value.trim(), last_four: form.last_four.value.trim() };
    try {
      const found = await busy(form.querySelector("button"), "正在查询…", () => post("/v1/bills/look-up", given));
      cashier(main, found, given.last_four);
      window.scrollTo(0, 0);
    } catch (error) {
      show(main.querySelector("#problem"), problem(error));
    }
  };
}

export async function bill(main, code, lastFour) {
  const known = typeof lastFour === "string" && lastFour; // somebody else's, found by code
  const view = known ? await post("/v1/bills/look-up", { pay_code: code, last_four: lastFour }) : await get(`/v1/bills/${encodeURIComponent(code)}`);
  cashier(main, view, known || "");
}

// What a line costs beside its amount: pushed with the bill, and grown since the 限缴日期.
const LATE = { overdue: "滞纳金", penalty: "加处罚款" };
function extra(one) {
  const parts = [[one.overdue_fen, "滞纳金"], [one.penalty_fen, "加处罚款"], [one.late_fen, `${LATE[one.late_kind]}（逾期）`]];
  return parts.filter(([fen]) => fen).map(([fen, name]) => html`<small class="soft">${name} ${yuan(fen)}</small>`);
}
const whole = (one) => one.amount_fen + one.overdue_fen + one.penalty_fen + one.late_fen;
const rates = (view) => [...new Set(view.items.filter((one) => one.late_per_day).map((one) => `${LATE[one.late_kind]}按日加收万分之 ${one.late_per_day}${one.late_basis ? `（${one.late_basis}）` : ""}`))];

const sum = (view) => (view.state === "unpaid" ? view.due_fen : view.settled_fen || view.total_fen);
const late = (view) => view.state === "unpaid" && view.days_late > 0 && html`<p class="notice warn">已超过限缴日期 ${view.days_late} 天${view.late_fen ? html`，应缴金额含逾期加收 ${yuan(view.late_fen)} 元。发起支付后金额固定` : ""}。</p>`;

const facts = (view) => html`<dl class="facts"><dt>执收单位</dt><dd>${view.unit}</dd><dt>缴款识别码</dt><dd class="code">${view.pay_code}</dd>
  ${view.expire_date ? html`<dt>限缴日期</dt><dd>${view.expire_date}</dd>` : ""}${view.settled_at ? html`<dt>缴清时间</dt><dd>${moment(view.settled_at)}</dd>` : ""}</dl>`;

const lines = (view) => html`<table><thead><tr><th scope="col">执收项目</th><th scope="col" class="fen">金额（元）</th></tr></thead>
  <tbody>${view.items.map((one) => html`<tr><td>${one.name} ${extra(one)}</td><td class="fen">${yuan(whole(one))}</td></tr>`)}</tbody></table>
  ${rates(view).map((one) => html`<p class="hint">${one}</p>`)}`;

// In WeChat one pays with WeChat, in Alipay with Alipay; a plain browser lets people choose.
const INSIDE = [[/MicroMessenger/, "wechat"], [/AlipayClient/, "alipay"]];
const NAMES = { wechat: "微信支付", alipay: "支付宝支付" };
function channels() {
  const inside = INSIDE.find(([sign]) => sign.test(navigator.userAgent));
  return inside ? [inside[1]] : Object.keys(NAMES);
}

const ways = (view) => (view.can_pay
  ? html`<div class="actions">${channels().map((one, n) => html`<button class="button ${n ? "" : "main"}" data-pay="${one}">${NAMES[one]}</button>`)}</div>
    <p class="hint">用哪种方式支付，就需要先用那个平台的账号登录过。是否到账以缴费结果为准，不会重复扣款。</p>`
  : html`<p class="notice warn">现在不能在线缴纳，请联系${view.unit}办理。</p>`);
const after = (view) => html`<div class="actions"><a class="button main" href="#/receipt/${view.pay_code}">电子票据</a><a class="button" href="#/refunds/${view.pay_code}">退款</a></div>`;

function cashier(main, view, lastFour) {
  main.classList.add("narrow");
  show(main, html`<h1>${view.title}</h1><section class="card stack"><p>${state(view.state)}</p><p class="big">¥ ${yuan(sum(view))}</p>${late(view)}
    ${facts(view)}${lines(view)}</section><div id="problem"></div>
    ${view.state === "unpaid" ? ways(view) : view.state === "withdrawn" ? "" : after(view)}`);
  const key = intent(); // one for this page: tapping again after a lost answer is the same payment
  for (const button of main.querySelectorAll("[data-pay]")) button.onclick = () => pay(main, view, button.dataset.pay, lastFour, key);
}

async function pay(main, view, channel, lastFour, key) {
  const buttons = main.querySelectorAll("[data-pay]");
  for (const button of buttons) button.disabled = true;
  try {
    const begun = await post(`/v1/bills/${view.pay_code}/checkout`, { channel, last_four: lastFour }, { "Idempotency-Key": `${key}-${channel}` });
    await toWallet(channel, begun.parameters, `#/paid/${view.pay_code}`);
  } catch (error) {
    if (error.status === 401) throw error;
    if (error.code === "CheckoutOver") return bill(main, view.pay_code, lastFour);
    show(main.querySelector("#problem"), html`${problem(error)}${error.code === "AccountNeeded" ? otherAccount(channel) : ""}`);
    for (const button of buttons) button.disabled = false;
  }
}

// The other platform's account becomes the same citizen's by 实名认证, and then we are back here.
function otherAccount(channel) {
  const verified = `#/real-name?next=${encodeURIComponent(location.hash)}`;
  return html`<div class="actions"><a class="button main" href="#/login?platform=${channel}&next=${encodeURIComponent(verified)}">用${channel === "wechat" ? "微信" : "支付宝"}登录</a></div>
    <p class="hint">登录后再做一次实名认证，两个平台的账号就合为一个。</p>`;
}

// Inside WeChat or Alipay their own bridge opens the cashier; in a plain browser the wallet page stands for them.
async function toWallet(channel, parameters, after) {
  let said;
  if (channel === "wechat" && window.WeixinJSBridge) {
    said = (await new Promise((done) => window.WeixinJSBridge.invoke("getBrandWCPayRequest", parameters, done))).err_msg;
  } else if (channel === "alipay" && window.AlipayJSBridge) {
    said = (await new Promise((done) => window.AlipayJSBridge.call("tradePay", parameters, done))).resultCode;
  } else {
    const { wallet } = await get(`/v1/login/options?redirect=${encodeURIComponent(location.pathname)}`);
    if (!wallet) throw new Error(`请在${channel === "wechat" ? "微信" : "支付宝"}中打开本页支付。`);
    const back = `${location.origin}${location.pathname}${after}`;
    location.href = `${wallet}/${channel}?${new URLSearchParams({ ...parameters, return: back })}`;
    return;
  }
  location.hash = `${after}?said=${encodeURIComponent(said || "")}`;
}
