// The router: an address after # names a screen; a screen is a function that draws into main.

import { keep, post } from "./api.js";
import { html, show, toast } from "./view.js";
import { ask } from "./screens/ask.js";
import { averages } from "./screens/averages.js";
import { bill, bills } from "./screens/pay.js";
import { book, hall, type } from "./screens/book.js";
import { booking, bookings } from "./screens/bookings.js";
import { drawing, myDraws } from "./screens/draw.js";
import { answer, answers, consult, consultation, consultations } from "./screens/consult.js";
import { credit } from "./screens/credit.js";
import { directory, provider } from "./screens/directory.js";
import { fileOnline, myFilings, startFiling } from "./screens/filing.js";
import { family } from "./screens/family.js";
import { guide } from "./screens/guide.js";
import { home } from "./screens/home.js";
import { caseView, progress } from "./screens/progress.js";
import { login } from "./screens/login.js";
import { messages, settings, topics } from "./screens/messages.js";
import { mine, realName, sessions } from "./screens/mine.js";
import { paid } from "./screens/paid.js";
import { payments } from "./screens/payments.js";
import { rate, rateHere } from "./screens/rate.js";
import { ratings } from "./screens/ratings.js";
import { level, wards } from "./screens/standing.js";
import { organisation, organisations } from "./screens/organisations.js";
import { policy } from "./screens/policy.js";
import { copies, leave, looks, privacy } from "./screens/privacy.js";
import { receiptCheck, receiptChecked } from "./screens/receipt_check.js";
import { rebook } from "./screens/rebook.js";
import { receipt } from "./screens/receipt.js";
import { refunds } from "./screens/refund.js";
import { result } from "./screens/result.js";
import { supplement } from "./screens/supplement.js";
import { scenario, theme } from "./screens/topics.js";
import { search } from "./screens/search.js";
import { waiting, waits } from "./screens/wait.js";

// Address, screen, tab, and the address above it for who came here from outside.
const SCREENS = [
  [/^(?:main)?$/, home, "home"],
  [/^search$/, search, "home", "#/"],
  [/^ask$/, ask, "ask"],
  [/^guide\/([^/]+)$/, guide, "home", "#/"],
  [/^theme\/([^/]+)\/([^/]+)$/, theme, "home", "#/"],
  [/^scenario\/([^/]+)$/, scenario, "home", "#/"],
  [/^providers$/, directory, "home", "#/"],
  [/^provider\/([^/]+)$/, provider, "home", "#/providers"],
  [/^book$/, book, "book"],
  [/^book\/([^/]+)$/, hall, "book", "#/book"],
  [/^book\/[^/]+\/([^/]+)$/, type, "book", "#/book"],
  [/^bookings$/, bookings, "mine", "#/mine"],
  [/^booking\/([^/]+)$/, booking, "mine", "#/bookings"],
  [/^rebook\/([^/]+)$/, rebook, "mine", "#/bookings"],
  [/^waits$/, waits, "mine", "#/mine"],
  [/^waiting\/([^/]+)$/, waiting, "mine", "#/waits"],
  [/^draws$/, myDraws, "mine", "#/mine"],
  [/^draw\/([^/]+)$/, drawing, "mine", "#/draws"],
  [/^progress$/, progress, "progress"],
  [/^case\/([^/]+)$/, caseView, "progress", "#/progress"],
  [/^apply\/([^/]+)$/, startFiling, "home", "#/"],
  [/^filings$/, myFilings, "mine", "#/mine"],
  [/^filing\/([^/]+)$/, fileOnline, "mine", "#/filings"],
  [/^supplement\/([^/]+)$/, supplement, "progress", "#/progress"],
  [/^result\/([^/]+)$/, result, "progress", "#/progress"],
  [/^bills$/, bills, "mine", "#/mine"],
  [/^bill\/([^/]+)$/, bill, "mine", "#/bills"],
  [/^payments$/, payments, "mine", "#/bills"],
  [/^paid\/([^/]+)$/, paid, "mine", "#/bills"],
  [/^receipt\/([^/]+)$/, receipt, "mine", "#/bills"],
  [/^receipt-check$/, receiptCheck, "mine", "#/bills"],
  [/^receipt-check\/([^/]+)\/([^/]+)\/([^/]+)$/, receiptChecked, "mine", "#/bills"],
  [/^refunds\/([^/]+)$/, refunds, "mine", "#/bills"],
  [/^rate\/([^/]+)\/([^/]+)$/, rate, "mine", "#/mine"],
  [/^rate-here\/([^/]+)$/, rateHere, "mine", "#/"],
  [/^rate-here\/([^/]+)\/([^/]+)$/, rateHere, "mine", "#/"],
  [/^ratings$/, ratings, "mine", "#/mine"],
  [/^averages$/, averages, "home", "#/"],
  [/^consult$/, consult, "home", "#/"],
  [/^consultations$/, consultations, "mine", "#/mine"],
  [/^consultation\/([^/]+)$/, consultation, "mine", "#/consultations"],
  [/^answers$/, answers, "home", "#/"],
  [/^answer\/([^/]+)$/, answer, "home", "#/answers"],
  [/^mine$/, mine, "mine"],
  [/^credit$/, credit, "mine", "#/mine"],
  [/^family$/, family, "mine", "#/mine"],
  [/^messages$/, messages, "mine", "#/mine"],
  [/^message-settings$/, settings, "mine", "#/messages"],
  [/^topics$/, topics, "mine", "#/messages"],
  [/^real-name$/, realName, "mine", "#/mine"],
  [/^sessions$/, sessions, "mine", "#/mine"],
  [/^level$/, level, "mine", "#/mine"],
  [/^wards$/, wards, "mine", "#/family"],
  [/^organisations$/, organisations, "mine", "#/mine"],
  [/^organisation\/(\d+)$/, organisation, "mine", "#/organisations"],
  [/^privacy$/, privacy, "mine", "#/mine"],
  [/^looks$/, looks, "mine", "#/privacy"],
  [/^copies$/, copies, "mine", "#/privacy"],
  [/^leave$/, leave, "mine", "#/privacy"],
  [/^policy$/, policy, "mine", "#/privacy"],
  [/^login$/, login, "mine", "#/"],
];

const main = document.getElementById("main");
let leaving = () => {};
let visited = 0; // screens since the page was opened: then going back stays with us

async function draw() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const found = SCREENS.find(([pattern]) => pattern.test(path)) || [/^/, nowhere, "", "#/"];
  const [pattern, screen, tab, above] = found;
  leaving();
  leaving = () => {};
  for (const link of document.querySelectorAll("[data-tab]")) {
    if (link.dataset.tab === tab) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  // A page of its own: what a slow screen draws after we have left it goes nowhere.
  const page = document.createElement("div");
  page.className = "page";
  page.setAttribute("aria-busy", "true");
  main.replaceChildren(...(above ? [back(above)] : []), page);
  show(page, html`<h1 class="away">正在打开</h1><div class="skeleton"></div><div class="skeleton"></div>`);
  if (visited++) main.focus({ preventScroll: true });
  window.scrollTo(0, 0);
  const given = (pattern.exec(path) || []).slice(1).map(decodeURIComponent);
  try {
    const left = await screen(page, ...given, new URLSearchParams(query));
    if (typeof left === "function") page.isConnected ? (leaving = left) : left();
  } catch (error) {
    if (page.isConnected) refused(page, error);
  }
  page.removeAttribute("aria-busy");
  if (page.isConnected) document.title = `${page.querySelector("h1")?.textContent || "首页"} · 指尖办`;
}

function nowhere(page) {
  show(page, html`<h1>没有这个页面</h1><p>请核对网址，或从首页进入。</p>
    <div class="actions"><a class="button main" href="#/">回首页</a></div>`);
}

function back(above) {
  const link = document.createElement("a");
  link.className = "back";
  link.href = above;
  link.textContent = "返回";
  link.onclick = (event) => {
    if (visited < 2) return;
    event.preventDefault();
    history.back();
  };
  return link;
}

function refused(page, error) {
  if (error.status === 401) return signInAgain(error);
  if (error.code === "PolicyNotAgreed") return location.replace(`#/policy?next=${encodeURIComponent(location.hash)}`);
  if (!error.code) console.error(error);
  const words = error.code ? error.message : "页面出现问题，请刷新后重试。";
  show(page, html`<h1>没有打开</h1><div class="notice bad" role="alert"><p>${words}</p></div>
    <div class="actions"><button class="button main" id="again">重试</button><a class="button" href="#/">回首页</a></div>`);
  document.getElementById("again").onclick = draw;
}

// Back to this very place after signing in; the login screen takes this one's place in the history.
function signInAgain(error) {
  if (error.code === "SessionOver") toast(error.message);
  keep("");
  location.replace(`#/login?next=${encodeURIComponent(location.hash)}`);
}

// What a tap began and nobody caught: a session that ended meanwhile is asked for anew, a refusal is told.
window.addEventListener("unhandledrejection", (event) => {
  if (!event.reason?.code) return;
  event.preventDefault();
  if (event.reason.status === 401) signInAgain(event.reason);
  else if (event.reason.code === "PolicyNotAgreed") location.hash = `#/policy?next=${encodeURIComponent(location.hash)}`;
  else toast(event.reason.message);
});

// A platform brought us back with a code: ?code=… from WeChat, ?auth_code=… from Alipay.
async function arrive() {
  const query = new URLSearchParams(location.search);
  const code = query.get("code") || query.get("auth_code");
  if (!code) return;
  const waiting = JSON.parse(sessionStorage.getItem("zhijianban.login") || "{}");
  sessionStorage.removeItem("zhijianban.login");
  history.replaceState(null, "", location.pathname + (waiting.next || "#/mine"));
  if (!waiting.state || waiting.state !== query.get("state")) return;
  const platform = query.has("auth_code") ? "alipay" : "wechat";
  try {
    show(main, html`<p class="soft" role="status">正在登录…</p>`);
    const told = { code, device: device(), policy: waiting.policy || "" };
    const asked = waiting.signOn ? ["/v1/sign-on/finish", { ...told, state: waiting.state }] : ["/v1/login", { ...told, platform, via: "web" }];
    keep((await post(...asked)).token);
    waiting.signOn ? localStorage.setItem("zhijianban.signOn", "1") : localStorage.removeItem("zhijianban.signOn");
  } catch (error) {
    toast(error.message);
  }
}

const device = () => {
  const said = navigator.userAgent;
  const system = [["iPhone", "iPhone"], ["iPad", "iPad"], ["Android", "安卓手机"], ["Windows", "Windows 电脑"], ["Mac", "苹果电脑"], ["Linux", "Linux 电脑"]];
  return `${(system.find(([sign]) => said.includes(sign)) || ["", "设备"])[1]}上的浏览器`;
};

const city = localStorage.getItem("zhijianban.city");
if (city) for (const place of document.querySelectorAll("[data-city]")) place.textContent = city;
if (localStorage.getItem("zhijianban.large")) document.documentElement.dataset.large = "";
// #main is the way past the head of the page, not to another one.
window.addEventListener("hashchange", () => location.hash === "#main" || draw());
await arrive();
await draw();
