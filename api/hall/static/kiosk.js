// A kiosk: three ways to a number. What a person types lives in one variable and is gone with the screen.
const hall = document.body.dataset.hall;
const main = document.getElementById("main");
const KEPT = `kiosk-${hall}`;
const IDLE = 60; // seconds without a touch
const SHOWN = 20; // seconds a number stays on the screen
const AGAIN = 10; // seconds until a kiosk without a line tries again by itself
const PATIENCE = 10000; // milliseconds for an answer
const LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

function takeKey() {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (!given) return;
  localStorage.setItem(KEPT, given);
  history.replaceState(null, "", location.pathname); // the key does not stay in sight
}

let typed = "";
let shown = 0; // which screen this is, counted
let left = 0;
let then = "返回";
let onKey = null;

async function ask(path, body) {
  const signal = AbortSignal.timeout(PATIENCE);
  const headers = { "X-Kiosk-Key": localStorage.getItem(KEPT) || "", "Content-Type": "application/json" };
  let answer;
  try {
    answer = await fetch(`/kiosk/${encodeURIComponent(hall)}/${path}`, body ? { method: "POST", headers, signal, body: JSON.stringify(body) } : { headers, signal });
  } catch (error) {
    const late = error.name === "TimeoutError"; // it may have arrived all the same; asked again it gives the same number
    throw Object.assign(new Error(late ? "等候太久没有答复，请再试一次，不会重复取号。" : "网络没有连上，请稍后再试，或到咨询台取号。"), { offline: true });
  }
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  const number = told.detail && told.detail.number ? `排队号 ${told.detail.number}。` : "";
  throw Object.assign(new Error(`${told.message || "没有成功，请到咨询台。"}${number}`), { code: told.code });
}

const make = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

function screen(title, ...parts) {
  main.replaceChildren(make("section", {}, make("h1", { textContent: title }), ...parts));
  shown += 1;
  main.scrollTop = 0;
  main.focus({ preventScroll: true });
  left = IDLE;
  then = "返回";
}

// An answer that comes when somebody is on another screen already changes nothing there.
async function asked(path, show) {
  const here = shown;
  let answer;
  try { answer = await ask(path); } catch (error) { return here === shown ? sorry(error) : undefined; }
  return here === shown ? show(answer) : undefined;
}

function home() {
  typed = "";
  onKey = null;
  screen("请选择", make("div", { className: "choices" },
    choice("预约签到", "已预约：扫签到码或输入预约码", byCode),
    choice("刷身份证签到", "已预约：输入或刷身份证号", byId),
    choice("现场取号", "没有预约", departments),
    choice("评价服务", "今天办完的，评价对窗口匿名", rateLevels)));
}

function choice(name, more, then) {
  return make("button", { onclick: then }, name, make("small", { textContent: more }));
}

// One place to type into, by the keys on the screen, a scanner or a card reader (both type like a keyboard).
function enter(title, { hint, keys, letters, show, fits, send, then: told = number }) {
  typed = "";
  const box = make("p", { className: "typed" });
  box.dataset.hint = hint;
  const problem = make("p", { className: "problem", role: "alert" });
  const go = make("button", { className: "main", textContent: "确定", disabled: true });
  const draw = () => { box.textContent = show(typed); go.disabled = !fits(typed); problem.textContent = ""; left = IDLE; };
  const submit = async () => {
    if (!fits(typed) || go.ariaBusy === "true") return;
    const here = shown;
    left = IDLE;
    go.disabled = true;
    go.ariaBusy = "true";
    try { told(await send(typed)); } catch (error) {
      if (here !== shown) return;
      typed = "";
      draw();
      problem.textContent = error.message;
    } finally { go.ariaBusy = "false"; }
  };
  onKey = (key) => {
    if (key === "Enter") return submit();
    if (key === "Backspace") typed = typed.slice(0, -1);
    else if (key.length === 1 && /[0-9A-Za-z.]/.test(key) && typed.length < 80) typed += key;
    else return undefined;
    return draw();
  };
  go.onclick = submit;
  const pad = make("div", { className: letters ? "keys letters" : "keys" },
    ...[...keys].map((key) => make("button", { textContent: key, onclick: () => onKey(key) })),
    make("button", { textContent: "删除", onclick: () => onKey("Backspace") }));
  screen(title, box, problem, pad, make("div", { className: "deeds" }, make("button", { textContent: "返回", onclick: home }), go));
}

const byCode = () => enter("扫描签到码，或输入预约码", {
  hint: "把手机上的签到码对准扫描口", keys: LETTERS, letters: true,
  show: (text) => (text.includes(".") ? "已读取签到码" : text.toUpperCase()), fits: (text) => text.length >= 6,
  send: (text) => ask("check-in", { code: text }),
});

const person = (text) => {
  const id_number = text.toUpperCase();
  const id_type = /^8[123]/.test(text) ? "hmt_permit" : /^9/.test(text) ? "residence" : "id_card";
  return { id_number, id_type };
};
const hidden = (text) => (text.length > 1 ? `${"●".repeat(text.length - 1)}${text.at(-1).toUpperCase()}` : text.toUpperCase());
const ID = { hint: "请把身份证放到读卡处，或输入号码", keys: "123456789X0", letters: false, show: hidden, fits: (text) => text.length === 18 };

const byId = () => enter("请刷身份证或输入号码", { ...ID, send: (text) => ask("check-in-by-id", person(text)) });

function departments() {
  onKey = null;
  asked("departments", (desk) => screen("请选择要办理的部门", make("div", { className: "choices" }, ...desk.departments.map((one) => choice(one.name,
    `等候 ${one.waiting} 人，约 ${one.minutes_from}–${one.minutes_to} 分钟`, () => walkIn(one)))), back()));
}

const walkIn = (one) => enter(`${one.name} 取号`, { ...ID, send: (text) => ask("walk-in", { ...person(text), department: one.code }) });

// A mark: how it was, for a bad one what was wrong, then whose visit it was.
function rateLevels() {
  onKey = null;
  asked("levels", (levels) => screen("本次服务您觉得", make("div", { className: "choices" }, ...levels.map((one) => choice(one.label, "", () => (one.level <= 2 ? rateTags(one) : rateWhose(one.level, []))))), back()));
}

const back = () => make("div", { className: "deeds" }, make("button", { textContent: "返回", onclick: home }));
const rateTags = (one) => screen("哪里不满意", make("div", { className: "choices" }, ...one.tags.map((tag) => choice(tag, "", () => rateWhose(one.level, [tag])))), back());
const rateWhose = (level, tags) => enter("请刷身份证或输入号码", { ...ID, send: (text) => ask("ratings", { ...person(text), level, tags }), then: rated });

function rated(given) {
  typed = "";
  onKey = null;
  screen("感谢您的评价", make("p", { textContent: `您的评价：${given.label}` }), make("div", { className: "deeds" }, make("button", { className: "main", textContent: "完成", onclick: home })));
  left = SHOWN;
}

function number(drawn) {
  typed = "";
  onKey = null;
  screen("取号成功", make("p", { className: "number", textContent: drawn.number }),
    make("p", { textContent: drawn.what }),
    make("p", { textContent: drawn.ahead ? `前面还有 ${drawn.ahead} 位，预计等候 ${drawn.minutes_from}–${drawn.minutes_to} 分钟` : "前面没有人等候，请留意叫号" }),
    make("p", { className: "soft", textContent: "请记住号码，看大屏或听广播到窗口办理。" }),
    make("div", { className: "deeds" }, make("button", { className: "main", textContent: "完成", onclick: home })));
  left = SHOWN;
}

function sorry(error) {
  onKey = null;
  if (error.offline) {
    screen(error.message, make("p", { textContent: `本机每 ${AGAIN} 秒自动重试。` }),
      make("div", { className: "deeds" }, make("button", { textContent: "重试", onclick: start })));
    left = AGAIN;
    then = "重试";
    return;
  }
  const again = make("button", { textContent: "返回", onclick: error.code === "KioskUnknown" ? start : home });
  screen(error.message, make("div", { className: "deeds" }, again));
}

// Whether the key is good and the line is there.
function start() {
  left = IDLE;
  asked("departments", home);
}

document.addEventListener("keydown", (event) => {
  if (!onKey || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Enter" && event.target.closest("button")) return; // a button that has the focus does its own
  onKey(event.key);
});
document.addEventListener("pointerdown", () => { if (left < IDLE && onKey) left = IDLE; });
document.addEventListener("contextmenu", (event) => event.preventDefault());

setInterval(() => {
  const now = new Date();
  document.getElementById("clock").textContent = now.toLocaleTimeString("zh-CN", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hour12: false });
  const atHome = !!main.querySelector(".choices") && main.querySelector("h1").textContent === "请选择";
  left = atHome ? IDLE : left - 1;
  document.getElementById("left").textContent = !atHome && left <= 15 ? `${Math.max(left, 0)} 秒后${then}` : "";
  if (left <= 0) (then === "重试" ? start : home)(); // nobody's number stays in sight while a line is slow
}, 1000);

addEventListener("online", () => { if (then === "重试") start(); });
addEventListener("hashchange", () => { takeKey(); start(); }); // a new key for a page that is open
takeKey();
start();
