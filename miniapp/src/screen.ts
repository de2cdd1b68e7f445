// A screen and what it shows: asked for when it opens, and again when it is come back to. Without a network it shows
// what was seen last, and says since when; a session that is over leads to signing in and back.
import { onLoad, onPullDownRefresh, onShow } from "@dcloudio/uni-app";
import { ref, shallowRef, type Ref, type ShallowRef } from "vue";
import { addressed, refused, request, type Answer, type Given, type Heard, type PathOf } from "@/api/call";
import { Refused, sentence, unsure } from "@/api/refused";
// #ifdef H5
import { arrived } from "@/arriving";
// #endif
import { carriedTo, go, goInstead, here } from "@/going";
import { toast } from "@/platform";
import { keep, kept } from "@/store";
import { enter, sessionOver, signedIn } from "@/session";

interface Seen {
  shapes: string;
  at: number;
  etag: string;
  said: unknown;
}

export interface Screen<T> {
  view: ShallowRef<T | null>;
  fault: Ref<Refused | Error | null>;
  // When what is shown was true, if no newer answer could be had; 0: it is of now.
  old: Ref<number>;
  busy: Ref<boolean>;
  load: () => Promise<void>;
}

const nameOf = (address: string) => `${signedIn() ? "own." : ""}seen.${address}`;
// What was kept when answers had other shapes is of no use to the pages of now.
function lastSeen(address: string): Seen | null {
  const last = kept<Seen>(nameOf(address));
  return last?.shapes === __SHAPES__ ? last : null;
}
const asked = (address: string, etag = lastSeen(address)?.etag) => request("GET", address, { extra: etag ? { "If-None-Match": etag } : {} });

// The answer to what the first page will ask for is on its way while the page itself is still being made.
let early: { address: string; heard: Promise<Heard> } | null = null;
export function askEarly(address: string) {
  early = { address, heard: asked(address) };
  early.heard.catch(() => {}); // it is told to who takes it
}
function takenEarly(address: string) {
  const taken = early?.address === address ? early.heard : null;
  early = null;
  return taken;
}

// What the last answer of this address was is kept, to be shown when the network is gone. Raises Refused.
export async function seen<P extends PathOf<"get">>(path: P, given: Given<P, "get"> = {}): Promise<{ said: Answer<P, "get">; old: number }> {
  const address = addressed(path, given as object);
  const name = nameOf(address);
  const last = lastSeen(address);
  try {
    const heard = await (takenEarly(address) ?? asked(address, last?.etag));
    if (heard.status === 304 && last) return { said: last.said as Answer<P, "get">, old: 0 };
    if (heard.status < 200 || heard.status > 299) throw refused(heard);
    keep(name, { shapes: __SHAPES__, at: Date.now(), etag: heard.headers.ETag ?? heard.headers.etag ?? "", said: heard.said });
    return { said: heard.said as Answer<P, "get">, old: 0 };
  } catch (error) {
    if (last && error instanceof Refused && (error.status === 0 || error.status >= 502)) return { said: last.said as Answer<P, "get">, old: last.at };
    throw error;
  }
}

// What the page was told: its query, or what was carried to a tab. Comes before the first load.
export function useQuery(page: string, told: (query: Record<string, string>) => unknown) {
  onLoad((query) => void told(decoded((query ?? {}) as Record<string, string>)));
  onShow(() => {
    const query = carriedTo(page);
    if (query) told(query);
  });
}

// In mini-programs the values of a query arrive as they were written.
function decoded(query: Record<string, string>) {
  // #ifdef H5
  return query;
  // #endif
  // #ifndef H5
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, decodeURIComponent(value)]));
  // #endif
}

// `ask` is called each time; with `seen` it gives what was kept, too. `again: false` for pages that hold what is being typed.
export function useScreen<T>(ask: () => Promise<{ said: T; old: number }>, { again = true } = {}): Screen<T> {
  const screen: Screen<T> = { view: shallowRef(null), fault: ref(null), old: ref(0), busy: ref(false), load };
  let first = true;
  let led = false;
  // Who came back without signing in is not led there again: there would be no way past it. Nothing of theirs is shown.
  function refusedAgain(error: unknown): boolean {
    const again = led && error instanceof Refused && error.status === 401;
    led = !again && error instanceof Refused && error.status === 401;
    if (again) screen.view.value = null;
    return again;
  }
  async function load() {
    screen.busy.value = true;
    try {
      // #ifdef H5
      await arrived;
      // #endif
      const { said, old } = await ask();
      screen.view.value = said;
      screen.old.value = old;
      screen.fault.value = null;
      led = false;
    } catch (error) {
      if (!(error instanceof Refused)) console.error(error); // ours, not the network's
      if (refusedAgain(error) || !ledAway(error, screen.view.value === null)) screen.fault.value = error as Error;
    } finally {
      screen.busy.value = false;
    }
  }
  onShow(() => {
    if (first || again || screen.view.value === null) void load();
    first = false;
  });
  onPullDownRefresh(() => void load().finally(() => uni.stopPullDownRefresh()));
  return screen;
}

// Who must sign in, or agree to the policy first, is led there, and back to this very place. True when led. A page that
// shows nothing yet is left (`instead`): going back from signing in must not lead to signing in.
export function ledAway(error: unknown, instead = false): boolean {
  if (!(error instanceof Refused)) return false;
  const lead = instead ? goInstead : go;
  if (error.status === 401) {
    if (error.code === "SessionOver") toast(error.message);
    sessionOver();
    lead(`login?next=${encodeURIComponent(here())}`);
    return true;
  }
  if (error.code !== "PolicyNotAgreed") return false;
  lead(`policy?next=${encodeURIComponent(here())}`);
  return true;
}

// The page stays below with all that was typed; after signing in one is back on it.
export const toSignIn = (more = "") => go(`login?next=${encodeURIComponent(here())}${more}`);
export { enter, goInstead };

type Told = (words: string, error: Error) => void;

// What a tap is to do: a refusal is told, a session that is over leads to signing in. Gives nothing when refused.
export const tried = <T>(work: () => Promise<T>, told: Told = toast) => looked(() => work().catch((error) => Promise.reject(unsure(error))), told);

// What a tap looks for: as `tried`, but nothing is done by it that could be in doubt.
export async function looked<T>(work: () => Promise<T>, told: Told = toast): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!ledAway(error)) told(sentence(error), error as Error);
  }
}
