// 我的收藏: guides that somebody keeps to come back to; with the account, so on every phone.
import { refused, request } from "@/api/call";
import { toast } from "@/platform";
import { toSignIn, tried } from "@/screen";
import { signedIn } from "@/session";

export interface Favourite {
  slug: string;
  name: string;
  department: string;
}
const ADDRESS = "/v1/me/favourites";

async function asked(method: string, path: string) {
  const heard = await request(method, path);
  if (heard.status > 299) throw refused(heard);
  return heard.said;
}

export async function favourites(): Promise<Favourite[]> {
  if (!signedIn()) return [];
  const said = (await asked("GET", ADDRESS)) as Favourite[] | { items: Favourite[] };
  return Array.isArray(said) ? said : said.items;
}

// Null when that cannot be known now.
export const isFavourite = (slug: string): Promise<boolean | null> => favourites().then((list) => list.some((one) => one.slug === slug), () => null);

// Gives how it is then; nothing when it was refused. Who is not signed in is led there, and back.
export async function turnFavourite(slug: string, on: boolean): Promise<boolean | undefined> {
  if (!signedIn()) return void toSignIn();
  const done = await tried(() => asked(on ? "PUT" : "DELETE", `${ADDRESS}/${encodeURIComponent(slug)}`).then(() => true));
  if (!done) return undefined;
  toast(on ? "已收藏，在“我的收藏”里。" : "已取消收藏。");
  return on;
}
