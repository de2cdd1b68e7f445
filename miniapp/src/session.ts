// Who is signed in on this phone, and how one comes in and goes out.
import { ref } from "vue";
import { isFrame } from "@/frame";
import { DRAFTS, forget, forgetOwn, keep, kept, names } from "@/store";
// #ifdef H5
import { whenAnotherTab } from "@/store";
// #endif

export { isFrame };

const held = ref(kept<string>("own.token") || "");
export const token = () => (isFrame() ? "" : held.value);
export const signedIn = () => token() !== "";

// Whose is what is typed: the door's mark of the person, which tells nothing of them.
export const VISITOR = "visitor";
export const who = () => (signedIn() && kept<string>("own.mark")) || VISITOR;
const draftsOf = (mark: string) => `${DRAFTS}${mark}.`;

// What was typed as a visitor is theirs now.
export function enter({ token: value, mark }: { token: string; mark: string }) {
  for (const name of names(draftsOf(VISITOR))) {
    keep(name.replace(draftsOf(VISITOR), draftsOf(mark)), kept(name));
    forget(name);
  }
  keep("own.mark", mark);
  keep("own.token", value);
  held.value = value;
}

// #ifdef H5
// Another tab of this browser signed in or out: what this one shows, or would do, is not of who is signed in now.
whenAnotherTab("own.token", () => {
  const before = held.value;
  held.value = kept<string>("own.token") || "";
  if (before && held.value !== before) location.reload();
});
// #endif

// Nothing of the person stays on the phone; what another began before and has yet to come back to does.
export function leave() {
  const theirs = draftsOf(who());
  held.value = "";
  forgetOwn((name) => name.startsWith(DRAFTS) && !name.startsWith(theirs));
}

// The session ended, but not by the person's will: what they were typing waits until they are back.
export function sessionOver() {
  held.value = "";
  forgetOwn((name) => name.startsWith(DRAFTS));
}
