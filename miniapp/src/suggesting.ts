// 输入联想: names of items while somebody types. In the browser the keys go through them (a combobox); a phone has none.
import { onUnmounted, ref, watch, type Ref } from "vue";
import { get, type Answer } from "@/api/call";

const PATIENCE = 150; // milliseconds without a key, so that not every letter is asked for
type Suggestion = Answer<"/v1/suggestions", "get">[number];

export function useSuggestions(typed: Ref<string>, choose: (one: Suggestion) => unknown) {
  const found = ref<Suggestion[]>([]);
  const at = ref(-1); // the one the arrows stand on; -1 is what was typed
  let waiting: ReturnType<typeof setTimeout>;
  let wanted = "";
  const show = (list: Suggestion[]) => {
    found.value = list;
    at.value = -1;
  };
  const close = () => {
    clearTimeout(waiting);
    wanted = "";
    show([]);
  };
  const suggest = async (text: string) => {
    wanted = text;
    const list = text ? await get("/v1/suggestions", { query: { q: text } }).catch(() => []) : [];
    if (wanted === text) show(list);
  };
  watch(typed, (value) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => void suggest(value.trim()), PATIENCE);
  });
  onUnmounted(close);
  return { found, at, close, keys: keysOf(found, at, close, choose) };
}

export const LISTED = "suggested"; // the list's id; one page shows one
export const listed = (nth: number) => `${LISTED}-${nth}`;

// Escape closes them, and nothing else; arrows go through them and back to what was typed; Enter takes the one they stand on.
function keysOf(found: Ref<Suggestion[]>, at: Ref<number>, close: () => void, choose: (one: Suggestion) => unknown) {
  return (event: KeyboardEvent) => {
    // #ifdef H5
    if (!found.value.length || event.isComposing) return;
    if (event.key === "Tab") return close();
    const ways = found.value.length + 1;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const taken = event.key === "Enter" ? found.value[at.value] : undefined;
    if (!step && !taken && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (step) at.value = ((at.value + 1 + step + ways) % ways) - 1;
    else close();
    if (taken) choose(taken);
    // #endif
  };
}
