// The router: an address after # names a screen; a screen is a function that draws into main.

import { keep, post } from "./api.js";
import { html, show, toast } from "./view.js";
import { ask } from "./screens/ask.js";
import { bill, bills, paid } from "./screens/pay.js";
import { book, booking, bookings, hall, type } from "./screens/book.js";
import { guide, scenario, theme } from "./screens/guide.js";
import { home } from "./screens/home.js";
import { caseView, progress } from "./screens/progress.js";
import { login } from "./screens/login.js";
import { messages, mine, realName, sessions } from "./screens/mine.js";
import { rate } from "./screens/rate.js";
import { search } from "./screens/search.js";
import { move, waiting, waits } from "./screens/wait.js";

const SCREENS = [
  [/^$/, home, "home"],
  [/^search$/, search, "home"],
  [/^ask$/, ask, "ask"],
  [/^guide\/([^/]+)$/, guide, "home"],
  [/^theme\/([^/]+)\/([^/]+)$/, theme, "home"],
  [/^scenario\/([^/]+)$/, scenario, "home"],
  [/^book$/, book, "book"],
  [/^book\/([^/]+)$/, hall, "book"],
  [/^book\/[^/]+\/([^/]+)$/, type, "book"],
  [/^bookings$/, bookings, "mine"],
  [/^booking\/([^/]+)$/, booking, "mine"],
  [/^booking\/([^/]+)\/move$/, move, "mine"],
  [/^waits$/, waits, "mine"],
  [/^waiting\/([^/]+)$/, waiting, "mine"],
  [/^progress$/, progress, "progress"],
  [/^case\/([^/]+)$/, caseView, "progress"],
  [/^bills$/, bills, "mine"],
  [/^bill\/([^/]+)$/, bill, "mine"],
  [/^paid\/([^/]+)$/, paid, "mine"],
  [/^rate\/([^/]+)\/([^/]+)$/, rate, "mine"],
  [/^mine$/, mine, "mine"],
  [/^messages$/, messages, "mine"],
  [/^real-name$/, realName, "mine"],
  [/^sessions$/, sessions, "mine"],
  [/^login$/, login, "mine"],
];

const main = document.getElementById("main");
let leaving = () => {};

async function draw() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const found = SCREENS.find(([pattern]) => pattern.test(path)) || SCREENS[0];
  const [pattern, screen, tab] = found;
  leaving();
  leaving = () => {};
  for (const link of document.querySelectorAll("[data-tab]")) {
    if (link.dataset.tab === tab) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  // A page of its own: what a slow screen draws after we have left it goes nowhere.
  const page = document.createElement("div");
  page.className = "page";
  main.replaceChildren(page);
  show(page, html`<div class="skeleton"></div><div class="skeleton"></div>`);
  const given = (pattern.exec(path) || []).slice(1).map(decodeURIComponent);
  try {
    const left = await screen(page, ...given, new URLSearchParams(query));
    if (typeof left === "function") page.isConnected ? (leaving = left) : left();
  } catch (error) {
    if (page.isConnected) refused(page, error);
  }
  if (!page.isConnected) return;
  document.title = `${page.querySelector("h1")?.textContent || "首页"} · 指尖办`;
  window.scrollTo(0, 0);
}

function refused(page, error) {
  if (error.status === 401) {
    keep("");
    location.hash = `#/login?next=${encodeURIComponent(location.hash)}`;
    return;
  }
  if (!error.code) console.error(error);
  const words = error.code ? error.message : "页面出现问题，请刷新后重试。";
  show(page, html`<div class="notice bad" role="alert"><p>${words}</p></div>
    <div class="actions"><button class="button main" id="again">重试</button><a class="button" href="#/">回首页</a></div>`);
  document.getElementById("again").onclick = draw;
}

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
    main.textContent = "正在登录…";
    keep((await post("/v1/login", { platform, code, via: "web", device: "浏览器" })).token);
  } catch (error) {
    toast(error.message);
  }
}

const city = localStorage.getItem("zhijianban.city");
if (city) document.getElementById("city").textContent = `${city}政务服务`;
if (localStorage.getItem("zhijianban.large")) document.documentElement.dataset.large = "";
window.addEventListener("hashchange", draw);
await arrive();
await draw();

