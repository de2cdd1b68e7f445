// A touch screen that is left alone goes back to its first page and forgets who stood there; the last seconds are shown.
import { computed, ref } from "vue";
import { forgetPerson, kiosk } from "@/kiosk";
import { leave } from "@/session";

const PATIENCE = 60; // seconds
const SHOWN = 15;
const alone = ref(0); // seconds without a touch; counted only after somebody came
const since = ref(0); // 0: nobody came since it forgot

// Seconds until it forgets, once they are few; else 0.
export const secondsLeft = computed(() => (kiosk() && since.value && alone.value >= PATIENCE - SHOWN ? Math.max(PATIENCE - alone.value, 1) : 0));

// Somebody touched the screen, or typed.
export function stir() {
  if (!kiosk()) return;
  since.value = Date.now();
  alone.value = 0;
}

export function startAfresh() {
  since.value = 0;
  alone.value = 0;
  leave();
  forgetPerson();
  uni.reLaunch({ url: "/pages/kiosk/kiosk" });
}

export function watchIdle() {
  stir(); // whose page was loaded anew is as unknown as who touches the screen
  // #ifdef H5
  for (const sign of ["pointerdown", "keydown", "wheel"]) addEventListener(sign, stir, { capture: true, passive: true });
  // #endif
  setInterval(() => {
    if (!kiosk() || !since.value) return;
    alone.value = Math.floor((Date.now() - since.value) / 1000);
    if (alone.value >= PATIENCE) startAfresh();
  }, 1000);
}
