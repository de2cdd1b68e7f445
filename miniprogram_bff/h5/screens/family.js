// 亲友与委托: whom I take along, who acts for me, for whom I act.
import { get, post, remove } from "../api.js";
import { busy, html, moment, problem, show, toast } from "../view.js";

export const DOCUMENTS = html`<option value="id_card">居民身份证</option><option value="hmt_permit">港澳台居民居住证</option><option value="residence">外国人永久居留身份证</option><option value="passport">护照</option>`;
const RELATIONS = html`<option value="spouse">配偶</option><option value="parent">父母</option><option value="child">子女</option><option value="other">其他</option>`;

const inDays = (days) => new Date(Date.now() + days * 86400000 + 8 * 3600000).toISOString().slice(0, 10);
const until = (id) => html`<div class="field"><label for="${id}">委托到哪天</label><input id="${id}" name="until" type="date" required min="${inDays(0)}" max="${inDays(365)}" value="${inDays(90)}"></div>`;
const scopes = html`<fieldset class="field scopes"><legend>委托事项</legend>${[["book", "预约"], ["progress", "办件"], ["pay", "缴费"]].map(([value, name]) => html`
  <label class="tick"><input type="checkbox" name="scope" value="${value}" ${value === "book" ? "checked" : ""}> ${name}</label>`)}</fieldset>`;
const person = (of) => html`<div class="field"><label for="${of}-type">证件类型</label><select id="${of}-type" name="id_type">${DOCUMENTS}</select></div>
  <div class="field"><label for="${of}-name">姓名</label><input id="${of}-name" name="name" required maxlength="60" autocomplete="off"></div>
  <div class="field"><label for="${of}-number">证件号码</label><input id="${of}-number" name="id_number" required minlength="5" maxlength="30" autocomplete="off"></div>`;

// One row of a list with what can be done about it: `deeds` are [words, method, path, question, done].
const row = (one, said, deeds) => html`<li class="row"><div>${one.name}<small>${said}</small></div>
  ${deeds.map(([words, method, path, question, done]) => html`<button class="button" data-method="${method}" data-path="${path}" data-question="${question}" data-done="${done}" aria-label="${words} ${one.name || ""}">${words}</button>`)}</li>`;
const card = (title, list, draw, otherwise = "") => (list.length || otherwise
  ? html`<section class="card"><h2>${title}</h2>${list.length ? html`<ul class="list">${list.map(draw)}</ul>` : html`<p class="soft">${otherwise}</p>`}</section>` : "");
const mandate = (one) => `${one.scope_names.join("、")}${one.items?.length ? ` · 限 ${one.items.length} 个事项` : ""} · 至 ${one.until}`;
const form = (name, title, fields, button, hint = "") => html`<details class="card" data-form="${name}"><summary>${title}</summary><form data-send="${name}">${hint ? html`<p class="hint">${hint}</p>` : ""}${fields}
  <div class="said"></div><button class="button main wide">${button}</button></form></details>`;

export async function family(main) {
  const draw = async () => {
    const view = await get("/v1/family");
    show(main, html`<h1>亲友与委托</h1>
      ${card("请您确认", view.asked_of_me, (one) => row(one, `想代您办理：${mandate(one)}`, [
        ["同意", "POST", `/v1/delegations/requests/${one.id}/agree`, `同意由 ${one.name} 代您办理吗？`, "已同意，委托即时生效"],
        ["不同意", "POST", `/v1/delegations/requests/${one.id}/decline`, "", "已拒绝"]]))}
      ${card("我的同行亲友", view.members, (one) => row(one, [one.relation, one.minor ? "无证件，须由您同行" : one.number].filter(Boolean).join(" · "), [
        ["移除", "DELETE", `/v1/family/${one.id}`, `移除 ${one.name} 吗？已约好的不受影响。`, "已移除"]]), "登记后可以一起预约、一起到厅办理。")}
      ${form("member", "登记亲友", html`<div class="field"><label for="relation">与我的关系</label><select id="relation" name="relation">${RELATIONS}</select></div>${person("member")}`, "登记", "姓名与证件号码经核验后加密保存。对方有账号的会收到消息。")}
      ${form("minor", "登记没有证件的未成年子女", html`<div class="field"><label for="minor-name">姓名</label><input id="minor-name" name="name" required maxlength="60" autocomplete="off"></div>
        <div class="field"><label for="born">出生日期</label><input id="born" name="born" type="date" required max="${inDays(0)}"></div>`, "登记", "只限未满 16 周岁，办理时须由您同行。有身份证号码的请按上面登记。")}
      ${card("我可以代办的人", view.principals, (one) => row(one, mandate(one), [
        ["不再代办", "DELETE", `/v1/delegations/${one.id}`, `不再为 ${one.name} 代办吗？您将看不到为其约的号。`, "已解除"]]), "凭对方的邀请码，或申请并由对方同意后，可以为对方预约。")}
      ${card("等待对方确认", view.asked_by_me, (one) => row(one, mandate(one), [["撤回", "DELETE", `/v1/delegations/requests/${one.id}`, "", "已撤回"]]))}
      ${form("accept", "输入邀请码", html`<div class="field"><label for="code">对方给您的邀请码</label><input id="code" name="code" required maxlength="40" autocomplete="off" autocapitalize="characters"></div>`, "成为代办人")}
      ${form("ask", "申请为他人代办", html`${person("ask")}${scopes}${until("ask-until")}`, "提交申请", "对方登录并实名后，在这个页面同意才生效。")}
      ${card("可以代我办的人", view.agents, (one) => row(one, mandate(one), [
        ["解除委托", "DELETE", `/v1/delegations/${one.id}`, `解除对 ${one.name} 的委托吗？立即生效。`, "委托已解除"]]), "把邀请码交给信任的人，由其代您预约。")}
      ${card("还没有用的邀请码", view.invitations, (one) => row({ ...one, name: `${one.scope_names.join("、")}邀请码` }, `${moment(one.good_until)} 前有效`, [
        ["作废", "DELETE", `/v1/delegations/invitations/${one.id}`, "", "邀请码已作废"]]))}
      ${form("invite", "请人代我办理", html`${scopes}${until("invite-until")}`, "生成邀请码", "邀请码一天内有效，只能用一次。请只交给您信任的人。")}
      <div id="invited" role="status"></div>
      ${card("把我登记为亲友的人", view.on_lists, (one) => row(one, "可以约您同行", [
        ["不同意", "POST", `/v1/family/${one.id}/refuse`, `不同意由 ${one.name} 登记吗？今后也不能再登记您。`, "已处理"]]))}`);
  };
  const SEND = {
    member: (given) => post("/v1/family", given),
    minor: (given) => post("/v1/family/minors", given),
    accept: (given) => post("/v1/delegations/accept", given),
    ask: (given) => post("/v1/delegations/requests", given),
    invite: (given) => post("/v1/delegations/invitations", given),
  };
  main.onsubmit = async (event) => {
    event.preventDefault();
    const sent = event.target, said = sent.querySelector(".said"), values = new FormData(sent);
    const given = Object.fromEntries(values);
    if (sent.querySelector("[name=scope]")) given.scope = values.getAll("scope");
    try {
      const made = await busy(sent.querySelector("button"), "正在提交…", () => SEND[sent.dataset.send](given));
      await draw();
      if (sent.dataset.send !== "invite") { toast("已提交"); return; }
      const place = main.querySelector("#invited");
      show(place, html`<section class="card"><h2>邀请码</h2><p class="big code">${made.code}</p><p class="hint">请在 ${moment(made.good_until)} 前交给要委托的人，离开本页后不再显示。</p></section>`);
      place.scrollIntoView({ block: "center" });
    } catch (error) {
      if (error.status === 401) throw error;
      const verify = error.code === "RealNameNeeded" ? html`<div class="actions"><a class="button main" href="#/real-name?next=${encodeURIComponent("#/family")}">去实名认证</a></div>` : "";
      show(said, html`${problem(error)}${verify}`);
    }
  };
  main.onclick = async (event) => {
    const deed = event.target.closest("[data-method]");
    if (!deed || (deed.dataset.question && !confirm(deed.dataset.question))) return;
    try {
      await busy(deed, "正在处理…", () => (deed.dataset.method === "DELETE" ? remove(deed.dataset.path) : post(deed.dataset.path)));
      toast(deed.dataset.done);
    } catch (error) {
      if (error.status === 401) throw error;
      toast(error.message);
    }
    await draw();
  };
  await draw();
}
