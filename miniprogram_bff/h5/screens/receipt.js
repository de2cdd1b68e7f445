// 电子票据: the receipt of a bill, and its PDF. Anybody may check one: receipt_check.js.
import { file, get } from "../api.js";
import { busy, html, problem, show, trusted, yuan } from "../view.js";

const LOOKS = { issued: "good", voiding: "warn", voided: "bad" };
const red = (one) => one.red_number && html`<dt>红票号码</dt><dd class="code">${one.red_code} ${one.red_number}</dd>`;

export async function receipt(main, code) {
  main.classList.add("narrow");
  let waiting;
  const look = async () => {
    try {
      draw(main, code, await get(`/v1/bills/${encodeURIComponent(code)}/receipt`));
    } catch (error) {
      if (error.code !== "ReceiptNotReady") throw error;
      show(main, html`<h1>电子票据</h1><p class="notice" role="status">${error.message}</p>`);
      waiting = setTimeout(() => look().catch(() => {}), 3000);
    }
  };
  await look();
  return () => clearTimeout(waiting);
}

function draw(main, code, one) {
  show(main, html`<h1>电子票据</h1><section class="card stack"><p><span class="tag ${LOOKS[one.state]}">${one.label}</span></p><p class="big">¥ ${yuan(one.amount_fen)}</p>
    <dl class="facts"><dt>票据代码</dt><dd class="code">${one.code}</dd><dt>票据号码</dt><dd class="code">${one.number}</dd><dt>校验码</dt><dd class="code">${one.check_code}</dd>${red(one)}
    <dt>开票日期</dt><dd>${one.issued_on}</dd><dt>交款人</dt><dd>${one.payer}</dd><dt>收款单位</dt><dd>${one.unit}</dd><dt>缴款识别码</dt><dd class="code">${one.pay_code}</dd></dl>
    <table><thead><tr><th scope="col">项目</th><th scope="col" class="fen">金额（元）</th></tr></thead>
    <tbody>${one.items.map((line) => html`<tr><td>${line.name}</td><td class="fen">${yuan(line.amount_fen)}</td></tr>`)}</tbody></table>
    <figure class="qr" aria-label="验真二维码">${trusted(one.qr_svg)}<figcaption class="hint">扫码查验真伪</figcaption></figure></section>
    <div id="problem"></div><div class="actions"><button class="button main" id="paper">下载 PDF</button><a class="button" href="#/bill/${code}">缴费单</a></div>`);
  const button = main.querySelector("#paper");
  button.onclick = async () => {
    try {
      await busy(button, "正在生成…", () => file(`/v1/bills/${encodeURIComponent(code)}/receipt.pdf`, `电子票据-${one.number}.pdf`));
    } catch (error) {
      if (error.status === 401) throw error;
      show(main.querySelector("#problem"), problem(error));
    }
  };
}
