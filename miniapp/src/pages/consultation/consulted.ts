// One consultation, whoever may see it.
import type { Answer } from "@/api/call";

export type Consulted = Answer<"/v1/consultations/look-up", "post">;
// How its asker is known: signed in, or by the last digits of the telephone that was given.
export interface Proof {
  code: string;
  last_four: string;
}
const LOOKS: Record<string, string> = { open: "brand", answered: "good", refused: "bad", pointed: "warn" };
export const look = (state: string) => LOOKS[state] ?? "";
