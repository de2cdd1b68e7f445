// Where the keys are, in the browser: on the heading of a new page, on a page that is come back to where they were left,
// and beside what went away, or was switched off, under them.
import { onHide, onShow } from "@dcloudio/uni-app";
import { nextTick, watch } from "vue";

// What has the keys, and all it stands in, from within outwards.
let trail: HTMLElement[] = [];
let first = true; // a page that the browser itself opened is read from its top
let linked = false; // a link leads on, not back: a page that stood there before is begun anew

const main = () => document.getElementById("main");
function* outwards(one: HTMLElement | null) {
  for (; one && one !== document.body; one = one.parentElement) yield one;
}
function hold(one: HTMLElement) {
  if (one.tabIndex < 0) one.tabIndex = -1;
  one.focus({ preventScroll: true });
}

// The heading; where something stands before it, as on the first page, all of the page.
function beginning(): HTMLElement | null {
  const [part, title] = [main(), main()?.querySelector<HTMLElement>("h1")];
  const begins = [...(part?.children ?? [])].find((one) => !one.matches(".back"));
  return title && begins?.contains(title) ? title : part;
}

// `there`: the page shows what it was opened for. Who has begun to use it meanwhile is left alone.
export function useFocus(there: () => boolean) {
  let left: HTMLElement | undefined;
  let comes = false;
  async function settle() {
    if (!comes || !there()) return;
    await nextTick();
    if (!comes || main()?.querySelector("h1.away")) return; // its script is still on its way
    comes = false;
    if (first) return void (first = false);
    const at = left?.isConnected && !linked ? left : beginning();
    linked = false;
    if (at && document.activeElement === document.body) hold(at);
  }
  onHide(() => void (left = trail[0]));
  onShow(() => {
    comes = true;
    void settle();
  });
  watch(there, settle);
}

// A ring is drawn around a heading for who goes by keys; whoever reads aloud hears it without one.
const BY_KEYS = "by-keys";
const toldBy = (event: Event) => document.documentElement.classList.toggle(BY_KEYS, event.type === "keydown");

export function watchFocus() {
  for (const sign of ["keydown", "pointerdown"]) addEventListener(sign, toldBy, { capture: true, passive: true });
  addEventListener("focusin", (event) => (trail = [...outwards(event.target as HTMLElement)]));
  addEventListener("click", (event) => (linked = Boolean((event.target as Element).closest("a[href]"))), { capture: true });
  const beside = () => {
    const nobody = [document.body, trail[0]].includes(document.activeElement as HTMLElement);
    const place = trail.find((one) => one.isConnected && !one.matches(":disabled") && main()?.contains(one));
    if (nobody && place && place !== trail[0]) hold(place === main() ? (beginning() ?? place) : place);
  };
  new MutationObserver(beside).observe(document.body, { childList: true, subtree: true, attributeFilter: ["disabled"] });
}
