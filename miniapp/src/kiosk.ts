// A hall's touch screen: many people use it, and none leaves anything behind.
import { ref } from "vue";
import { keep, kept } from "@/store";

const on = ref(Boolean(kept("kiosk")));
export const kiosk = () => on.value;
export function beKiosk(hall: string) {
  keep("kiosk", hall);
  on.value = hall !== "";
}
export const kioskHall = () => kept<string>("kiosk") ?? "";
