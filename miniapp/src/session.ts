// Who is signed in on this phone, and how one comes in and goes out.
import { ref } from "vue";
import { isFrame } from "@/frame";
import { forgetOwn, keep, kept } from "@/store";
// #ifdef H5
import { whenAnotherTab } from "@/store";
// #endif

export { isFrame };

const held = ref(kept<string>("own.token") || "");
export const token = () => (isFrame() ? "" : held.value);
export const signedIn = () => token() !== "";

export function enter(value: string) {
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

// Nothing of the person stays on the phone.
export function leave() {
  held.value = "";
  forgetOwn();
}

// The session ended, but not by the person's will: what they were typing waits until they are back.
export function sessionOver() {
  held.value = "";
  forgetOwn("own.draft.");
}
