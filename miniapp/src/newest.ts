// A newer client than this one is out: the door says so with what it answers. One is told until it is put away, once a start.
import { ref } from "vue";

const HEADER = "x-client-newest"; // browsers write it small, WeChat as it was sent
const known = ref<"" | "out" | "away">("");

export const newerIsOut = () => known.value === "out";
export const putAway = () => void (known.value = "away");

export function noticeNewest(headers: Record<string, string>) {
  if (!known.value && Object.keys(headers).some((name) => name.toLowerCase() === HEADER)) known.value = "out";
}
