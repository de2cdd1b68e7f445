// 好差评: five levels; the lowest two need a reason.
import { post } from "../api.js";
import { busy, html, problem, show } from "../view.js";

const LEVELS = [[5, "非常满意"], [4, "满意"], [3, "基本满意"], [2, "不满意"], [1, "非常不满意"]];

export async function rate(main, kind, number) {
  main.classList.add("narrow");
  show(main, html`<h1>评价服务</h1><form class="card"><fieldset class="stars"><legend>本次服务您觉得：</legend>${LEVELS.map(([level, label]) => html`
      <label><input type="radio" name="level" value="${level}" required>${label}</label>`)}</fieldset>
    <div class="field"><label for="text">想说的话（不满意时请说明原因）</label><textarea id="text" name="text" rows="4" maxlength="500"></textarea></div>
    <div id="problem"></div><button class="button main wide">提交评价</button></form>`);
  const form = main.querySelector("form");
  // What was written outlives a session that ends meanwhile.
  const draft = `zhijianban.rate.${kind}.${number}`;
  form.text.value = sessionStorage.getItem(draft) || "";
  form.oninput = () => sessionStorage.setItem(draft, form.text.value);
  form.onsubmit = async (event) => {
    event.preventDefault();
    const said = { kind, number, level: Number(form.level.value), text: form.text.value };
    try {
      const given = await busy(form.querySelector("button"), "正在提交…", () => post("/v1/ratings", said));
      sessionStorage.removeItem(draft);
      show(main, html`<h1>感谢您的评价</h1><p class="notice good" role="status">您的评价：${given.label}。${given.level <= 2 ? "我们会在 1 个工作日内回访，15 个工作日内整改。" : ""}</p><a class="button main" href="#/">回首页</a>`);
    } catch (error) {
      if (error.status === 401) throw error;
      show(main.querySelector("#problem"), problem(error));
    }
  };
}
