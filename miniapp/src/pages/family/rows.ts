// The lists of 亲友与委托 and what can be done about each row.
import type { Answer } from "@/api/call";
import { moment } from "@/format";
import { posting, removing, type Row } from "@/deeds";

type Family = Answer<"/v1/family", "get">;
type Mandate = Family["agents"][number];
const mandate = (one: Mandate) => [one.scope_names.join("、"), one.items.length ? `限 ${one.items.length} 个事项` : "", `至 ${one.until}`].filter(Boolean).join(" · ");
const row = (one: { id: number; name: string }, said: string, ...deeds: Row["deeds"]): Row => ({ id: one.id, name: one.name, said, deeds });

export const askedOfMe = (view: Family) =>
  view.asked_of_me.map((one) =>
    row(
      one,
      `想代您办理：${mandate(one)}`,
      posting("同意", "/v1/delegations/requests/{request_id}/agree", { request_id: one.id }, { question: `同意由 ${one.name} 代您办理吗？`, done: "已同意，委托即时生效" }),
      posting("不同意", "/v1/delegations/requests/{request_id}/decline", { request_id: one.id }, { done: "已拒绝" }),
    ),
  );
export const members = (view: Family) =>
  view.members.map((one) =>
    row(one, [one.relation, one.minor ? "无证件，须由您同行" : one.number].filter(Boolean).join(" · "), removing("移除", "/v1/family/{family_id}", { family_id: one.id }, { question: `移除 ${one.name} 吗？已约好的不受影响。`, done: "已移除" })),
  );
export const principals = (view: Family) =>
  view.principals.map((one) => row(one, mandate(one), removing("不再代办", "/v1/delegations/{delegation_id}", { delegation_id: one.id }, { question: `不再为 ${one.name} 代办吗？您将看不到为其约的号。`, done: "已解除" })));
export const askedByMe = (view: Family) => view.asked_by_me.map((one) => row(one, mandate(one), removing("撤回", "/v1/delegations/requests/{request_id}", { request_id: one.id }, { done: "已撤回" })));
export const agents = (view: Family) =>
  view.agents.map((one) => row(one, mandate(one), removing("解除委托", "/v1/delegations/{delegation_id}", { delegation_id: one.id }, { question: `解除对 ${one.name} 的委托吗？立即生效。`, done: "委托已解除" })));
export const invitations = (view: Family) =>
  view.invitations.map((one) =>
    row({ id: one.id, name: `${one.scope_names.join("、")}邀请码` }, `${moment(one.good_until)} 前有效`, removing("作废", "/v1/delegations/invitations/{invitation_id}", { invitation_id: one.id }, { done: "邀请码已作废" })),
  );
export const onLists = (view: Family) =>
  view.on_lists.map((one) => row(one, "可以约您同行", posting("不同意", "/v1/family/{family_id}/refuse", { family_id: one.id }, { question: `不同意由 ${one.name} 登记吗？今后也不能再登记您。`, done: "已处理" })));
