// A citizen's day on both phones, with the packages as they were built: sign in, ask, book, pay, look, rate.
// `node walk.mjs SCENE.json`; tests/client_walk.py sets the scene and starts the house.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as alipay from "./alipay.mjs";
import { Host } from "./host.mjs";
import { Person } from "./person.mjs";
import * as wechat from "./wechat.mjs";

const scene = JSON.parse(readFileSync(process.argv[2], "utf8"));
const built = (name) => fileURLToPath(new URL(`../dist/build/${name}`, import.meta.url));
const PHONES = { wechat: ["mp-weixin", wechat], alipay: ["mp-alipay", alipay] };

// The packages have an address baked in; on this machine the door is elsewhere.
const over = globalThis.fetch;
globalThis.fetch = (url, given) => {
  const meant = String(url);
  if (!meant.startsWith(scene.baked)) throw new Error(`${meant} is not of the city's door`);
  return over(meant.replace(scene.baked, scene.door), given);
};

const pull = async (path, body) => {
  const answer = await over(`${scene.sandbox}/sandbox/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
};

async function walk(platform) {
  const own = scene[platform];
  const [folder, dialect] = PHONES[platform];
  const told = [];
  const trouble = [];
  const world = {
    asking: 0,
    tells: (words) => told.push(words),
    trouble: (error) => trouble.push(error?.stack ?? String(error)),
    code: async (of) => (await pull(`${of}/code`, { openid: own.account, open_id: own.account })).code,
    pay: async (of, given) => (await pull(`${of}/pay/${await numberOf(of, given)}`, { how: "pay" })).result !== "",
  };
  const numberOf = async (of, given) => {
    const orders = await (await over(`${scene.sandbox}/sandbox/orders`)).json();
    const shown = JSON.stringify(given);
    const found = orders[of].find((one) => [one.prepay_id, one.trade_no, one.out_trade_no].some((mark) => mark && shown.includes(mark)));
    if (!found) throw new Error(`no order for ${shown}: ${JSON.stringify(orders[of].slice(-1))}`);
    return found.out_trade_no;
  };
  const host = new Host(built(folder), dialect, world);
  const person = new Person(host);

  await host.launch();
  await person.sees("热门服务");
  await signIn(person, own);
  await ask(person, host);
  await book(person, host);
  await pay(person, host, own);
  await look(person, host, own);
  await rate(person, host, own);
  await stand(person, host);
  const faults = [...host.faults, ...trouble];
  if (faults.length) throw new Error(`${platform} told of faults:\n${faults.join("\n")}`);
  console.log(`${platform}: signed in, asked, booked, paid, saw progress, rated, stood at a touch screen; told: ${[...new Set(told)].join(" / ")}`);
}

async function signIn(person, own) {
  await person.taps("登录");
  await person.isOn("login");
  await person.taps("我已阅读并同意");
  await person.taps(/^(微信|支付宝)登录$/);
  await person.isOn(/home|mine/);
  await person.host.go("/pages/real-name/real-name", "to");
  await person.sees("证件号码");
  await person.types("姓名", own.name);
  await person.types("证件号码", own.number);
  await person.taps("提交认证");
  await person.isOn(/mine|home/);
}

async function ask(person, host) {
  await host.go("/pages/ask/ask", "tab");
  await person.sees("请用自己的话说要办的事");
  await person.types("您的问题", "身份证丢了怎么补办");
  await person.taps("发送");
  await person.sees("来源：");
  await person.sees("居民身份证丢失补领");
}

async function book(person, host) {
  await host.go("/pages/book/book", "tab");
  await person.taps(scene.hall);
  await person.taps(scene.business);
  await person.isOn("type");
  await person.taps(/^周.余?.*余 \d+$/);
  await person.taps(/^\d\d:\d\d–.*余 \d+ 个/);
  await person.taps("确认预约");
  await person.isOn("booking");
  await person.sees(scene.business);
}

// What one owned before comes a moment after the name was proved, and nobody waits for it: one looks again.
async function finds(person, host, page, how, text) {
  const end = Date.now() + 60_000;
  await host.go(`/pages/${page}/${page}`, how);
  while (!person.found(text) && Date.now() < end) {
    await new Promise((done) => setTimeout(done, 300));
    await host.go(`/pages/${page}/${page}`, how === "to" ? "redirect" : how);
  }
  await person.taps(text);
}

async function pay(person, host, own) {
  await finds(person, host, "bills", "to", own.bill.title);
  await person.isOn("bill");
  await person.taps(/支付/);
  await person.isOn("paid");
  await person.sees("缴费成功", 40_000);
}

async function look(person, host, own) {
  await finds(person, host, "progress", "tab", own.case_no);
  await person.isOn("case");
  await person.sees("已办结");
}

async function rate(person, host, own) {
  await host.go(`/pages/rate/rate?kind=case&code=${own.case_no}`, "to");
  await person.taps("非常满意");
  await person.taps(/提交|评价/);
  await person.sees("感谢您的评价");
}

// A hall's touch screen: what is for everybody, and no bar of tabs.
async function stand(person, host) {
  await host.go(`/pages/kiosk/kiosk?hall=${scene.hall_code}`, "to");
  await person.taps("问一问");
  await person.isOn("ask");
  await person.sees("结束使用");
  if (host.tabs !== false) throw new Error("the phone's own tabs are shown on a touch screen");
}

setTimeout(() => {
  console.error("the walk took too long");
  process.exit(1);
}, 300_000).unref();
for (const platform of Object.keys(PHONES)) await walk(platform);
process.exit(0); // pages go on counting down and asking
