// 找人工: a place in the queue, and replies as they come: by events or, where those do not get through, by asking.
import { get, post, remove, token } from "../api.js";
import { html, show, toast } from "../view.js";

const OPEN = ["waiting", "message", "held"];
const PAUSE = 2000;
const TYPES_FOR = 6000;
const WORDS = {
  waiting: (one) => html`<p><b>正在为您排队</b>，前面还有 ${one.ahead} 位，预计等候约 ${one.minutes} 分钟。等候时可以继续问我。</p><button class="chip" data-leave>不等了</button>`,
  message: (one) => html`<p><b>已为您留言</b>${one.question ? html`：“${one.question}”` : ""}。服务时间为${one.hours}，工作人员最迟 ${one.due_on} 答复，答复会出现在这里${token() ? "和“我的消息”里" : ""}。</p><button class="chip" data-leave>撤回留言</button>`,
  held: () => html`<p><b>工作人员正在为您服务</b>，您发送的内容会直接转给工作人员。</p><p class="soft" data-typing hidden>对方正在输入…</p><button class="chip" data-leave>结束人工咨询</button>`,
};

// `talk()` is the conversation's token, `add(kind, safe)` puts a bubble into the chat, `box` shows how it stands.
export function person(box, talk, add) {
  const gone = new AbortController();
  let state = "none";
  let last = 0;
  let listening = false;
  let typed = 0;
  let hiding;

  const path = (what) => `/v1/conversations/${encodeURIComponent(talk())}/${what}`;
  const stands = (one) => {
    state = one.state;
    box.hidden = !OPEN.includes(state);
    show(box, box.hidden ? html`` : WORDS[state](one));
  };
  // What one wrote oneself stands there already, but for what was written before this page.
  const say = (one, before) => {
    if (one.id <= last) return;
    last = one.id;
    if (one.said_by === "citizen") return before && add("said", html`${one.text}`);
    add("reply", html`<p class="soft">${one.said_by === "agent" ? "工作人员" : "系统提示"}</p><p class="text">${one.text}</p>`).scrollIntoView({ block: "nearest" });
  };
  const types = (now) => {
    const sign = box.querySelector("[data-typing]");
    if (!sign) return;
    sign.hidden = !now;
    clearTimeout(hiding);
    hiding = setTimeout(() => (sign.hidden = true), TYPES_FOR);
  };
  const hear = (event) => {
    const fields = Object.fromEntries(event.split("\n").map((line) => [line.split(": ", 1)[0], line.slice(line.indexOf(": ") + 2)]));
    if (fields.event === "line") say(JSON.parse(fields.data));
    if (fields.event === "standing") stands(JSON.parse(fields.data));
    if (fields.event === "typing") types(JSON.parse(fields.data));
  };
  const look = async (before) => {
    const found = await get(`${path("messages")}?after=${last}`);
    found.lines.forEach((one) => say(one, before));
    stands(found.standing);
    types(found.typing);
  };
  const stream = async () => {
    const headers = token() ? { Authorization: `Bearer ${token()}` } : {};
    const answer = await fetch(`${path("events")}?after=${last}`, { headers, signal: gone.signal });
    if (!answer.ok) throw new Error("no stream");
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; OPEN.includes(state); ) {
      const { value, done } = await reader.read();
      if (done) return;
      const events = (rest + value).split("\n\n");
      rest = events.pop();
      events.forEach(hear);
    }
    await reader.cancel();
  };
  const listen = async () => {
    if (listening) return;
    listening = true;
    while (OPEN.includes(state) && !gone.signal.aborted) {
      await stream().catch(() => !gone.signal.aborted && look().catch(() => {}));
      await new Promise((again) => setTimeout(again, OPEN.includes(state) ? PAUSE : 0));
    }
    listening = false;
  };

  box.onclick = async (event) => {
    if (!event.target.closest("[data-leave]")) return;
    await remove(path("person"));
    await look();
  };
  return {
    ask: async () => {
      if (!talk()) return toast("请先说一句您想问的事，再找人工。");
      stands(await post(path("person")));
      box.scrollIntoView({ block: "nearest" });
      listen();
    },
    // Back on this page: what was said meanwhile.
    resume: async () => {
      if (!talk()) return;
      await look(true);
      listen();
    },
    typing: () => {
      if (state !== "held" || Date.now() - typed < TYPES_FOR / 2) return;
      typed = Date.now();
      post(path("typing")).catch(() => {});
    },
    leave: () => gone.abort(),
  };
}
