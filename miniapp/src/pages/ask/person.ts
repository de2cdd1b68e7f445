// 找人工: a place in the queue, and replies as they come: by events or, where those do not get through, by asking.
import { computed, ref } from "vue";
import { addressed, door, get, headers, post, remove, type Answer } from "@/api/call";
import { listening, toast } from "@/platform";
import { looked, tried } from "@/screen";
import type { Talk } from "./talking";

type Heard = Answer<"/v1/conversations/{token}/messages", "get">;
type Standing = Heard["standing"];
type Line = Heard["lines"][number];

const OPEN = ["waiting", "message", "held"];
const PAUSE = 2000;
const TYPES_FOR = 6000;

export function usePerson(talk: Talk) {
  const standing = ref<Standing | null>(null);
  const typing = ref(false);
  const open = computed(() => OPEN.includes(standing.value?.state ?? ""));
  let last = 0;
  let typed = 0;
  let here = true;
  let hiding: ReturnType<typeof setTimeout>;
  let again: ReturnType<typeof setTimeout>;
  let stop: (() => void) | null = null;
  const path = () => ({ token: talk.token() });

  // What one wrote oneself stands there already, but for what was written before this page.
  function say(one: Line, before = false) {
    if (one.id <= last) return;
    last = one.id;
    if (one.said_by === "citizen") return before && talk.add({ kind: "said", text: one.text });
    void talk.show(talk.add({ kind: "reply", by: one.said_by === "agent" ? "工作人员" : "系统提示", text: one.text }));
  }
  function types(now: boolean) {
    typing.value = now;
    clearTimeout(hiding);
    hiding = setTimeout(() => (typing.value = false), TYPES_FOR);
  }
  function hear(event: string) {
    const fields = Object.fromEntries(event.split("\n").map((line) => [line.split(": ", 1)[0], line.slice(line.indexOf(": ") + 2)]));
    if (fields.event === "line") say(JSON.parse(fields.data));
    if (fields.event === "standing") standing.value = JSON.parse(fields.data);
    if (fields.event === "typing") types(JSON.parse(fields.data));
  }
  const look = async () => tell(await get("/v1/conversations/{token}/messages", { path: path(), query: { after: last } }));
  function tell(found: Heard, before = false) {
    found.lines.forEach((one) => say(one, before));
    standing.value = found.standing;
    types(found.typing);
  }

  // One line at a time; when it ends, what was missed is asked for, and a new one begins.
  function listen() {
    if (stop || !here || !open.value) return;
    let rest = "";
    const heard = (text: string) => {
      const events = (rest + text).split("\n\n");
      rest = events.pop()!;
      events.forEach(hear);
      if (!open.value) hush();
    };
    let over = false;
    const end = listening(door(addressed("/v1/conversations/{token}/events", { path: path(), query: { after: last } })), headers(), heard, () => {
      over = true;
      stop = null;
      if (here) void look().catch(() => {}).finally(() => (again = setTimeout(listen, PAUSE)));
    });
    if (!over) stop = end;
  }
  function hush() {
    const end = stop;
    stop = null;
    clearTimeout(again);
    end?.();
  }

  return {
    standing,
    typing,
    open,
    async ask() {
      if (!talk.token()) return toast("请先说一句您想问的事，再找人工。");
      const now = await tried(() => post("/v1/conversations/{token}/person", { path: path() }));
      if (!now) return;
      standing.value = now;
      listen();
    },
    async end() {
      const done = await tried(() => remove("/v1/conversations/{token}/person", { path: path() }).then(() => true));
      if (done) await looked(() => look());
    },
    // Back on this page: what was said meanwhile.
    async resume() {
      here = true;
      if (!talk.token()) return;
      await look().catch(() => {});
      listen();
    },
    // What was said before this page, as far as it could be had.
    begin(found: Heard | null) {
      here = true;
      if (found) tell(found, true);
      listen();
    },
    types() {
      if (standing.value?.state !== "held" || Date.now() - typed < TYPES_FOR / 2) return;
      typed = Date.now();
      post("/v1/conversations/{token}/typing", { path: path() }).catch(() => {});
    },
    leave() {
      here = false;
      hush();
    },
  };
}
