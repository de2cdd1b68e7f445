// How a result is to come: what one chooses from, and what was chosen.
import type { Answer } from "@/api/call";

export type Delivery = NonNullable<Answer<"/v1/cases/{case_no}/result", "get">["delivery"]>;
export type Hall = Answer<"/v1/cases/{case_no}/result", "get">["halls"][number];
export const WAYS: Record<string, string> = { pick_up: "到厅领取", courier: "邮寄送达" };

export interface Chosen {
  way: string;
  hall: string;
  recipient: string;
  phone: string;
  address: string;
}
export const nothingChosen = (): Chosen => ({ way: "", hall: "", recipient: "", phone: "", address: "" });

// What is chosen as long as nobody chose otherwise; an address that is kept is shown masked and is typed anew to be changed.
export function usual(offered: string[], halls: Hall[], before: Delivery | null, hall: string): Chosen {
  const kept = halls.find((one) => (before?.hall ? one.name === before.hall : one.code === hall));
  return { ...nothingChosen(), way: before?.way || offered[0] || "", hall: (kept ?? halls[0])?.code ?? "" };
}

export const wanted = (one: Chosen) =>
  one.way === "pick_up"
    ? { way: "pick_up" as const, hall_code: one.hall, address: null }
    : { way: "courier" as const, hall_code: "", address: { recipient: one.recipient.trim(), phone: one.phone.trim(), address: one.address.trim() } };

// Nothing was typed and an address is kept: then that one stands.
export const untouched = (one: Chosen, before: Delivery | null) =>
  before?.way === "courier" && one.way === "courier" && ![one.recipient, one.phone, one.address].some((text) => text.trim());
