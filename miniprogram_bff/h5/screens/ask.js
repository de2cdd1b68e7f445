// 问一问: the guide bot. Every passage names its source; the next step is one tap away.
import { get, post } from "../api.js";
import { html, show, toast } from "../view.js";

const LINKS = {
  guide: (card) => `#/guide/${card.target}`,
  book: (card) => `#/book?item=${card.target}`,
  pay: () => "#/bills",
  progress: () => "#/progress",
  map: (card) => `#/book/${card.target}`,
  form: (card) => `/forms/${card.target}`,
  phone: (card) => `tel:${card.target}`,
  complaint: () => "tel:12345",
  person: () => "tel:12345",
};

const source = (one) => html`<p class="source">来源：《${one.item_name}》${one.section_title} · 第 ${one.version} 版${one.effective_date ? `（${one.effective_date} 起）` : ""}</p>`;

const bubble = (view) => html`<div class="reply">
  ${view.note ? html`<p class="text">${view.note}</p>` : ""}
  ${view.passages.map((one) => html`<p class="text"><b>${one.source.section_title}</b>\n${one.text}</p>${source(one.source)}`)}
  ${view.choices.length ? html`<div class="chips">${view.choices.map((one) => html`<button class="chip" data-say="${one.name}">${one.name}</button>`)}</div>` : ""}
  <div class="chips">${view.cards.map((card) => html`<a class="chip" href="${(LINKS[card.kind] || (() => "#/"))(card)}">${card.label}</a>`)}</div>
  ${view.passages.length ? html`<p class="soft" data-turn="${view.turn}">有帮助吗？ <button class="chip" data-helpful="1">有</button> <button class="chip" data-helpful="">没有</button></p>` : ""}
</div>`;

export async function ask(main, query) {
  let conversation = sessionStorage.getItem("zhijianban.conversation") || "";
  main.classList.add("narrow");
  show(main, html`<h1>问一问</h1><div class="chat" id="chat"><div class="reply"><p>您好，请用自己的话说要办的事，例如：</p>
    <div class="chips">${["身份证丢了怎么补办", "护照要多少钱", "结婚登记要带什么", "公积金怎么提取"].map((one) => html`<button class="chip" data-say="${one}">${one}</button>`)}</div></div></div>
    <form class="ask-box search"><label class="skip" for="question">您的问题</label>
      <input id="question" name="question" maxlength="500" autocomplete="off" placeholder="说说您要办什么"><button class="button main">发送</button></form>`);
  const chat = main.querySelector("#chat");
  const form = main.querySelector("form");

  const add = (safe) => {
    chat.insertAdjacentHTML("beforeend", safe.toString());
    chat.lastElementChild.scrollIntoView({ block: "start", behavior: "smooth" });
  };
  const say = async (text) => {
    if (!text) return;
    add(html`<div class="said">${text}</div>`);
    form.question.value = "";
    form.querySelector("button").disabled = true;
    try {
      const view = await post("/v1/ask", { question: text, conversation });
      conversation = view.conversation;
      sessionStorage.setItem("zhijianban.conversation", conversation);
      add(bubble(view));
    } catch (error) {
      add(html`<div class="reply"><p class="notice bad">${error.message}</p></div>`);
    } finally {
      form.querySelector("button").disabled = false;
    }
  };
  form.onsubmit = (event) => { event.preventDefault(); say(form.question.value.trim()); };
  chat.onclick = async (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.say) return say(button.dataset.say);
    const turn = button.parentElement.dataset.turn;
    await post("/v1/ask/feedback", { conversation, turn: Number(turn), helpful: Boolean(button.dataset.helpful) }).catch(() => {});
    button.parentElement.textContent = "谢谢您的反馈。";
    toast("已记录");
  };
  if (query.get("q")) await say(query.get("q"));
}
