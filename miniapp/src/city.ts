// The city's name: the browser's page has it; mini-programs are told by the home screen and keep it for all others.
import { ref } from "vue";
import { keep, kept } from "@/store";

let told = "";
// #ifdef H5
told = document.documentElement.dataset.city ?? "";
// #endif
const name = ref(told || (kept<string>("city") ?? ""));
export const city = () => name.value;
export function isCity(said: string) {
  if (said === name.value) return;
  name.value = said;
  keep("city", said);
}
