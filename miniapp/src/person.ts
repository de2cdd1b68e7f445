// Somebody as their document names them, and the ways in which one can be related or allowed.
import type { Option } from "@/components/options";

export const DOCUMENTS: Option[] = [
  { value: "id_card", label: "居民身份证" },
  { value: "hmt_permit", label: "港澳台居民居住证" },
  { value: "residence", label: "外国人永久居留身份证" },
  { value: "passport", label: "护照" },
];
export type IdType = "id_card" | "hmt_permit" | "residence" | "passport";

export interface Person {
  id_type: IdType;
  name: string;
  id_number: string;
}
export const nobody = (): Person => ({ id_type: "id_card", name: "", id_number: "" });

const SHORTEST = 5; // of a document's number
export const faultsOf = (one: Person) => ({
  name: one.name.trim() ? "" : "请填写姓名",
  id_number: one.id_number.trim().length < SHORTEST ? "请填写完整的证件号码" : "",
});
export const isWhole = (one: Person) => Object.values(faultsOf(one)).every((fault) => !fault);

export const SCOPES = [
  { value: "book", name: "预约" },
  { value: "progress", name: "办件" },
  { value: "pay", name: "缴费" },
] as const;
export type Scope = (typeof SCOPES)[number]["value"];
