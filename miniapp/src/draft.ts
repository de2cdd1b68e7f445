// What somebody is typing, kept on the phone until it is sent: a call, an empty battery, a session that ends loses nothing.
// It is theirs who typed it: found again once they have signed in again, and by nobody else at the same browser.
import { watch, type Ref } from "vue";
// #ifdef H5
import { arrived } from "@/arriving";
// #endif
import { VISITOR, who } from "@/session";
import { DRAFTS, forget, keep, kept, names } from "@/store";

const LONGEST = 7 * 86400_000;
interface Kept<T> {
  at: number;
  typed: T;
}

export function draftOf<T>(name: () => string) {
  let owner = who();
  // What was begun as a visitor is theirs who signed in over it.
  const place = () => `${DRAFTS}${(owner = owner === VISITOR ? who() : owner)}.${name()}`;
  forgetOld();
  return {
    kept: () => kept<Kept<T>>(place())?.typed ?? null,
    keep: (typed: T) => keep(place(), { at: Date.now(), typed }),
    forget: () => forget(place()),
  };
}

function forgetOld() {
  for (const name of names(DRAFTS)) if (!((kept<Kept<unknown>>(name)?.at ?? 0) > Date.now() - LONGEST)) forget(name);
}

export function useDraft<T>(name: string, typed: Ref<T>): { sent: () => void } {
  const draft = draftOf<T>(() => name);
  const opened = who();
  let begun = false; // what an address brings along is not typed
  const find = () => (typed.value = draft.kept() ?? typed.value);
  find();
  let there = Promise.resolve();
  // #ifdef H5
  there = arrived; // who comes back from signing in is known a moment later
  // #endif
  void there.then(() => {
    if (who() !== opened) find();
    begun = true;
  });
  const stop = watch(typed, (value) => begun && draft.keep(value), { deep: true });
  return {
    sent: () => {
      stop();
      draft.forget();
    },
  };
}
