// 隐私政策: read it, agree to it, take that back.
import { get, keep, post, remove, token } from "../api.js";
import { busy, html, moment, onward, problem, show, toast } from "../view.js";

// The policy is written with # and ## for headings and blank lines between paragraphs, and nothing else.
export const written = (text) => text.trim().split(/\n{2,}|\n(?=#)|(?<=^#.*)\n/m).map((part) => part.trim()).filter(Boolean).map((part) => {
  if (part.startsWith("## ")) return html`<h2>${part.slice(3)}</h2>`;
  if (part.startsWith("# ")) return html`<h1>${part.slice(2)}</h1>`;
  return html`<p class="text">${part}</p>`;
});

export async function policy(main, query) {
  const next = onward(query, "#/mine");
  const inForce = await get("/v1/policy");
  const mine = token() ? await get("/v1/me/policy").catch((error) => { if (error.status !== 401) throw error; keep(""); return null; }) : null;
  const deeds = !mine ? "" : mine.agreed
    ? html`<section class="card stack"><p class="notice good">您已同意现行版本。</p><button class="button danger" id="withdraw">撤回同意</button>
        <p class="hint">撤回后，手机号、亲友名单和给出的委托立即删除，账号只保留查看、导出和注销；已约好的和正在办理的不受影响。</p></section>`
    : html`<section class="card stack"><p class="notice warn">${mine.history.length ? "隐私政策已更新或您已撤回同意，重新同意后才能继续办理。" : "同意后才能继续办理。"}</p>
        <div class="problem"></div><button class="button main wide" id="agree">同意并继续</button><a class="button wide" href="#/privacy">不同意，查看、导出或注销</a></section>`;
  show(main, html`${written(inForce.text)}<p class="hint">版本 ${inForce.version}</p>${deeds}
    ${mine?.history.length ? html`<section class="card"><h2>同意记录</h2><ul class="list">${mine.history.map((one) => html`<li class="row"><div>版本 ${one.version}<small>${moment(one.agreed_at)} 同意${one.withdrawn_at ? `，${moment(one.withdrawn_at)} 撤回` : ""}</small></div></li>`)}</ul></section>` : ""}`);
  main.onclick = async (event) => {
    if (event.target.id === "agree") {
      try {
        await busy(event.target, "正在提交…", () => post("/v1/me/policy", { version: inForce.version }));
        location.replace(next);
      } catch (error) {
        if (error.status === 401) throw error;
        show(main.querySelector(".problem"), problem(error));
      }
    }
    if (event.target.id === "withdraw" && confirm("撤回后手机号、亲友名单和给出的委托立即删除。确定撤回吗？")) {
      await busy(event.target, "正在撤回…", () => remove("/v1/me/policy"));
      toast("已撤回同意");
      await policy(main, query);
    }
  };
}
