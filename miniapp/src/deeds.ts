// What can be done about one row of a list: its word, the request behind it, what is asked before and told after.
import { addressed, type Given, type PathOf } from "@/api/call";

export interface Deed {
  words: string;
  method: "POST" | "DELETE";
  address: string;
  question: string;
  done: string;
}

export interface Row {
  id: number;
  name: string;
  said: string;
  tag?: string;
  look?: string;
  deeds: Deed[];
}

type Told = { question?: string; done: string };
export const posting = <P extends PathOf<"post">>(words: string, path: P, parts: Given<P, "post">["path"], { question = "", done }: Told): Deed => ({ words, method: "POST", address: addressed(path, { path: parts as object as Record<string, unknown> }), question, done });
export const removing = <P extends PathOf<"delete">>(words: string, path: P, parts: Given<P, "delete">["path"], { question = "", done }: Told): Deed => ({ words, method: "DELETE", address: addressed(path, { path: parts as object as Record<string, unknown> }), question, done });
