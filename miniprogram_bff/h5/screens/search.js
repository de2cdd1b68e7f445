// 搜索: suggestions while typing, then the items found.
import { get } from "../api.js";
import { empty, html, show } from "../view.js";

export const searchBox = (text) => html`
  <form class="search" role="search"><label class="skip" for="q">搜索事项</label>
    <input id="q" name="q" type="search" value="${text}" placeholder="身份证丢了怎么办" autocomplete="off" maxlength="100">
    <button class="button">搜索</button></form><ul class="suggest" id="suggest" hidden></ul>`;

searchBox.listen = (main) => {
  const form = main.querySelector("form.search");
  const box = main.querySelector("#suggest");
  let typing;
  form.onsubmit = (event) => {
    event.preventDefault();
    location.hash = `#/search?q=${encodeURIComponent(form.q.value.trim())}`;
  };
  form.q.oninput = () => {
    clearTimeout(typing);
    typing = setTimeout(async () => {
      const q = form.q.value.trim();
      const found = q ? await get(`/v1/suggestions?q=${encodeURIComponent(q)}`).catch(() => []) : [];
      if (form.q.value.trim() !== q) return;
      box.hidden = !found.length;
      show(box, html`${found.map((one) => html`<li><a href="#/guide/${one.slug}">${one.name}</a></li>`)}`);
    }, 150);
  };
};

export async function search(main, query) {
  const q = query.get("q") || "";
  const found = await get(`/v1/search?q=${encodeURIComponent(q)}`);
  show(main, html`<h1>${q ? `“${q}”的搜索结果` : "全部事项"}</h1>${searchBox(q)}
    ${found.items.length ? html`<section class="card"><ul class="list">${found.items.map((one) => html`
      <li><a class="row" href="#/guide/${one.slug}"><span>${one.name}<small>${one.department}${one.audience ? ` · ${one.audience}` : ""}</small></span></a></li>`)}</ul></section>`
    : empty("没有找到相关事项。可以换个说法，或到“问一问”里描述您的情况。")}
    <div class="actions"><a class="button" href="#/ask?q=${encodeURIComponent(q)}">问一问</a><a class="button" href="tel:12345">拨打 12345</a></div>`);
  searchBox.listen(main);
}
