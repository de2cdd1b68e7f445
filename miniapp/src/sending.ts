// Something that is sent with one tap: while it is under way it cannot be sent twice, and what was wrong stands beside it.
import { reactive } from "vue";
import { unsure } from "@/api/refused";
import { ledAway } from "@/screen";

export interface Sending {
  busy: boolean;
  fault: Error | null;
  send: () => Promise<void>;
}

export function useSending<T>(work: () => Promise<T>, done: (made: T) => unknown): Sending {
  const sending: Sending = reactive({ busy: false, fault: null, send });
  async function send() {
    if (sending.busy) return;
    sending.busy = true;
    sending.fault = null;
    try {
      await done(await work());
    } catch (error) {
      if (!ledAway(error)) sending.fault = unsure(error) as Error;
    } finally {
      sending.busy = false;
    }
  }
  return sending;
}
