// Talks to the citizen door, typed by its OpenAPI document (types.d.ts is made from it).
import { PLATFORM } from "@/platform";
import { language } from "@/language";
import { token } from "@/session";
import { noticeNewest } from "@/newest";
import { Refused } from "./refused";
import type { paths } from "./types";

type Method = "get" | "post" | "put" | "delete";
type Operation<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer O> ? O : never;
export type PathOf<M extends Method> = { [P in keyof paths]: Operation<P, M> extends { responses: object } ? P : never }[keyof paths];

type Responses<O> = O extends { responses: infer R } ? R : never;
type Good<R> = R extends { 200: infer A } ? A : R extends { 201: infer A } ? A : R extends { 202: infer A } ? A : never;
export type Answer<P extends keyof paths, M extends Method> = Good<Responses<Operation<P, M>>> extends { content: { "application/json": infer A } } ? A : null;
type Part<O, N extends string> = O extends { parameters: infer X } ? (X extends { [K in N]: infer Y } ? Y : X extends { [K in N]?: infer Y } ? Y : never) : never;
type Body<O> = O extends { requestBody: { content: { "application/json": infer B } } } ? B : O extends { requestBody?: { content: { "application/json": infer B } } } ? B : unknown;

export interface Given<P extends keyof paths, M extends Method> {
  path?: Part<Operation<P, M>, "path">;
  query?: Part<Operation<P, M>, "query">;
  body?: Body<Operation<P, M>>;
  // The same key for the same wish: tried again after a lost answer, it is still done once.
  key?: string;
}

type Ask<M extends Method> = <P extends PathOf<M>>(path: P, given?: Given<P, M>) => Promise<Answer<P, M>>;

export const get: Ask<"get"> = (path, given) => asked("GET", path, given as Loose);
export const post: Ask<"post"> = (path, given) => asked("POST", path, given as Loose);
export const put: Ask<"put"> = (path, given) => asked("PUT", path, given as Loose);
export const remove: Ask<"delete"> = (path, given) => asked("DELETE", path, given as Loose);

interface Loose {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
  key?: string;
}

export const door = (path: string) => __DOOR__ + path;

export function addressed(path: string, { path: parts = {}, query = {} }: Loose = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(parts[name])));
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return filled + (pairs.length ? `?${pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`).join("&")}` : "");
}

export function headers(): Record<string, string> {
  const said: Record<string, string> = { "X-Client": `${PLATFORM}/${__VERSION__}` };
  if (language() === "hant") said["Accept-Language"] = "zh-Hant";
  if (token()) said.Authorization = `Bearer ${token()}`;
  return said;
}

const TIMEOUT = 20_000;

export interface Heard {
  status: number;
  said: unknown;
  headers: Record<string, string>;
}

// One request as it is; raises Refused when no answer came.
export function request(method: string, path: string, { body, extra = {} }: { body?: unknown; extra?: Record<string, string> } = {}): Promise<Heard> {
  const binary = body instanceof ArrayBuffer;
  const header = { ...headers(), ...extra, ...(body === undefined ? {} : { "Content-Type": binary ? "application/octet-stream" : "application/json" }) };
  return new Promise((done, failed) =>
    uni.request({
      url: door(path),
      method: method as "GET",
      header,
      timeout: TIMEOUT,
      data: (binary || body === undefined ? body : JSON.stringify(body)) as string,
      success: (answer) => {
        noticeNewest(answer.header ?? {});
        done({ status: answer.statusCode, said: answer.data, headers: answer.header as Record<string, string> });
      },
      fail: () => failed(new Refused(0)),
    }),
  );
}

async function asked(method: string, path: string, given: Loose = {}): Promise<never> {
  const body = given.body ?? (method === "POST" || method === "PUT" ? {} : undefined);
  const address = addressed(path, given);
  const heard = method === "GET" ? await request(method, address) : await written(method, address, body, given.key);
  if (heard.status < 200 || heard.status > 299) throw refused(heard);
  return (heard.said === "" ? null : heard.said) as never;
}

// What went out and was not answered → its key: tried again it is the same wish, and done once. Once anything was answered
// the same words are a new wish.
const unanswered = new Map<string, string>();

export async function written(method: string, address: string, body: unknown, own?: string): Promise<Heard> {
  const wish = `${method} ${address} ${JSON.stringify(body)}`;
  const key = own ?? unanswered.get(wish) ?? intent();
  unanswered.set(wish, key);
  const heard = await request(method, address, { body, extra: { "Idempotency-Key": key } });
  if (heard.status < 502) unanswered.clear();
  return heard;
}

export const refused = (heard: Heard) => new Refused(heard.status, (heard.said ?? {}) as object);

// A piece of a file, as it is.
export async function send(path: string, piece: ArrayBuffer): Promise<void> {
  const heard = await request("PUT", path, { body: piece });
  if (heard.status > 299) throw refused(heard);
}

// One key per wish.
export const intent = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}`;
