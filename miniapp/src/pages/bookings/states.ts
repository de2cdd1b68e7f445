// What the states of a booking are called, and how they look.
const STATES: Record<string, [name: string, look: string]> = {
  booked: ["已预约", "brand"],
  checked_in: ["等候叫号", "good"],
  serving: ["办理中", "good"],
  finished: ["已办结", "good"],
  cancelled: ["已取消", ""],
  office_cancelled: ["大厅已取消", "warn"],
  no_show: ["爽约", "bad"],
  unserved: ["到场未办", "warn"],
  rescheduled: ["已改约", ""],
};
export const nameOf = (state: string) => STATES[state]?.[0] ?? state;
export const lookOf = (state: string) => STATES[state]?.[1] ?? "";
export const isLive = (state: string) => ["booked", "checked_in", "serving"].includes(state);

// How an answer to the offer of another time looks, after a hall closed.
const OFFERS: Record<string, string> = { open: "warn", accepted: "good", lapsed: "bad" };
export const offerLook = (offer: string) => OFFERS[offer] ?? "";
