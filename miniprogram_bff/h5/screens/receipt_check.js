// 票据验真: anybody may check a receipt by its three numbers; the QR code on it brings them along.
import { post } from "../api.js";
import { busy, html, problem, show, yuan } from "../view.js";

const KINDS = { issued: "good", voiding: "warn", voided: "bad" };

export async function receiptCheck(main) {
  ask(main, "", "", "");
}

export async function receiptChecked(main, code, number, check) {
  await ask(main, code, number, check)();
}

// Draws the form; what it gives looks the receipt up.
function ask(main, code, number, check) {
  main.classList.add("narrow");
  show(main, html`<h1>票据验真</h1>
    <form class="card"><p class="soft">不用登录。请按票面填写。</p>
      <div class="field"><label for="code">票据代码</label><input id="code" name="code" required maxlength="20" inputmode="numeric" autocomplete="off" value="${code}"></div>
      <div class="field"><label for="number">票据号码</label><input id="number" name="number" required maxlength="20" inputmode="numeric" autocomplete="off" value="${number}"></div>
      <div class="field"><label for="check_code">校验码</label><input id="check_code" name="check_code" required maxlength="20" autocomplete="off" value="${check}"></div>
      <button class="button main wide">查验</button></form><div id="found" class="stack" aria-live="polite"></div>`);
  const form = main.querySelector("form");
  const found = main.querySelector("#found");
  const look = async () => {
    const given = { code: form.code.value.trim(), number: form.number.value.trim(), check_code: form.check_code.value.trim() };
    try {
      show(found, shown(await busy(form.querySelector("button"), "正在查验…", () => post("/v1/receipts/check", given))));
    } catch (error) {
      show(found, problem(error));
    }
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    look();
  };
  return look;
}

const shown = (one) => html`<section class="card"><h2>${one.title} <span class="tag ${KINDS[one.state]}">${one.label}</span></h2>
  <p class="big">¥ ${yuan(one.amount_fen)}</p>
  <dl class="facts"><dt>交款人</dt><dd>${one.payer}</dd><dt>收款单位</dt><dd>${one.unit}</dd><dt>开票日期</dt><dd>${one.issued_on}</dd>
  <dt>票据代码</dt><dd>${one.code}</dd><dt>票据号码</dt><dd>${one.number}</dd></dl></section>`;
