// 输入联想: names of items while somebody types.
import { onUnmounted, ref, watch, type Ref } from "vue";
import { get, type Answer } from "@/api/call";

const PATIENCE = 150; // milliseconds without a key, so that not every letter is asked for

export function useSuggestions(typed: Ref<string>) {
  const found = ref<Answer<"/v1/suggestions", "get">>([]);
  let waiting: ReturnType<typeof setTimeout>;
  const close = () => {
    clearTimeout(waiting);
    found.value = [];
  };
  const suggest = async (text: string) => {
    const list = text ? await get("/v1/suggestions", { query: { q: text } }).catch(() => []) : [];
    if (typed.value.trim() === text) found.value = list;
  };
  watch(typed, (value) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => void suggest(value.trim()), PATIENCE);
  });
  onUnmounted(close);
  return { found, close };
}

// Escape closes them, and nothing else; arrows go through them. In the browser only: a phone's keyboard has none of these.
export function keysOf(close: () => void, isOpen: () => boolean) {
  return (event: KeyboardEvent) => {
    // #ifdef H5
    if (!isOpen()) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      return close();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>(".suggest-one, .input")].map((one) => one.closest<HTMLElement>("a, button") ?? one);
    all[(all.indexOf(document.activeElement as HTMLElement) + step + all.length) % all.length]?.focus();
    // #endif
  };
}
