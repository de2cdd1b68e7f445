// 简体 or 繁體. The words of the pages are written in 简体; `t` says them as the reader wants.
import { ref } from "vue";
import { keep, kept } from "@/store";

export type Language = "hans" | "hant";
const chosen = ref<Language>(kept<Language>("language") ?? "hans");

export const language = () => chosen.value;
export function speak(which: Language) {
  keep("language", which);
  chosen.value = which;
}
