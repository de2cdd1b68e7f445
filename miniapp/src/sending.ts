// Something that is sent with one tap: while it is under way it cannot be sent twice, and what was wrong stands beside it.
import { reactive } from "vue";
import { Refused } from "@/api/refused";
import { ledAway } from "@/screen";

export interface Sending {
  busy: boolean;
  fault: Error | null;
  send: () => Promise<void>;
}

export function useSending<T>(work: () => Promise<T>, done: (made: T) => unknown, { keyed = false } = {}): Sending {
  const sending: Sending = reactive({ busy: false, fault: null, send });
  async function send() {
    if (sending.busy) return;
    sending.busy = true;
    sending.fault = null;
    try {
      await done(await work());
    } catch (error) {
      if (!ledAway(error)) sending.fault = keyed ? unsure(error as Error) : (error as Error);
    } finally {
      sending.busy = false;
    }
  }
  return sending;
}

// Nobody knows whether what went out without an answer was done. Its key makes it safe to send once more.
function unsure(error: Error): Error {
  if (!(error instanceof Refused) || error.status !== 0) return error;
  return new Refused(0, { code: error.code, message: "没有收到答复，还不知道是否办成。请检查网络后再点一次，不会重复办理。" });
}
