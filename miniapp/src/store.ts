// What stays on the phone. Everything of a person begins with "own." and goes when they sign out.
import { isFrame } from "@/frame";

const PREFIX = "zhijianban.";
export const DRAFTS = "own.draft."; // then whose, then of what

// In the frame of another site, and where nothing may be stored, things last as long as the page.
const memory: Record<string, unknown> = {};

export function kept<T>(name: string): T | null {
  if (isFrame()) return (memory[name] as T) ?? null;
  try {
    // #ifdef H5
    if (localStorage.getItem(PREFIX + name) === null) return (memory[name] as T) ?? null; // uni throws for it, which is slow
    // #endif
    const found = uni.getStorageSync(PREFIX + name);
    return found === "" || found === undefined || found === null ? ((memory[name] as T) ?? null) : (found as T);
  } catch {
    return (memory[name] as T) ?? null;
  }
}

export function keep(name: string, value: unknown) {
  memory[name] = value;
  if (isFrame()) return;
  try {
    uni.setStorageSync(PREFIX + name, value);
  } catch {
    // full, or not allowed: memory has it
  }
}

// #ifdef H5
// Called when another tab changed what is kept under this name; what this page remembers is then of no use.
export function whenAnotherTab(name: string, changed: () => void) {
  addEventListener("storage", ({ key }) => {
    if (isFrame() || (key !== PREFIX + name && key !== null)) return;
    delete memory[name];
    changed();
  });
}
// #endif

export function forget(name: string) {
  delete memory[name];
  try {
    uni.removeStorageSync(PREFIX + name);
  } catch {
    // nothing was kept
  }
}

// All that is kept and begins so.
export function names(start: string): string[] {
  const stored = isFrame() ? [] : uni.getStorageInfoSync().keys.filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length));
  return [...new Set([...stored, ...Object.keys(memory)])].filter((name) => name.startsWith(start));
}

// What was seen as one is not to be shown as another.
export function forgetSeen() {
  names("own.seen.").forEach(forget);
}

export function forgetOwn(butFor: (name: string) => boolean = () => false) {
  for (const name of names("own.")) if (!butFor(name)) forget(name);
}

// All of it but what belongs to the machine: the next person at a touch screen finds nothing.
export function forgetAllBut(...stays: string[]) {
  for (const name of names("")) if (!stays.includes(name)) forget(name);
}
