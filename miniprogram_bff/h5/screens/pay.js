// 缴费: my bills, one by code, the cashier and the result, which waits for the truth.
import { get, post, token } from "../api.js";
import { busy, html, moment, problem, show, yuan } from "../view.js";

const STATES = { unpaid: ["待缴", "warn"], settled: ["已缴清", "good"], withdrawn: ["已撤回", ""], refunded: ["已退回", ""] };
const state = (one) => html`<span class="tag ${STATES[one][1]}">${STATES[one][0]}</span>`;

// What is due today, or what was paid: it may have grown after the last day.
const owed = (one) => one.state === "unpaid" ? one.due_fen : one.settled_fen || one.total_fen;
const row = (one) => html`<li><a class="row" href="#/bill/${one.pay_code}"><span>${one.title} ${state(one.state)}<small>${one.unit}</small></span><b>${yuan(owed(one))} 元</b></a></li>`;

export async function bills(main) {
  const list = token() ? await get("/v1/bills") : [];
  show(main, html`<h1>缴费</h1><div class="two">
    <section class="card"><h2>我的缴费单</h2>${token() ? (list.length ? html`<ul class="list">${list.map(row)}</ul>` : html`<p class="soft">没有缴费单。完成<a href="#/real-name?next=%23%2Fbills">实名认证</a>后，您名下的缴费单会自动出现。</p>`)
      : html`<p class="soft">登录后自动显示您的缴费单。</p><a class="button main" href="#/login?next=%23%2Fbills">登录</a>`}</section>
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

export async function bill(main, code) {
  cashier(main, await get(`/v1/bills/${encodeURIComponent(code)}`), "");
}

function cashier(main, view, lastFour) {
  main.classList.add("narrow");
  show(main, html`<h1>${view.title}</h1><section class="card"><p>${state(view.state)}</p><p class="big">¥ ${yuan(owed(view))}</p>
    <dl class="facts"><dt>执收单位</dt><dd>${view.unit}</dd><dt>缴款识别码</dt><dd>${view.pay_code}</dd>
    ${view.expire_date ? html`<dt>限缴日期</dt><dd>${view.expire_date}</dd>` : ""}${view.settled_at ? html`<dt>缴清时间</dt><dd>${moment(view.settled_at)}</dd>` : ""}</dl>
    <table><thead><tr><th>项目</th><th>金额</th><th>滞纳金、加罚</th></tr></thead><tbody>${view.items.map((one) => html`
      <tr><td>${one.name}</td><td>${yuan(one.amount_fen)}</td><td>${yuan(one.overdue_fen + one.penalty_fen + one.late_fen)}</td></tr>`)}</tbody></table></section>
    <div id="problem"></div>${view.state === "unpaid" && view.late_fen ? html`<p class="hint">已逾期 ${view.days_late} 天，滞纳金或加处罚款按日增加；发起支付后金额固定。</p>` : ""}
    ${view.can_pay ? html`<div class="actions"><button class="button main" data-pay="wechat">微信支付</button><button class="button" data-pay="alipay">支付宝支付</button></div>
      <p class="hint">用哪种方式支付，就需要先用那个平台的账号登录过。是否到账以缴费结果为准，不会重复扣款。</p>` : ""}`);
  for (const button of main.querySelectorAll("[data-pay]")) button.onclick = () => pay(main, view, button.dataset.pay, lastFour);
}

async function pay(main, view, channel, lastFour) {
  const buttons = main.querySelectorAll("[data-pay]");
  for (const button of buttons) button.disabled = true;
  try {
    const begun = await post(`/v1/bills/${view.pay_code}/checkout`, { channel, last_four: lastFour });
    await toWallet(channel, begun.parameters, `#/paid/${view.pay_code}`);
  } catch (error) {
    if (error.status === 401) throw error;
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

// Only the words on the page follow what the wallet said; whether money came, our door alone knows.
const GAVE_UP = /(^|:)(cancel|fail|6001|6002)$/;
function gaveUp(query) {
  const address = new URL(location.href);
  const said = query.get("said") || address.searchParams.get("payment") || "";
  address.searchParams.delete("payment");
  history.replaceState(null, "", address);
  return GAVE_UP.test(said);
}

const RESULTS = {
  settled: ["缴费成功", "good", "款项已到账。"], waiting: ["等待支付平台确认", "warn", "到账后自动更新，请勿重复支付。"],
  unpaid: ["尚未支付", "warn", "没有收到款项，可返回重新支付。"], returned: ["款项已原路退回", "", "该缴费单已由其他方式缴清。"],
};

export async function paid(main, code, query) {
  main.classList.add("narrow");
  const stopped = gaveUp(query);
  let left = 40;
  const look = async () => {
    const view = await get(`/v1/bills/${encodeURIComponent(code)}/result`);
    const [title, tone, words] = RESULTS[stopped && view.state === "waiting" ? "unpaid" : view.state];
    show(main, html`<h1>${title}</h1><section class="notice ${tone} result" data-result="${view.state}" role="status"><p class="big">¥ ${yuan(view.amount_fen)}</p><p>${words}</p></section>
      <div class="actions"><a class="button main" href="#/bills">我的缴费单</a>${view.state === "unpaid" || view.state === "waiting" ? html`<a class="button" href="#/bill/${code}">返回缴费单</a>` : ""}</div>`);
    return view.state;
  };
  let waiting;
  const again = async () => {
    const seen = await look().catch(() => "waiting");
    if (seen === "waiting" && left-- > 0) waiting = setTimeout(again, 3000);
  };
  await again();
  return () => { left = 0; clearTimeout(waiting); };
}
