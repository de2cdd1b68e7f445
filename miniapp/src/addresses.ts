// Where everything is. An address ("bill/4401…", "guide/passport?from=ask") is what messages, QR codes, chat cards and
// links carry; it never changes, whatever pages are called. In the browser it stands after the #.

// Address and page; what an address has after a colon, and after its question mark, the page is told.
const ROWS: [address: string, page: string][] = [
  ["home", "home"],
  ["search", "search"],
  ["ask", "ask"],
  ["guide/:code", "guide"],
  ["theme/:kind/:code", "theme"],
  ["scenario/:code", "scenario"],
  ["providers", "providers"],
  ["provider/:code", "provider"],
  ["favourites", "favourites"],
  ["book", "book"],
  ["halls", "halls"],
  ["hall/:code", "hall"],
  ["book/:code", "hall"],
  ["book/:hall/:code", "type"],
  ["bookings", "bookings"],
  ["booking/:code", "booking"],
  ["rebook/:code", "rebook"],
  ["waits", "waits"],
  ["waiting/:code", "waiting"],
  ["draws", "draws"],
  ["draw/:code", "draw"],
  ["progress", "progress"],
  ["case/:code", "case"],
  ["apply/:code", "apply"],
  ["filings", "filings"],
  ["filing/:code", "filing"],
  ["supplement/:code", "supplement"],
  ["supplements/:code", "supplements"],
  ["result/:code", "result"],
  ["bills", "bills"],
  ["bill/:code", "bill"],
  ["payments", "payments"],
  ["paid/:code", "paid"],
  ["receipt/:code", "receipt"],
  ["receipt-check", "receipt-check"],
  ["receipt-check/:code/:number/:check", "receipt-check"],
  ["refunds/:code", "refunds"],
  ["rate/:kind/:code", "rate"],
  ["rate-here/:code/:counter", "rate-here"],
  ["rate-here/:code", "rate-here"],
  ["ratings", "ratings"],
  ["averages", "averages"],
  ["consult", "consult"],
  ["consultations", "consultations"],
  ["consultation/:code", "consultation"],
  ["answers", "answers"],
  ["answer/:code", "answer"],
  ["mine", "mine"],
  ["credit", "credit"],
  ["family", "family"],
  ["messages", "messages"],
  ["message-settings", "message-settings"],
  ["topics", "topics"],
  ["real-name", "real-name"],
  ["sessions", "sessions"],
  ["level", "level"],
  ["wards", "wards"],
  ["organisations", "organisations"],
  ["organisation/:code", "organisation"],
  ["privacy", "privacy"],
  ["looks", "looks"],
  ["copies", "copies"],
  ["leave", "leave"],
  ["policy", "policy"],
  ["settings", "settings"],
  ["kiosk", "kiosk"],
  ["open", "open"],
  ["login", "login"],
];

// Pages of the tab bar; mini-programs give them no query of their own (see going.ts).
export const TABS = ["home", "ask", "book", "progress", "mine"] as const;
export type Tab = (typeof TABS)[number];
export const isTab = (page: string): page is Tab => (TABS as readonly string[]).includes(page);

export interface Place {
  page: string;
  query: Record<string, string>;
}

// A tab has no query in mini-programs: the halls for one item are a page of their own.
const settled = (place: Place): Place => (place.page === "book" && place.query.item ? { ...place, page: "halls" } : place);

const parts = (address: string) => address.split("/");

// A link that was cut, or typed by hand, is taken as it stands.
function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// The page of an address and what it is told; null for an address that is none of ours.
export function placeOf(address: string): Place | null {
  const [path, rest = ""] = address.replace(/^#?\/?/, "").split("?");
  for (const [known, page] of ROWS) {
    const told = path ? fitting(parts(known), parts(path)) : {};
    if (told) return settled({ page, query: { ...parsed(rest), ...told } });
  }
  return null;
}

function fitting(known: string[], given: string[]) {
  const told: Record<string, string> = {};
  const fits = known.length === given.length && known.every((one, nth) => (one.startsWith(":") ? given[nth] && (told[one.slice(1)] = plain(given[nth])) : one === given[nth]));
  return fits ? told : null;
}

// The other way: the address of a page, with what it was told.
export function addressOf({ page, query }: Place): string {
  const told = (address: string) => parts(address).filter((one) => one.startsWith(":")).map((one) => one.slice(1));
  const [known] = ROWS.find(([address, one]) => one === page && told(address).every((name) => query[name])) ?? ["home"];
  const rest = Object.fromEntries(Object.entries(query).filter(([name]) => !told(known).includes(name)));
  return parts(known).map((one) => (one.startsWith(":") ? encodeURIComponent(query[one.slice(1)]) : one)).join("/") + written(rest);
}

export const pathOf = ({ page, query }: Place) => `/pages/${page}/${page}${written(query)}`;
export const pages = () => [...new Set(ROWS.map(([, page]) => page))];

export function parsed(query: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const pair of query.split("&").filter(Boolean)) {
    const at = pair.indexOf("=");
    const [name, value] = at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
    found[plain(name)] = plain(value.replace(/\+/g, " "));
  }
  return found;
}

export function written(query: Record<string, string | undefined>): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  return pairs.length ? `?${pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value!)}`).join("&")}` : "";
}
