// Themes and life events, and scenarios: a few questions that end at a list of what to do and to bring.
import { get, post } from "../api.js";
import { empty, html, show } from "../view.js";

export async function theme(main, kind, code) {
  const view = await get(`/v1/themes/${kind}/${encodeURIComponent(code)}`);
  show(main, html`<h1>${view.name}</h1>${view.items.length ? html`<section class="card"><ul class="list">${view.items.map((one) => html`
    <li><a class="row" href="#/guide/${one.slug}"><span>${one.name}<small>${one.department}</small></span></a></li>`)}</ul></section>`
    : empty("guide", "这个主题下暂时没有事项。", html`<a class="button" href="#/search?q=">看全部事项</a>`)}`);
}

const toDo = (one) => html`<section class="card"><h2><a href="#/guide/${one.slug}">${one.name}</a> ${one.variant ? html`<span class="tag brand">${one.variant}</span>` : ""}</h2>
  ${one.tip ? html`<p>${one.tip}</p>` : ""}
  ${one.materials.length ? html`<h3>要带的材料</h3><ul class="ticks">${one.materials.map((material) => html`<li>${material.name} ${material.shared ? html`<span class="tag good">免提交</span>` : ""}</li>`)}</ul>` : html`<p class="soft">不需要带材料。</p>`}</section>`;

export async function scenario(main, code) {
  main.classList.add("narrow");
  const answers = {};
  const draw = async () => {
    const step = await post(`/v1/scenarios/${encodeURIComponent(code)}`, { answers });
    const given = Object.keys(answers).length;
    if (step.question) {
      show(main, html`<h1>${step.name}</h1><section class="card"><p class="soft">第 ${given + 1} 个问题</p><h2>${step.question.ask}</h2><div class="stack">${step.question.options.map((one) => html`
        <button class="button choice" data-value="${one.code}">${one.label}${one.hint ? html`<small>${one.hint}</small>` : ""}</button>`)}</div></section>
        ${given ? html`<button class="button" id="back">上一题</button>` : ""}`);
      for (const button of main.querySelectorAll("[data-value]")) button.onclick = () => { answers[step.question.code] = button.dataset.value; return draw(); };
      const back = main.querySelector("#back");
      if (back) back.onclick = () => { delete answers[Object.keys(answers).pop()]; return draw(); };
      return;
    }
    show(main, html`<h1>${step.name}</h1><p class="notice good">按您的回答，需要办理 ${step.to_do.length} 件事：</p>${step.to_do.map(toDo)}
      <button class="button" id="again">重新回答</button>`);
    main.querySelector("#again").onclick = () => { for (const one of Object.keys(answers)) delete answers[one]; return draw(); };
  };
  await draw();
}
