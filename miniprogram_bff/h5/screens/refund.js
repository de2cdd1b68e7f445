// 退款: how far the money on its way back is, and asking for money back.
import { get, post } from "../api.js";
import { busy, empty, html, moment, problem, show, toast, yuan } from "../view.js";

const TONES = { done: "good", offline: "good", abnormal: "warn", rejected: "bad", closed: "bad" };
const step = (one) => html`<li><span class="tag ${TONES[one.state] || "brand"}">${one.label}</span> <b>${yuan(one.amount_fen)} 元</b>
  <div class="soft">${one.reason}</div>${one.why ? html`<p class="notice bad">${one.why}</p>` : ""}
  <div class="soft">${moment(one.asked_at)} 提出${one.done_at ? html`，${moment(one.done_at)} 办结` : ""}</div></li>`;
const UNDER_WAY = ["applied", "asked", "requested", "processing", "abnormal"];

const form = html`<details class="card"><summary>申请退款</summary><form class="stack">
  <div><label for="reason">退款原因</label><textarea id="reason" name="reason" rows="3" minlength="5" maxlength="200" required placeholder="例如：家人已在窗口缴纳，重复缴款"></textarea></div>
  <div><label for="yuan">退款金额（元，不填为全部）</label><input id="yuan" name="yuan" inputmode="decimal" pattern="[0-9]{1,9}([.][0-9]{1,2})?" autocomplete="off"></div>
  <div id="problem"></div><button class="button main wide">提交申请</button>
  <p class="hint">由财务受理并经另一人复核后，款项原路退回支付账户。</p></form></details>`;

const fen = (text) => (text ? { amount_fen: Math.round(Number(text) * 100) } : {});

export async function refunds(main, code) {
  main.classList.add("narrow");
  const path = `/v1/bills/${encodeURIComponent(code)}/refunds`;
  let waiting;
  const look = async () => draw(await get(path));
  const draw = (list) => {
    const onTheWay = list.some((one) => UNDER_WAY.includes(one.state));
    show(main, html`<h1>退款进度</h1>${list.length ? html`<section class="card"><ul class="line" role="status">${list.map(step)}</ul></section>` : empty("pay", "没有退款。")}
      ${onTheWay ? "" : form}<div class="actions"><a class="button" href="#/bill/${code}">返回缴费单</a></div>`);
    main.querySelector("form")?.addEventListener("submit", apply);
    if (onTheWay) waiting = setTimeout(() => look().catch(() => {}), 10_000);
  };
  const apply = async (event) => {
    event.preventDefault();
    const given = event.target;
    try {
      const list = await busy(given.querySelector("button"), "正在提交…", () => post(path, { reason: given.reason.value.trim(), ...fen(given.yuan.value.trim()) }));
      toast("申请已提交");
      draw(list);
    } catch (error) {
      if (error.status === 401) throw error;
      show(given.querySelector("#problem"), problem(error));
    }
  };
  await look();
  return () => clearTimeout(waiting);
}
