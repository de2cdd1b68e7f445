// Bills: how far they are, what they cost today, and whose one looked up.
import type { Answer } from "@/api/call";
import { yuan } from "@/format";
import { forget, keep, kept } from "@/store";

export type Bill = Answer<"/v1/bills/{pay_code}", "get">;
type Line = Bill["items"][number];

export const STATES: Record<string, [words: string, tone: string]> = {
  unpaid: ["待缴", "warn"],
  settled: ["已缴清", "good"],
  withdrawn: ["已撤回", ""],
  refunded: ["已退回", ""],
};
export const due = (one: Bill) => (one.state === "unpaid" ? one.due_fen : one.settled_fen || one.total_fen);

// What a line costs beside its amount: pushed with the bill, and grown since the 限缴日期.
const LATE: Record<string, string> = { overdue: "滞纳金", penalty: "加处罚款" };
export const whole = (one: Line) => one.amount_fen + one.overdue_fen + one.penalty_fen + one.late_fen;
export function extras(one: Line): string[] {
  const parts: [number, string][] = [[one.overdue_fen, "滞纳金"], [one.penalty_fen, "加处罚款"], [one.late_fen, `${LATE[one.late_kind]}（逾期）`]];
  return parts.filter(([fen]) => fen).map(([fen, name]) => `${name} ${yuan(fen)}`);
}
export const rates = (bill: Bill) => [
  ...new Set(bill.items.filter((one) => one.late_per_day).map((one) => `${LATE[one.late_kind]}按日加收万分之 ${one.late_per_day}${one.late_basis ? `（${one.late_basis}）` : ""}`)),
];

// Somebody else's bill is found, and paid, with the last four of their number: never in an address, and only for the last
// one looked up, so that signing in on the way leads back to it.
interface Found {
  code: string;
  lastFour: string;
}
const FOUND = "own.found-bill";
export const found = (code: string, lastFour: string) => keep(FOUND, { code, lastFour } satisfies Found);
export const lastFourOf = (code: string) => {
  const one = kept<Found>(FOUND);
  return one?.code === code ? one.lastFour : "";
};
export const notNeeded = () => forget(FOUND);
