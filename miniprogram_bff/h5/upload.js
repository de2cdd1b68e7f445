// Sends a file in pieces that a bad network may break: announced under its digest, resumed where it stopped.
import { post, send } from "./api.js";

const PART = 512 * 1024;
const TRIES = 4;
const hex = (bytes) => [...new Uint8Array(bytes)].map((one) => one.toString(16).padStart(2, "0")).join("");
const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

const digest = async (file) => hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));

// The same file for the same material is the same upload, today and after the battery has died.
export async function upload(file, { owner, code, material }, told = () => {}) {
  const sha256 = await digest(file);
  const key = `${sha256.slice(0, 32)}-${(await digest(new Blob([owner, code, material]))).slice(0, 24)}`;
  const asked = { owner, owner_code: code, key, material, name: file.name.slice(-120) || "照片", size: file.size, sha256 };
  let paper = await post("/v1/papers", asked);
  if (["gone", "infected"].includes(paper.state)) paper = await post("/v1/papers", { ...asked, key: `${key}-${Date.now()}` });
  const parts = Math.ceil(file.size / PART);
  for (const number of paper.missing) {
    told(Math.round(((number - 1) / parts) * 100));
    await again(() => send(`/v1/papers/${paper.code}/parts/${number}`, file.slice((number - 1) * PART, number * PART)));
  }
  return again(() => post(`/v1/papers/${paper.code}/finish`));
}

// Only what did not get through is tried again; a refusal is an answer.
async function again(work) {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      if (tried === TRIES || (error.status !== 0 && error.status < 500)) throw error;
      await wait(tried);
    }
  }
}
