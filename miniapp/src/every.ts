// What a page asks again and again while somebody looks at it.
import { onHide, onShow, onUnload } from "@dcloudio/uni-app";

export function useEvery(seconds: number, work: () => unknown) {
  let running: ReturnType<typeof setInterval> | undefined;
  const stop = () => clearInterval(running);
  onShow(() => {
    stop();
    running = setInterval(() => void work(), seconds * 1000);
  });
  onHide(stop);
  onUnload(stop);
}
