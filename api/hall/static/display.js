// The screen of a hall: what the server tells is drawn, a new call flashes and, with #voice in the address, is spoken.
const hall = document.body.dataset.hall;
const at = (id) => document.getElementById(id);
const spoken = location.hash === "#voice" && "speechSynthesis" in window;
let before = null;

const item = (...parts) => {
  const li = document.createElement("li");
  for (const [tag, text] of parts) li.append(Object.assign(document.createElement(tag), { textContent: text }));
  return li;
};

function call(one) {
  const li = item(["span", one.number], ["span", one.window]);
  li.classList.toggle("named", !/^\d+$/.test(one.window));
  li.dataset.turn = one.turn;
  if (before && !before.has(one.turn)) li.classList.add("new");
  return li;
}

function say(one) {
  const said = new SpeechSynthesisUtterance(`请 ${[...one.number].join(" ")} 号，到 ${one.window} 号窗口办理`);
  said.lang = "zh-CN";
  speechSynthesis.speak(said);
}

function draw(screen) {
  const fresh = before ? screen.calls.filter((one) => !before.has(one.turn)) : [];
  const kept = new Map([...at("calls").children].map((li) => [li.dataset.turn, li]));
  at("calls").replaceChildren(...screen.calls.map((one) => kept.get(one.turn) || call(one)));
  at("quiet").hidden = screen.calls.length > 0;
  at("next").replaceChildren(...screen.next.map((number) => item(["span", number])));
  at("queues").replaceChildren(...screen.queues.map((one) => item(["span", one.department], ["b", `${one.waiting} 人`])));
  at("waiting").textContent = `${screen.waiting} 人`;
  at("missed").textContent = screen.missed.length ? `过号：${screen.missed.join("、")}，请到咨询台` : "";
  before = new Set(screen.calls.map((one) => one.turn));
  if (spoken) fresh.forEach(say);
}

// A line may die without a word (a wireless net, a firewall that forgot): then silence is the only sign of it.
const SILENCE = 40000; // milliseconds; the server is heard of every 15 seconds
const AGAIN = 10000;
let news = null;
let heard = 0;

const alive = () => { heard = performance.now(); at("link").textContent = ""; };
const lost = () => { at("link").textContent = "正在重新连接，叫号以广播为准…"; };

function listen() {
  if (news) news.close();
  heard = performance.now();
  news = new EventSource(`/display/${encodeURIComponent(hall)}/events`);
  news.addEventListener("board", (event) => { alive(); draw(JSON.parse(event.data)); });
  news.addEventListener("beat", alive);
  // Turned away it does not come again by itself. The page is not loaded anew: without a server it would be none.
  news.onerror = () => { lost(); if (news.readyState === EventSource.CLOSED) heard = performance.now() - SILENCE + AGAIN; };
}

const zone = { timeZone: "Asia/Shanghai" };
const tick = () => {
  const now = new Date();
  at("clock").textContent = now.toLocaleTimeString("zh-CN", { ...zone, hour: "2-digit", minute: "2-digit", hour12: false });
  if (performance.now() - heard > SILENCE) { lost(); listen(); }
  at("date").textContent = now.toLocaleDateString("zh-CN", { ...zone, month: "long", day: "numeric", weekday: "long" });
};
listen();
tick();
setInterval(tick, 1000);
