// 我的收藏: guides that somebody keeps to come back to; with the account, so on every phone.
import { get, put, remove, type Answer } from "@/api/call";
import { toast } from "@/platform";
import { toSignIn, tried } from "@/screen";
import { signedIn } from "@/session";

export type Favourite = Answer<"/v1/me/favourites", "get">[number];

export const favourites = (): Promise<Favourite[]> => (signedIn() ? get("/v1/me/favourites") : Promise.resolve([]));

// Null when that cannot be known now.
export const isFavourite = (slug: string): Promise<boolean | null> => favourites().then((list) => list.some((one) => one.slug === slug), () => null);

// Gives how it is then; nothing when it was refused. Who is not signed in is led there, and back.
export async function turnFavourite(slug: string, on: boolean): Promise<boolean | undefined> {
  if (!signedIn()) return void toSignIn();
  const turn = () => (on ? put("/v1/me/favourites/{slug}", { path: { slug } }) : remove("/v1/me/favourites/{slug}", { path: { slug } }));
  const done = await tried(() => turn().then(() => true));
  if (!done) return undefined;
  toast(on ? "已收藏，在“我的收藏”里。" : "已取消收藏。");
  return on;
}
