// The city's name, told by the home screen and kept for the frame of all others.
import { ref } from "vue";
import { keep, kept } from "@/store";

const name = ref(kept<string>("city") ?? "");
export const city = () => name.value;
export function isCity(told: string) {
  if (told === name.value) return;
  name.value = told;
  keep("city", told);
}
