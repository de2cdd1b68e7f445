// What stays on the phone. Everything of a person begins with "own." and goes when they sign out.
const PREFIX = "zhijianban.";

// In the frame of another site, and where nothing may be stored, things last as long as the page.
const memory: Record<string, unknown> = {};

export function kept<T>(name: string): T | null {
  try {
    const found = uni.getStorageSync(PREFIX + name);
    return found === "" || found === undefined || found === null ? ((memory[name] as T) ?? null) : (found as T);
  } catch {
    return (memory[name] as T) ?? null;
  }
}

export function keep(name: string, value: unknown) {
  memory[name] = value;
  try {
    uni.setStorageSync(PREFIX + name, value);
  } catch {
    // full, or not allowed: memory has it
  }
}

// What was seen as one is not to be shown as another.
export function forgetSeen() {
  for (const name of uni.getStorageInfoSync().keys) if (name.startsWith(`${PREFIX}own.seen.`)) forget(name.slice(PREFIX.length));
}

export function forget(name: string) {
  delete memory[name];
  try {
    uni.removeStorageSync(PREFIX + name);
  } catch {
    // nothing was kept
  }
}

export function forgetOwn() {
  for (const name of Object.keys(memory)) if (name.startsWith("own.")) delete memory[name];
  for (const name of uni.getStorageInfoSync().keys) if (name.startsWith(`${PREFIX}own.`)) uni.removeStorageSync(name);
}
