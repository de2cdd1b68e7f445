// How large everything is drawn: the phone's own size of letters times 大字版.
import { computed, ref } from "vue";
import { kiosk } from "@/kiosk";
import { letterScale } from "@/platform";
import { keep, kept } from "@/store";

const LARGER = 1.3;
const AT_A_KIOSK = 1.5; // read standing, at arm's length
const system = ref(1);
const large = ref(Boolean(kept("large")));

export const isLarge = () => large.value || kiosk();
export function enlarge(on: boolean) {
  large.value = on;
  keep("large", on);
}
export const measureLetters = () => void (system.value = letterScale());

// On the outermost element of every page: `--u` is what a pixel of the design is drawn as.
export const unit = computed(() => `--u:${Math.round(system.value * (kiosk() ? AT_A_KIOSK : large.value ? LARGER : 1) * 1000) / 1000}px`);
