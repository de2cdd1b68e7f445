// What waits for somebody, the most pressing first.
import type { Answer } from "@/api/call";
import { moment, yuan } from "@/format";

type ToDo = NonNullable<Answer<"/v1/home", "get">["todo"]>;
const MOST = 3; // of one kind; the rest stands on their own pages

// One bill is opened at once; several are chosen from.
const billsOf = ({ unpaid_bills: number, bills }: ToDo) => (number === 1 && bills?.length ? `bill/${bills[0].pay_code}` : "bills");

export const todosOf = (todo: ToDo) => [
  ...todo.places_offered.map((one) => ({ to: `waiting/${one.code}`, mark: "book", name: `候补到号，请确认：${one.type_name}`, small: `${moment(one.until)} 前有效` })),
  ...(todo.unpaid_bills ? [{ to: billsOf(todo), mark: "pay", name: `待缴费 ${todo.unpaid_bills} 笔`, small: `共 ${yuan(todo.unpaid_fen)} 元` }] : []),
  ...todo.cases_to_supplement.slice(0, MOST).map((one) => ({ to: `case/${one.case_no}`, mark: "progress", name: `需补正材料：${one.item_name}`, small: one.case_no })),
  ...todo.to_rate.slice(0, MOST).map((one) => ({ to: `rate/${one.kind}/${one.number}`, mark: "smile", name: `请评价：${one.title}`, small: one.place })),
  ...(todo.unread ? [{ to: "messages", mark: "bell", name: `未读消息 ${todo.unread} 条`, small: "" }] : []),
];
