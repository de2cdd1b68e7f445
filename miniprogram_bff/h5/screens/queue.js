// 排队: one's own place in the hall's queue, drawn anew each time it is asked for.
import { get } from "../api.js";
import { html, show, time } from "../view.js";

const SAID = {
  called: (one) => html`<div class="notice good" role="alert"><p><b>请到窗口 ${one.called_window}</b> 办理，您的排队号是 ${one.ticket_number}。</p></div>`,
  held: () => html`<div class="notice"><p>您的排队号已挂起，备齐材料后请告诉窗口。</p></div>`,
  missed: () => html`<div class="notice warn" role="alert"><p>叫号时您不在，请到咨询台恢复排队。</p></div>`,
};

const minutes = (iso) => Math.max(0, Math.round((new Date(iso) - Date.now()) / 60000));

function waiting(one) {
  const to = Math.max(minutes(one.estimate_to), 1);
  return html`<section class="card"><h2>我的排队</h2>
    <dl class="facts"><dt>前面还有</dt><dd class="big">${one.ahead} 位</dd>
    <dt>预计等候</dt><dd>${minutes(one.estimate_from)}–${to} 分钟<br><span class="soft">约 ${time(one.estimate_from)}–${time(one.estimate_to)} 叫到，随办理快慢变化</span></dd>
    ${one.called_window ? html`<dt>指定窗口</dt><dd>${one.called_window}</dd>` : ""}</dl>
    <p class="hint">请在大厅等候，留意大屏和广播。</p></section>`;
}

export async function queue(box, booking) {
  if (!box || !["checked_in", "serving"].includes(booking.state)) return;
  const one = await get(`/v1/bookings/${encodeURIComponent(booking.code)}/queue`).catch(() => null);
  if (!one || !box.isConnected) return;
  const draw = one.state === "waiting" ? waiting : SAID[one.state];
  show(box, draw ? draw(one) : html``);
}
