// How the states of a place in a queue for a full slot look.
const LOOKS: Record<string, string> = { waiting: "brand", offered: "warn", accepted: "good", lapsed: "bad" };
export const waitLook = (state: string) => LOOKS[state] ?? "";
