// Who is signed in on this phone, and how one comes in and goes out.
import { ref } from "vue";
import { forgetOwn, keep, kept } from "@/store";

// In the frame of another site everybody is a visitor.
export const isFrame = () => {
  // #ifdef H5
  return "visitor" in document.documentElement.dataset;
  // #endif
  // #ifndef H5
  return false;
  // #endif
};

const held = ref(kept<string>("own.token") || "");
export const token = () => (isFrame() ? "" : held.value);
export const signedIn = () => token() !== "";

export function enter(value: string) {
  keep("own.token", value);
  held.value = value;
}

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
