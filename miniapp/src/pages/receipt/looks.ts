// How the states of a receipt look.
const LOOKS: Record<string, string> = { issued: "good", voiding: "warn", voided: "bad" };
export const receiptLook = (state: string) => LOOKS[state] ?? "";
