// 缴费记录: what I have paid, the latest first.
import { get } from "../api.js";
import { empty, html, moment, show, yuan } from "../view.js";

const CHANNELS = { wechat: "微信支付", alipay: "支付宝" };
const STATES = { created: ["支付中", "warn"], awaiting: ["支付中", "warn"], unknown: ["支付中", "warn"], paid: ["已支付", "good"], refunded: ["已退款", ""] };
const PAGE = 30; // as many as the door gives at once

const row = (one) => html`<li><a class="row" href="#/bill/${one.pay_code}"><span>${one.title} <span class="tag ${STATES[one.state][1]}">${STATES[one.state][0]}</span>
  <small>${CHANNELS[one.channel]} · ${moment(one.paid_at || one.created_at)}${one.returned_fen ? html` · 已退 ${yuan(one.returned_fen)} 元` : ""}</small></span><b>${yuan(one.amount_fen)} 元</b></a></li>`;

export async function payments(main) {
  let found = await get("/v1/payments");
  if (!found.length) {
    show(main, html`<h1>缴费记录</h1>${empty("pay", "还没有缴费记录。", html`<a class="button main" href="#/bills">去缴费</a>`)}`);
    return;
  }
  show(main, html`<h1>缴费记录</h1><section class="card"><ul class="list" id="paid"></ul><button class="button wide" id="more" hidden>更早的</button></section>`);
  const list = main.querySelector("#paid"), more = main.querySelector("#more");
  const add = () => {
    list.insertAdjacentHTML("beforeend", found.map((one) => row(one).toString()).join(""));
    more.hidden = found.length < PAGE;
  };
  more.onclick = async () => {
    found = await get(`/v1/payments?before=${encodeURIComponent(found.at(-1).out_trade_no)}`);
    add();
  };
  add();
}
