// Looks again from time to time while the page is looked at, for as long as what it shows is not the last word.
import { onHide, onShow, onUnload } from "@dcloudio/uni-app";
import { ref, watch, type Ref } from "vue";
import type { Screen } from "@/screen";

export interface Again {
  // How often it will still look by itself.
  left: Ref<number>;
}

export function useAgain<T>(screen: Screen<T>, waits: (view: T) => boolean, seconds: number, tries = Infinity): Again {
  const left = ref(tries);
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let shown = false;
  const stop = () => {
    shown = false;
    clearTimeout(waiting);
  };
  onShow(() => {
    shown = true;
    left.value = tries;
  });
  onHide(stop);
  onUnload(stop);
  watch(screen.busy, (busy) => {
    clearTimeout(waiting);
    if (busy || !shown || screen.view.value === null || !waits(screen.view.value) || left.value <= 0) return;
    waiting = setTimeout(() => {
      left.value -= 1;
      void screen.load();
    }, seconds * 1000);
  });
  return { left };
}
