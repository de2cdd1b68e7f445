// Where the keys are, in the browser: on the heading of a new page, on a page that is come back to where they were left,
// and beside what went away from under them.
import { onHide, onShow } from "@dcloudio/uni-app";
import { nextTick, watch } from "vue";

// What has the keys, and all it stands in, from within outwards.
let trail: HTMLElement[] = [];
let first = true; // a page that the browser itself opened is read from its top

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
    comes = false;
    await nextTick();
    const at = left?.isConnected ? left : beginning();
    if (at && !main()?.contains(document.activeElement)) hold(at);
  }
  onHide(() => void (left = trail[0]));
  onShow(() => {
    comes = !first;
    first = false;
    void settle();
  });
  watch(there, settle);
}

export function watchFocus() {
  addEventListener("focusin", (event) => (trail = [...outwards(event.target as HTMLElement)]));
  const beside = () => {
    if (document.activeElement !== document.body || !trail.length || trail[0].isConnected) return;
    const place = trail.find((one) => one.isConnected && main()?.contains(one));
    if (place) hold(place === main() ? (beginning() ?? place) : place);
  };
  new MutationObserver(beside).observe(document.body, { childList: true, subtree: true });
}
