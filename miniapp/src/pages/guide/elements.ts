// The elements of a guide, in the shapes the page shows them.
import type { Answer } from "@/api/call";
import { yuan } from "@/format";

export type Guide = Answer<"/v1/guides/{slug}", "get">;
type Section = Guide["sections"][number];
export interface Fact {
  name: string;
  value: string;
}

const ELSEWHERE = ["summary", "materials", "question", "places", "variant"]; // shown in shapes of their own
const OPEN: Record<string, string> = { conditions: "条件", steps: "流程", periods: "时限", fees: "收费" };
const STEP = /^\d+\.\s*/;

const days = (number: number | null, unit = "工作日") => (number === null || number === undefined ? "" : number === 0 ? "当场办结" : `${number} 个${unit}`);

export const atAGlance = (view: Guide): Fact[] =>
  [
    { name: "承诺时限", value: days(view.promised_days) },
    { name: "法定时限", value: days(view.legal_days, view.legal_unit) },
    { name: "收费", value: view.fee_fen ? `单项最高 ${yuan(view.fee_fen)} 元，见收费标准` : "不收费" },
    { name: "办理渠道", value: view.online ? "网上、窗口" : "窗口" },
    { name: "办理部门", value: view.department },
    { name: "服务对象", value: view.audience.join("、") },
    { name: "办件类型", value: view.kind },
  ].filter((one) => one.value);

const shaped = (one: Section) => ({ ...one, steps: STEP.test(one.text) ? one.text.split("\n").map((step) => step.replace(STEP, "")) : [] });

export function elements(view: Guide) {
  const rest = view.sections.filter((one) => !ELSEWHERE.includes(one.kind));
  const open = rest.filter((one) => one.kind in OPEN).map(shaped);
  const closed = rest.filter((one) => !(one.kind in OPEN));
  const variants = view.sections.filter((one) => one.kind === "variant");
  const jumps = [
    ...(view.materials.length ? [{ to: "materials", name: "材料" }] : []),
    ...open.map((one) => ({ to: one.kind, name: OPEN[one.kind] })),
    ...(view.halls.length ? [{ to: "places", name: "地点" }] : []),
    ...(closed.length ? [{ to: "more", name: "其他" }] : []),
    ...(view.faqs.length ? [{ to: "faqs", name: "常见问题" }] : []),
  ];
  return { open, closed, variants, jumps };
}

// What one can do next; the first of them is what most come for.
export const nextSteps = (view: Guide) => [
  ...(view.online_form ? [{ to: `apply/${view.slug}`, name: "在线申请" }] : []),
  ...(view.bookable ? [{ to: `book?item=${view.item_code}`, name: "预约办理" }] : []),
  ...(view.fee_fen ? [{ to: "bills", name: "去缴费" }] : []),
  { to: `ask?q=${encodeURIComponent(view.name)}`, name: "问一问" },
  { to: "progress", name: "查进度" },
];
