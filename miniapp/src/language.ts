// 简体 or 繁體. Pages are written in 简体; `$t`, which the build puts around every text of a template, says it as the
// reader wants. hant.json knows the letters of our own words; what the server says comes converted by the server.
import { ref } from "vue";
import table from "@/hant.json";
import { keep, kept } from "@/store";

export type Language = "hans" | "hant";
const chosen = ref<Language>(kept<Language>("language") ?? "hans");
const letters = new Map([...table.letters].map((one, nth) => [one, [...table.become][nth]]));
const phrases = Object.entries(table.phrases) as [string, string][];

export const language = () => chosen.value;
export function speak(which: Language) {
  keep("language", which);
  chosen.value = which;
}

export function t<T>(said: T): T {
  return (chosen.value === "hant" && typeof said === "string" ? traditional(said) : said) as T;
}

// Phrases first: 发 is 發 but for 头发, 后 is 後 but for 皇后.
function traditional(text: string): string {
  let left = text;
  const held: string[] = [];
  for (const [phrase, meant] of phrases) left = left.split(phrase).join(`\u0001${held.push(meant) - 1}\u0002`);
  const turned = Array.from(left, (letter) => letters.get(letter) ?? letter).join("");
  return turned.replace(/\u0001(\d+)\u0002/g, (_, nth) => held[Number(nth)]);
}
