// 最近看过: guides that were read, newest first. On this phone only; gone with signing out.
import { kiosk } from "@/kiosk";
import { forget, keep, kept } from "@/store";

const NAME = "own.lately";
const MOST = 20;
export interface Read {
  slug: string;
  name: string;
  at: number;
}

export const lately = () => kept<Read[]>(NAME) ?? [];
export function read(slug: string, name: string) {
  if (!kiosk()) keep(NAME, [{ slug, name, at: Date.now() }, ...lately().filter((one) => one.slug !== slug)].slice(0, MOST));
}
export const forgetLately = () => forget(NAME);
