// 搜索: suggestions while typing, then the items found.
import { get } from "../api.js";
import { empty, html, show } from "../view.js";
import { suggesting } from "./suggest.js";

export const searchBox = (text) => html`
  <form class="search" role="search"><label class="skip" for="q">搜索事项</label>
    <input id="q" name="q" type="search" value="${text}" placeholder="身份证丢了怎么办" autocomplete="off" maxlength="100">
    <button class="button main">搜索</button></form><ul class="suggest" id="suggest" aria-label="您是不是要找" hidden></ul>`;

searchBox.listen = (main) => {
  const form = main.querySelector("form.search");
  form.onsubmit = (event) => {
    event.preventDefault();
    location.hash = `#/search?q=${encodeURIComponent(form.q.value.trim())}`;
  };
  suggesting(form.q, main.querySelector("#suggest"), (one) => html`<a href="#/guide/${one.slug}">${one.name}</a>`);
};

export async function search(main, query) {
  const q = query.get("q") || "";
  const found = await get(`/v1/search?q=${encodeURIComponent(q)}`);
  const ask = html`<a class="button main" href="#/ask?q=${encodeURIComponent(q)}">到“问一问”里说说情况</a>`;
  show(main, html`<h1>${q ? `“${q}”的搜索结果` : "全部事项"}</h1>${searchBox(q)}
    ${found.items.length ? html`<p class="soft">${q ? "最相关的" : "共"} ${found.items.length} 个事项</p><section class="card"><ul class="list">${found.items.map((one) => html`
      <li><a class="row" href="#/guide/${one.slug}"><span>${one.name}<small>${one.department}${one.audience ? ` · ${one.audience}` : ""}</small></span></a></li>`)}</ul></section>
      ${q ? html`<p class="soft">没有您要找的？可以换个说法，<a href="#/ask?q=${encodeURIComponent(q)}">问一问</a>，或拨打 <a href="tel:12345">12345</a>。</p>` : ""}`
    : empty("guide", "没有找到相关事项，可以换个说法再搜。", ask)}`);
  searchBox.listen(main);
}
