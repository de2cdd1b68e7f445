// Sends a file in pieces that a bad network may break: announced under its digest, resumed where it stopped.
import { sha256 } from "@noble/hashes/sha2";
import { bytesToHex } from "@noble/hashes/utils";
import { post, send, type Answer } from "@/api/call";
import { Refused } from "@/api/refused";
import type { ChosenFile } from "@/platform/shared";

const PART = 512 * 1024;
const TRIES = 4;
const wait = (seconds: number) => new Promise((done) => setTimeout(done, seconds * 1000));
export type Paper = Answer<"/v1/papers", "post">;

async function digest(file: ChosenFile): Promise<string> {
  const sum = sha256.create();
  for (let from = 0; from < file.size; from += PART) sum.update(new Uint8Array(await file.read(from, Math.min(from + PART, file.size))));
  return bytesToHex(sum.digest());
}

const utf8 = (text: string) => Uint8Array.from(unescape(encodeURIComponent(text)), (one) => one.charCodeAt(0));

export interface Meant {
  owner: string;
  code: string;
  material: string;
}

// The same file for the same material is the same upload, today and after the battery has died.
export async function upload(file: ChosenFile, { owner, code, material }: Meant, told: (percent: number) => void = () => {}): Promise<Paper> {
  const whole = await digest(file);
  const key = `${whole.slice(0, 32)}-${bytesToHex(sha256(utf8(owner + code + material))).slice(0, 24)}`;
  const body = { owner, owner_code: code, key, material, name: file.name.slice(-120) || "照片", size: file.size, sha256: whole } as never;
  let paper = await post("/v1/papers", { body });
  if (["gone", "infected"].includes(paper.state)) paper = await post("/v1/papers", { body: { ...(body as object), key: `${key}-${Date.now()}` } as never });
  const parts = Math.ceil(file.size / PART);
  for (const number of paper.missing) {
    told(Math.round(((number - 1) / parts) * 100));
    const piece = await file.read((number - 1) * PART, Math.min(number * PART, file.size));
    await again(() => send(`/v1/papers/${paper.code}/parts/${number}`, piece));
  }
  return again(() => post("/v1/papers/{code}/finish", { path: { code: paper.code } } as never)) as Promise<Paper>;
}

// Only what did not get through is tried again; a refusal is an answer.
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let nth = 1; ; nth++) {
    try {
      return await work();
    } catch (error) {
      if (nth === TRIES || !(error instanceof Refused) || (error.status !== 0 && error.status < 500)) throw error;
      await wait(nth);
    }
  }
}
