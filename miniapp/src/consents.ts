// 订阅消息: a mini-program may ask for them at a tap only, so what to ask for is fetched before. A browser has none.
import { post, request } from "@/api/call";
import { messagesAllowed, PLATFORM } from "@/platform";
import { signedIn } from "@/session";

export type Occasion = "booking" | "waitlist" | "draw" | "bill" | "case" | "filing";
let templates: Partial<Record<Occasion, string[]>> = {};

export async function readyToAsk() {
  if (PLATFORM === "h5" || Object.keys(templates).length) return;
  const heard = await request("GET", `/v1/message-templates?platform=${PLATFORM}`).catch(() => null);
  if (heard?.status === 200) templates = heard.said as typeof templates;
}

// At the tap itself. Who says no, or is not asked, goes on all the same.
export async function askFor(occasion: Occasion): Promise<void> {
  const wanted = signedIn() ? (templates[occasion] ?? []) : [];
  const allowed = wanted.length ? await messagesAllowed(wanted) : [];
  if (allowed.length) await post("/v1/me/consents", { body: { templates: allowed, choice: "once" } }).catch(() => {});
}
