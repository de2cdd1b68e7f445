// 问一问: the guide bot. Every answer stands under the name of the guide it comes from; the next step is one tap away.
import { get, intent, post } from "../api.js";
import { html, show } from "../view.js";
import { live } from "./live.js";
import { person } from "./person.js";
import { suggesting } from "./suggest.js";

const LINKS = {
  guide: (card) => `#/guide/${card.target}`,
  book: (card) => `#/book?item=${card.target}`,
  pay: () => "#/bills",
  progress: () => "#/progress",
  map: (card) => (card.target ? `#/book/${card.target}` : "#/book"),
  form: (card) => `/forms/${card.target}`,
  phone: (card) => `tel:${card.target}`,
  complaint: () => "tel:12345",
  screen: (card) => `#/${card.target}`,
  answered: (card) => `#/answer/${card.target}`,
};
const EXAMPLES = ["身份证丢了怎么补办", "护照要多少钱", "结婚登记要带什么", "怎么取消预约"];
const HOT_FROM = 3; // fewer questions of others are no help to begin with
const TURNS = 50; // as many past turns come at once

// Passages of one guide, or of one of the platform's own rules, stand together, under its name.
const byGuide = (passages) => {
  const found = new Map();
  for (const one of passages) {
    const name = one.source.item_code || one.source.item_name;
    found.set(name, [...(found.get(name) || []), one]);
  }
  return [...found.values()];
};

const answer = (passages) => {
  const { item_code, item_name } = passages[0].source;
  const edition = ({ version, effective_date }) => `第 ${version} 版${effective_date ? `，${effective_date} 起施行` : ""}`;
  if (!item_code) {
    return html`${passages.map((one) => html`<h3>${one.source.section_title}</h3><p class="text">${one.text}</p>`)}
      <p class="source">来源：${item_name}，${edition(passages[0].source)}</p>`;
  }
  // Where a district says otherwise, each says its part: whose word it is stands below.
  const sources = new Map(passages.map(({ source }) => [source.base + source.version, source]));
  return html`<h2 class="about"><a href="#/guide/${item_code}">${item_name}</a></h2>
    ${passages.map((one) => html`<h3>${one.source.section_title}</h3><p class="text">${one.text}${one.shortened ? "……" : ""}</p>`)}
    ${[...sources.values()].map((one) => html`<p class="source">来源：${one.base ? `${one.base} · ` : ""}《${item_name}》办事指南${edition(one)}</p>`)}`;
};

const card = (one) => one.kind === "person" ? html`<button class="chip" data-person>${one.label}</button>` : html`<a class="chip" href="${(LINKS[one.kind] || (() => "#/"))(one)}" ${one.kind === "form" ? html`target="_blank" rel="noopener"` : ""}>${one.label}</a>`;

// Where and when comes before a guide's long list of windows; all else comes after what is said.
const ahead = (view) => view.live.filter((one) => one.kind === "halls" && view.passages.some((said) => said.source.item_code));

const bubble = (view) => html`${view.note ? html`<p class="text">${view.note}</p>` : ""}
  ${ahead(view).map(live)}
  ${byGuide(view.passages).map(answer)}
  ${view.choices.length ? html`<div class="stack">${view.choices.map((one) => html`<button class="button choice" data-say="${one.name}">${one.name}</button>`)}</div>` : ""}
  ${view.live.filter((one) => !ahead(view).includes(one)).map(live)}
  ${view.cards.length ? html`<div class="chips" role="group" aria-label="接下来">${view.cards.map(card)}</div>` : ""}
  ${view.also.length ? html`<div><p class="soft">办这件事的人还问了</p><div class="chips">${view.also.map((one) => html`<button class="chip" data-say="${one.name}">${one.name}</button>`)}</div></div>` : ""}
  ${view.passages.length && view.helpful === undefined ? html`<p class="helpful" data-turn="${view.turn}">有帮助吗？<button class="chip" data-helpful="1">有帮助</button><button class="chip" data-helpful="">没帮助</button></p>` : ""}`;

// A frame in another site may not store anything; the conversation then lasts as long as the page.
const KEPT = "visitor" in document.documentElement.dataset ? "zhijianban.visit" : "zhijianban.conversation";
const kept = () => { try { return sessionStorage.getItem(KEPT) || ""; } catch { return ""; } };
const keep = (token) => { try { sessionStorage.setItem(KEPT, token); } catch { /* not allowed here */ } };

// What others asked lately; until there is enough of it, examples of ours.
const beginnings = async () => {
  const { questions } = await get("/v1/ask/hot").catch(() => ({ questions: [] }));
  return questions.length < HOT_FROM ? { title: "例如：", list: EXAMPLES } : { title: "大家都在问：", list: questions };
};

export async function ask(main, query) {
  let conversation = kept();
  const first = await beginnings();
  main.classList.add("narrow");
  show(main, html`<h1>问一问</h1><div class="chat" id="chat" role="log" aria-live="polite"><div class="reply"><p>您好，请用自己的话说要办的事。${first.title}</p>
    <div class="chips">${first.list.map((one) => html`<button class="chip" data-say="${one}">${one}</button>`)}</div>
    <p class="hint">回答只取自已发布的办事指南和平台规定，请不要输入证件号码等个人信息。</p></div></div>
    <div class="notice person" role="status" aria-live="polite" hidden></div>
    <form class="ask-box search"><ul class="suggest above" id="suggest" aria-label="您是不是要问" hidden></ul><label class="skip" for="question">您的问题</label>
      <input id="question" name="question" maxlength="500" autocomplete="off" placeholder="说说您要办什么"><button class="button main">发送</button></form>`);
  const chat = main.querySelector("#chat");
  const form = main.querySelector("form");
  const quiet = suggesting(form.question, main.querySelector("#suggest"), (one) => html`<button type="button" data-say="${one.name}">${one.name}</button>`);

  const add = (kind, safe) => {
    const said = document.createElement("div");
    said.className = kind;
    show(said, safe);
    chat.append(said);
    return said;
  };
  const desk = person(main.querySelector(".person"), () => conversation, add);
  // It was deleted, or belongs to who was signed in before: the next question begins a new one.
  const forget = () => { conversation = ""; keep(""); };
  const say = async (text, key = `${intent()}-ask`) => {
    if (!text || form.dataset.asking) return;
    form.dataset.asking = "1";
    form.question.value = "";
    quiet();
    const mine = add("said", html`${text}`);
    const reply = add("reply waiting", html`<span class="soft">正在查找…</span>`);
    mine.scrollIntoView({ block: "start", behavior: "smooth" });
    try {
      const view = await post("/v1/ask", { question: text, conversation, place: query.get("place") || "" }, { "Idempotency-Key": key });
      conversation = view.conversation;
      keep(conversation);
      if (view.kind === "with_person") reply.remove();
      else show(reply, bubble(view));
    } catch (error) {
      if (error.code === "ConversationNotFound") forget();
      show(reply, html`<p class="notice bad">${error.message}</p><button class="chip" data-say="${text}" data-key="${error.code === "ConversationNotFound" ? `${intent()}-ask` : key}">再问一次</button>`);
    } finally {
      delete form.dataset.asking;
      reply.classList.remove("waiting");
      mine.scrollIntoView({ block: "start", behavior: "smooth" });
    }
  };
  form.onsubmit = (event) => { event.preventDefault(); return say(form.question.value.trim()); };
  // Back on this page, or after a line that was cut: what was said before stands there again.
  const resume = async () => {
    for (let last = 0, more = Boolean(conversation); more; ) {
      const past = await get(`/v1/conversations/${encodeURIComponent(conversation)}/turns?after=${last}`);
      for (const one of past) {
        add("said", html`${one.question}`);
        add("reply", bubble({ ...one.answer, helpful: one.helpful ?? undefined }));
        last = one.answer.turn;
      }
      more = past.length === TURNS;
    }
    await desk.resume();
    if (chat.children.length > 1) chat.lastElementChild.scrollIntoView({ block: "start" });
  };
  form.onclick = (event) => {
    const button = event.target.closest("[data-say]");
    if (button) say(button.dataset.say);
  };
  chat.onclick = async (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.say) return say(button.dataset.say, button.dataset.key);
    if ("person" in button.dataset) return desk.ask();
    const place = button.parentElement;
    await post("/v1/ask/feedback", { conversation, turn: Number(place.dataset.turn), helpful: Boolean(button.dataset.helpful) });
    show(place, button.dataset.helpful ? html`谢谢您的反馈。` : html`谢谢您的反馈。可以换个说法再问，或拨打 <a href="tel:12345">12345</a>。`);
  };
  form.question.addEventListener("input", desk.typing);
  await resume().catch((error) => error.code === "ConversationNotFound" && forget());
  if (query.get("q")) await say(query.get("q"));
  return desk.leave;
}
