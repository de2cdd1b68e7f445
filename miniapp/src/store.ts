// What stays on the phone. Everything of a person begins with "own." and goes when they sign out.
import { isFrame } from "@/frame";

const PREFIX = "zhijianban.";

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

export function forget(name: string) {
  delete memory[name];
  try {
    uni.removeStorageSync(PREFIX + name);
  } catch {
    // nothing was kept
  }
}

// What was seen as one is not to be shown as another.
export function forgetSeen() {
  for (const name of uni.getStorageInfoSync().keys) if (name.startsWith(`${PREFIX}own.seen.`)) forget(name.slice(PREFIX.length));
}

export function forgetOwn(butFor = "") {
  const goes = (name: string) => name.startsWith("own.") && !(butFor && name.startsWith(butFor));
  for (const name of Object.keys(memory)) if (goes(name)) delete memory[name];
  for (const name of uni.getStorageInfoSync().keys) if (name.startsWith(PREFIX) && goes(name.slice(PREFIX.length))) uni.removeStorageSync(name);
}

// All of it but what belongs to the machine: the next person at a touch screen finds nothing.
export function forgetAllBut(...names: string[]) {
  for (const name of Object.keys(memory)) if (!names.includes(name)) delete memory[name];
  for (const name of uni.getStorageInfoSync().keys) if (name.startsWith(PREFIX) && !names.includes(name.slice(PREFIX.length))) uni.removeStorageSync(name);
}
