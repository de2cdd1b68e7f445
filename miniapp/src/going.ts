// From page to page.
import { addressOf, isTab, parsed, pathOf, placeOf, type Place } from "@/addresses";
import { forEverybody, kiosk } from "@/kiosk";
import { toast } from "@/platform";

// What a tab page is told by who sends people there, until it is shown: a tab has no query in a mini-program.
const carried: Record<string, Record<string, string>> = {};
export const carriedTo = (page: string) => {
  const query = carried[page];
  delete carried[page];
  return query;
};

// A hall's touch screen shows what is for everybody; what needs a person goes on on their own phone. Nor does it keep the
// way one came (see `go`): the next person's finger finds no way back to it.
function open(place: Place): Place {
  if (!kiosk() || forEverybody(place.page)) return place;
  return { page: "kiosk", query: place.page === "home" ? {} : { to: addressOf(place) } };
}

const NOWHERE: Place = { page: "home", query: {} };
const entrance = (): Place => (kiosk() ? { page: "kiosk", query: {} } : NOWHERE);
const DEEPEST = 9; // a mini-program keeps ten pages; one more takes the place of the last

// To an address of ours; pressing twice goes once.
export function go(address: string) {
  const place = placeOf(address);
  if (!place) return toast("没有这个页面，请从首页进入。");
  move(place, getCurrentPages().length > DEEPEST || kiosk() ? "redirect" : "to");
}

// The same, and the page one leaves is not come back to.
export const goInstead = (address: string) => move(placeOf(address) ?? entrance(), "redirect");
export const goHome = () => move(entrance(), "redirect");

export function goBack(otherwise = "") {
  if (getCurrentPages().length > 1) uni.navigateBack();
  else goInstead(otherwise);
}

function move(wanted: Place, how: "to" | "redirect") {
  const place = open(wanted);
  const url = pathOf(place);
  // #ifndef H5
  if (isTab(place.page)) {
    carried[place.page] = place.query;
    return uni.switchTab({ url: pathOf({ page: place.page, query: {} }) });
  }
  // #endif
  how === "to" ? uni.navigateTo({ url }) : uni.redirectTo({ url });
}

// The address of the page one is on, to come back to; `nth` from the top, -2 is the one below.
export function here(nth = -1): string {
  const place = pageAt(nth);
  return addressOf({ page: place.page, query: { ...place.query, ...chosen[pathOf(place)] } });
}

function pageAt(nth: number): Place {
  const page = getCurrentPages().at(nth) as unknown as { route?: string; options?: Record<string, string>; $page?: { fullPath?: string } } | undefined;
  const full = page?.$page?.fullPath || page?.route || "";
  return { page: /pages\/([^/?]+)/.exec(full)?.[1] ?? "home", query: { ...page?.options, ...parsed(full.split("?")[1] ?? "") } };
}

// What was chosen on a page since it was opened, by what it had been told: coming back from signing in, or a reload in the
// browser, finds it chosen.
const chosen: Record<string, Record<string, string>> = {};
export function remember(page: string, query: Record<string, string>) {
  const place = pageAt(-1);
  if (place.page !== page) return;
  chosen[pathOf(place)] = query;
  // #ifdef H5
  history.replaceState(history.state, "", `#${pathOf({ page, query: { ...place.query, ...query } })}`);
  // #endif
}

// On to where somebody wanted to go, whatever stands in an address; else to a page of ours.
export const goOn = (next: string | undefined, otherwise: string) => move((next && placeOf(next)) || placeOf(otherwise) || entrance(), "redirect");

// Back to where one was led away from: to the page itself where it waits below with all that was typed.
export function comeBack(next: string, otherwise: string) {
  if (next && getCurrentPages().length > 1 && here(-2) === next) uni.navigateBack();
  else goOn(next, otherwise);
}
