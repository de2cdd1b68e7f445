// What was said in the chat, and how a question becomes an answer. Past turns stand there again when one comes back.
import { nextTick, reactive, ref } from "vue";
import { get, intent, post, type Answer } from "@/api/call";
import { Refused, sentence } from "@/api/refused";
import { shown } from "@/platform";
import { ledAway } from "@/screen";
import { forget, keep, kept } from "@/store";

export type Reply = Answer<"/v1/ask", "post">;
export interface Bubble {
  id: number;
  kind: "said" | "reply";
  text?: string;
  // Who says it, when it is not the bot.
  by?: string;
  view?: Reply;
  helpful?: boolean | null;
  waiting?: boolean;
  fault?: string;
  // With which the same question is asked again.
  again?: { text: string; key: string };
}

const EXAMPLES = ["身份证丢了怎么补办", "护照要多少钱", "结婚登记要带什么", "怎么取消预约"];
const HOT_FROM = 3; // fewer questions of others are no help to begin with
const TURNS = 50; // as many past turns come at once
const NAME = "own.conversation";
const LASTS = 24 * 3600_000; // then one begins anew
const aKey = () => `${intent()}-ask`;

// What others asked lately; until there is enough of it, examples of ours.
export async function beginnings() {
  const { questions } = await get("/v1/ask/hot").catch(() => ({ questions: [] }));
  return questions.length < HOT_FROM ? { title: "例如：", list: EXAMPLES } : { title: "大家都在问：", list: questions };
}

function keptConversation() {
  const last = kept<{ token: string; at: number }>(NAME);
  return last && Date.now() - last.at < LASTS ? last.token : "";
}

export function useTalk() {
  const bubbles = ref<Bubble[]>([]);
  const asking = ref(false);
  let conversation = keptConversation();
  let nth = 0;

  const add = (bubble: Omit<Bubble, "id">): Bubble => {
    const made = reactive({ ...bubble, id: (nth += 1) });
    bubbles.value.push(made);
    return made;
  };
  const drop = (bubble: Bubble) => (bubbles.value = bubbles.value.filter((one) => one.id !== bubble.id));
  const show = (bubble: Bubble) => nextTick(() => shown(`#bubble-${bubble.id}`));
  // It was deleted, or belongs to who was signed in before: the next question begins a new one.
  const begin = () => {
    conversation = "";
    forget(NAME);
  };
  const goesOn = (token: string) => {
    conversation = token;
    keep(NAME, { token, at: Date.now() });
  };

  async function say(text: string, place: string, key = aKey()) {
    if (!text || asking.value) return;
    asking.value = true;
    const mine = add({ kind: "said", text });
    const reply = add({ kind: "reply", waiting: true });
    void show(mine);
    try {
      const view = await post("/v1/ask", { body: { question: text, conversation, place, longitude: null, latitude: null }, key });
      goesOn(view.conversation);
      if (view.kind === "with_person") drop(reply);
      else Object.assign(reply, { view });
    } catch (error) {
      wentWrong(reply, text, key, error);
    } finally {
      asking.value = false;
      reply.waiting = false;
      void show(mine);
    }
  }
  function wentWrong(reply: Bubble, text: string, key: string, error: unknown) {
    const gone = error instanceof Refused && error.code === "ConversationNotFound";
    if (gone) begin();
    Object.assign(reply, { fault: sentence(error), again: { text, key: gone ? aKey() : key } });
    ledAway(error);
  }

  async function rate(bubble: Bubble, helpful: boolean) {
    await post("/v1/ask/feedback", { body: { conversation: bubble.view!.conversation, turn: bubble.view!.turn, helpful } });
    bubble.helpful = helpful;
  }

  // Back on this page: what was said before. Gives what a person said, too.
  async function past() {
    const path = { token: conversation };
    const whole = await get("/v1/screens/ask/{token}", { path });
    for (let turns = whole.turns; turns.length; ) {
      for (const one of turns) {
        add({ kind: "said", text: one.question });
        add({ kind: "reply", view: one.answer, helpful: one.helpful });
      }
      turns = turns.length < TURNS ? [] : await get("/v1/conversations/{token}/turns", { path, query: { after: turns[TURNS - 1].answer.turn } });
    }
    return whole.person;
  }
  async function resume() {
    try {
      return conversation ? await past() : null;
    } catch (error) {
      if (error instanceof Refused && error.code === "ConversationNotFound") begin();
      return null;
    }
  }
  return { bubbles, asking, token: () => conversation, say, rate, resume, add, show, begin };
}

export type Talk = ReturnType<typeof useTalk>;
