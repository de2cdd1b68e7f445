// 我的信息: who looked, a copy of everything, closing the account.
import { file, get, post, remove } from "../api.js";
import { busy, empty, html, mark, moment, problem, show, toast } from "../view.js";

const size = (bytes) => (bytes > 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`);
const LINKS = [["#/looks", "guide", "谁看过我的信息"], ["#/copies", "progress", "导出我的信息"], ["#/policy", "star", "隐私政策与同意"], ["#/sessions", "device", "登录设备"], ["#/leave", "mine", "注销账号"]];

export async function privacy(main) {
  const me = await get("/v1/me");
  show(main, html`<h1>我的信息与隐私</h1>${me.policy_agreed ? "" : html`<p class="notice warn">您没有同意现行隐私政策，账号目前只能查看、导出和注销。</p>`}
    <section class="card"><h2>我们保存的基本信息</h2><dl class="facts"><dt>姓名</dt><dd>${me.name || "未实名"}</dd><dt>证件号码</dt><dd>${me.id_number || "—"}</dd>
      <dt>手机号</dt><dd>${me.phone || "—"} ${me.phone && !me.phone_verified ? html`<span class="tag warn">未验证</span>` : ""}</dd><dt>实名等级</dt><dd>${me.level}</dd></dl></section>
    <section class="card"><ul class="list marked">${LINKS.map(([to, sign, name]) => html`<li><a class="row" href="${to}">${mark(sign)}<span>${name}</span></a></li>`)}</ul></section>`);
}

export async function looks(main) {
  const list = await get("/v1/me/looks");
  show(main, html`<h1>谁看过我的信息</h1><p class="hint">工作人员每次打开您的信息都会记在这里，显示其角色和单位。记录不能修改或删除，到期自动清理。</p>
    ${list.length ? html`<section class="card"><ul class="list">${list.map((one) => html`<li class="row"><div><b>${one.what}</b><small>${one.place} · ${one.role}${one.why ? ` · ${one.why}` : ""}</small><small>${moment(one.at)}</small></div></li>`)}</ul></section>
      <div class="actions"><button class="button" id="save">导出记录（CSV）</button></div>` : empty("guide", "还没有工作人员看过您的信息。")}`);
  main.onclick = async (event) => {
    if (event.target.id === "save") await busy(event.target, "正在导出…", () => file("/v1/me/looks.csv", "谁看过我的信息.csv")).catch((error) => { if (error.status === 401) throw error; toast(error.message); });
  };
}

const COPY = { ready: "good", waiting: "brand", fetched: "", expired: "" };

export async function copies(main) {
  let timer;
  const draw = async () => {
    clearTimeout(timer);
    const list = await get("/v1/me/exports");
    if (!main.isConnected) return;
    show(main, html`<h1>导出我的信息</h1><section class="card stack"><p>包含账号、预约、缴费、办件、评价、咨询、消息和查看记录的全部内容，一个压缩包里有便于阅读的网页和供软件读取的 JSON 文件。</p>
        <p class="hint">后台准备好后在这里下载。只能下载一次，下载后服务器不再保存；逾期未下载的自动删除。</p><div class="problem"></div><button class="button main wide" id="ask">申请一份</button></section>
      ${list.length ? html`<section class="card"><h2>我的申请</h2><ul class="list">${list.map((one) => html`<li class="row"><div>${moment(one.asked_at)} <span class="tag ${COPY[one.state]}">${one.label}</span>
        <small>${one.state === "ready" ? `${size(one.size)}，${moment(one.good_until)} 前可以下载` : ""}</small></div>
        ${one.state === "ready" ? html`<button class="button" data-code="${one.code}">下载</button>` : ""}</li>`)}</ul></section>` : ""}`);
    if (list.some((one) => one.state === "waiting")) timer = setTimeout(() => draw().catch(() => {}), 3000);
  };
  main.onclick = async (event) => {
    const code = event.target.dataset?.code;
    try {
      if (event.target.id === "ask") { await busy(event.target, "正在提交…", () => post("/v1/me/exports")); await draw(); }
      if (code) { await busy(event.target, "正在下载…", () => file(`/v1/me/exports/${encodeURIComponent(code)}/file`, "我的信息.zip", "POST")); await draw(); }
    } catch (error) {
      if (error.status === 401) throw error;
      show(main.querySelector(".problem"), problem(error));
    }
  };
  await draw();
  return () => clearTimeout(timer);
}

export async function leave(main) {
  const view = await get("/v1/me/forget");
  show(main, html`<h1>注销账号</h1>${view.due_at ? html`<section class="card stack"><p class="notice warn">${view.hindered ? "到期时还有未了的事项（如退款在途），办完后自动注销。" : ""}将于 ${moment(view.due_at)} 注销。</p><button class="button main wide" id="stay">撤回注销申请</button></section>`
    : html`<form class="card stack"><p>申请后 ${view.days} 天内可以撤回，到期自动注销，不能恢复。未到期的预约会取消，登录、姓名、证件号码、手机号、亲友、委托、消息和咨询记录删除。</p>
      <div class="field"><label for="confirm">确认请填写“注销”</label><input id="confirm" name="confirm" required maxlength="10" autocomplete="off"></div><div class="problem"></div><button class="button danger wide">申请注销</button></form>`}
    <section class="card"><h2>注销后仍保存的</h2><p class="hint">以下内容依法或为核对须继续保存，不再与您的账号关联。</p><dl class="facts stacked">${view.kept.map((one) => html`<dt>${one.title}</dt><dd>${one.why}</dd>`)}</dl></section>`);
  main.onsubmit = async (event) => {
    event.preventDefault();
    try {
      await busy(event.target.querySelector("button"), "正在提交…", () => post("/v1/me/forget", { confirm: event.target.confirm.value }));
      await leave(main);
    } catch (error) {
      if (error.status === 401) throw error;
      show(main.querySelector(".problem"), problem(error));
    }
  };
  main.onclick = async (event) => {
    if (event.target.id !== "stay") return;
    await busy(event.target, "正在撤回…", () => remove("/v1/me/forget"));
    toast("已撤回，账号保留");
    await leave(main);
  };
}
