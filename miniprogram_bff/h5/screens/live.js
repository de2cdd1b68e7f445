// 实时卡片: what was looked up at the moment of an answer: free slots, halls today, what is one's own.
import { html } from "../view.js";

const map = (one) => `https://uri.amap.com/marker?position=${one.longitude},${one.latitude}&name=${encodeURIComponent(one.title)}&coordinate=gaode`;
const around = (one) => html`<div class="chips">
  ${one.longitude === null ? "" : html`<a class="chip" href="${map(one)}" target="_blank" rel="noopener noreferrer">看地图</a>`}
  ${one.phone ? html`<a class="chip" href="tel:${one.phone}">拨打 ${one.phone}</a>` : ""}</div>`;

const row = (one) => html`<li>${one.page ? html`<a class="row" href="#/${one.page}"><span>${one.title}<small class="${one.tone}">${one.text}</small></span></a>` : html`<p class="row"><span>${one.title}<small>${one.text}</small></span></p>`}
  ${one.longitude !== null || one.phone ? around(one) : ""}</li>`;

export const live = (one) => html`<section class="live" aria-label="${one.title}"><h3>${one.title}</h3>
  ${one.rows.length ? html`<ul class="list">${one.rows.map(row)}</ul>` : ""}${one.note ? html`<p class="soft">${one.note}</p>` : ""}
  ${one.page ? html`<a class="chip" href="#/${one.page}">${one.label}</a>` : ""}</section>`;
