// What the door found wrong with each field.
import { Refused } from "@/api/refused";

// What to say beside fields that say their own: the sentence alone.
export const besides = (words: string, error: Error) => (Object.keys(faultsOf(error)).length ? error.message : words);

export function faultsOf(error: unknown): Record<string, string> {
  const detail = error instanceof Refused && Array.isArray(error.detail) ? (error.detail as { field?: string; problem?: string }[]) : [];
  return Object.fromEntries(detail.filter((one) => one.field && one.problem).map((one) => [one.field!, one.problem!]));
}
