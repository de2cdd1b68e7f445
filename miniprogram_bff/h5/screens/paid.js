// 缴费结果: waits for the truth. Only its words follow what the wallet said; whether money came, our door alone knows.
import { get } from "../api.js";
import { html, show, yuan } from "../view.js";

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
  unpaid: ["尚未支付", "warn", "没有收到款项，可返回重新支付。"], returned: ["款项原路退回", "", "该缴费单已由其他方式缴清或已变更，您支付的款项将原路退回。"],
};
const NEXT = {
  settled: (code) => html`<a class="button main" href="#/receipt/${code}">电子票据</a><a class="button" href="#/bills">我的缴费单</a>`,
  returned: (code) => html`<a class="button main" href="#/refunds/${code}">退款进度</a><a class="button" href="#/bills">我的缴费单</a>`,
  waiting: (code) => html`<a class="button main" href="#/bills">我的缴费单</a><a class="button" href="#/bill/${code}">返回缴费单</a>`,
};
const TIRED = "支付平台迟迟没有答复。如果已经付款，款项不会丢失，到账后会通知您；请勿重复支付。";

export async function paid(main, code, query) {
  main.classList.add("narrow");
  const stopped = gaveUp(query);
  let left = 40;
  const look = async () => {
    const view = await get(`/v1/bills/${encodeURIComponent(code)}/result`);
    const [title, tone, words] = RESULTS[stopped && view.state === "waiting" ? "unpaid" : view.state];
    show(main, html`<h1>${title}</h1><section class="notice ${tone} result" data-result="${view.state}" role="status"><p class="big">¥ ${yuan(view.amount_fen)}</p><p>${left || view.state !== "waiting" ? words : TIRED}</p></section>
      <div class="actions">${(NEXT[view.state] || NEXT.waiting)(code)}</div>`);
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
