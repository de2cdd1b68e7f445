// 补正: what the notice asks for, uploaded and sent as one; then the department goes on.
import { file, post, remove } from "../api.js";
import { busy, html, moment, problem, show, toast } from "../view.js";
import { upload } from "../upload.js";

export async function supplement(main, number) {
  const begin = () => post(`/v1/cases/${encodeURIComponent(number)}/supplement`);
  let view = await begin();
  const paper = (one) => html`<li class="row"><div>${one.name}<small>${one.state_label}</small></div>${one.state === "ready" ? html`<button class="button" data-open="${one.code}" data-name="${one.name}">查看</button>` : ""}${view.state === "open" ? html`<button class="button" data-drop="${one.code}" aria-label="删除 ${one.name}">删除</button>` : ""}</li>`;
  const wanted = (one) => {
    const papers = view.papers.filter((of) => of.material === one.material);
    return html`<li class="material"><h3>${one.material} ${papers.length ? html`<span class="tag good">已上传</span>` : html`<span class="tag warn">待上传</span>`}</h3><p class="text">${one.why}</p>${one.how ? html`<p class="hint">${one.how}</p>` : ""}
      ${papers.length ? html`<ul class="list">${papers.map(paper)}</ul>` : ""}${view.state === "open" ? html`<div class="actions"><label class="button">上传文件<input type="file" accept="image/jpeg,image/png,application/pdf,.ofd" multiple data-upload="${one.material}"></label></div>` : ""}<div class="upshot"></div></li>`;
  };
  const draw = () => show(main, html`<h1>上传补正材料</h1><section class="card"><p class="big">${view.item_name}</p><p class="soft">办件编号 <span class="code">${view.case_no}</span></p>
    ${view.state === "sent" ? html`<p class="notice good">已于 ${moment(view.sent_at)} 提交，办理时限继续计算。</p>` : html`<p>请一次补齐后提交，提交后不能修改。提交前不计入办理时限。${moment(view.expires_at)} 前有效。</p>`}</section>
    <section class="card"><h2>需要补正</h2><ul class="list">${view.wanted.map(wanted)}</ul></section><div id="problem"></div>
    <div class="actions">${view.state === "open" ? html`<button class="button main" id="send">一次提交</button>` : ""}<a class="button" href="#/case/${number}">查看进度</a></div>`);
  const again = async () => { view = await begin(); draw(); };

  main.onchange = async (event) => {
    const name = event.target.dataset.upload;
    if (name === undefined) return;
    const place = event.target.closest("li").querySelector(".upshot");
    try {
      for (const one of [...event.target.files]) await upload(one, { owner: "supplement", code: view.code, material: name }, (percent) => show(place, html`<p class="soft" role="status">正在上传 ${one.name}：${percent}%</p>`));
      await again();
      toast("已上传");
    } catch (error) {
      if (error.status === 401) throw error;
      show(place, problem(error));
    }
  };
  main.onclick = async (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    try {
      if (button.dataset.open) await file(`/v1/papers/${button.dataset.open}/file`, button.dataset.name);
      else if (button.dataset.drop) { await remove(`/v1/papers/${button.dataset.drop}`); await again(); }
      else if (button.id === "send" && confirm("提交后不能修改，确认已补齐了吗？")) {
        view = await busy(button, "正在提交…", () => post(`/v1/supplements/${view.code}/send`));
        draw();
        toast("已提交");
      }
    } catch (error) {
      if (error.status === 401) throw error;
      show(main.querySelector("#problem"), problem(error));
    }
  };
  draw();
}
