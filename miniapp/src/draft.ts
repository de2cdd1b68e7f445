// What somebody is typing, kept on the phone until it is sent: a call, an empty battery, a session that ends loses nothing.
import { watch, type Ref } from "vue";
import { forget, keep, kept } from "@/store";

export function useDraft<T>(name: string, typed: Ref<T>): { sent: () => void } {
  const before = kept<T>(`own.draft.${name}`);
  if (before !== null) typed.value = before;
  const stop = watch(typed, (value) => keep(`own.draft.${name}`, value), { deep: true });
  return {
    sent: () => {
      stop();
      forget(`own.draft.${name}`);
    },
  };
}
