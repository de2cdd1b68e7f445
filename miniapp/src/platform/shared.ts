// What the three platforms answer for in common.
export type Channel = "wechat" | "alipay";

export interface ChosenFile {
  name: string;
  size: number;
  // A piece of it, from byte to byte.
  read(from: number, to: number): Promise<ArrayBuffer>;
}

// Something with a time and a place, to be written into a calendar.
export interface Dated {
  title: string;
  place: string;
  about: string;
  startsAt: string;
  endsAt: string;
  // The same as a file (iCalendar), for who reads those.
  file: { url: string; name: string; header: Record<string, string> };
}

// One way to come to files, and what its button says.
export interface FileWay {
  words: string;
  choose(count: number): Promise<ChosenFile[]>;
}

// How a payment call ended as far as the phone knows; what is true the server says. `away`: the browser left for the wallet.
export type Said = "ok" | "cancelled" | "unknown" | "away";
