// What is asked of an applicant, and what was answered.
import type { Answer } from "@/api/call";
import { nothingChosen, type Chosen } from "@/delivery";

export type Filing = Answer<"/v1/filings/{code}", "get">;
export type Asked = Filing["fields"][number];
export type Material = Filing["materials"][number];
export type Value = string | string[];

export interface Typed {
  answers: Record<string, Value>;
  promised: string[];
  hall: string;
  delivery: Chosen;
}
export const nothingTyped = (): Typed => ({ answers: {}, promised: [], hall: "", delivery: nothingChosen() });

const nothing = (one: Asked): Value => (one.asks === "多选" ? [] : "");
export const answersOf = (view: Filing) => Object.fromEntries(view.fields.map((one) => [one.field, (view.answers[one.field] as Value) ?? nothing(one)]));

// What was chosen before decides what is asked; what is not asked is no answer to others.
export function shown(fields: Asked[], answers: Record<string, Value>): Asked[] {
  const there = new Set<string>();
  return fields.filter((one) => {
    const [name, values = ""] = one.shown_if.split("=");
    const given = name && there.has(name) ? [answers[name] ?? ""].flat() : [];
    if (name && !values.split("|").some((value) => given.includes(value.trim()))) return false;
    there.add(one.field);
    return true;
  });
}

export const HOW: Record<string, [words: string, tone: string]> = {
  form: ["网上填报代替", "good"],
  licence: ["电子证照", "good"],
  papers: ["已上传", "good"],
  later: ["容缺后补", "warn"],
  missing: ["待上传", "bad"],
  not_needed: ["按情形提交", ""],
};
export const MOODS: Record<string, string> = { submitted: "brand", reviewing: "brand", returned: "warn", accepted: "good", refused: "bad" };
export const size = (bytes: number) => (bytes < 1048576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);
