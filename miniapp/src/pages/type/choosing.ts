// Date, slot and people of one booking, and what they lead to: a booking, a place in the queue for a full slot, several
// bookings together, or another time for a booking one has.
import { computed, ref, shallowRef } from "vue";
import { get, intent, post, type Answer } from "@/api/call";
import { Refused } from "@/api/refused";
import { day, sameMoment, time } from "@/format";
import { remember } from "@/going";
import { toast } from "@/platform";

type Page = Answer<"/v1/screens/type/{type_code}", "get">;
export type Type = Page["type"];
export type Slot = Page["slots"][number];
export type Someone = Answer<"/v1/screens/for-whom", "get">["people"][number];
interface Aim {
  button: string;
  doing: string;
  done: string;
  send: () => Promise<string>;
}

export const usable = (one: Type["dates"][number]) => one.free > 0 || one.label === "约满";
// Refusals after which the slots look different from what is shown.
const TAKEN = ["SlotFull", "StillFree", "SlotClosed", "SlotSuspended"];
const TOO_FEW = "PartyDoesNotFit"; // fewer people may still go there

export function useChoosing(asked: { date: string; slot: number; moving: string; people: number[] }) {
  const type = shallowRef<Type | null>(null);
  const list = shallowRef<Slot[]>([]);
  const listFault = ref<Error | null>(null);
  const date = ref("");
  const slot = shallowRef<Slot | null>(null);
  const people = shallowRef<Someone[]>([]);
  const members = ref<number[]>([]);
  const present = ref(""); // when the booking that is moved begins now
  let self = 0;
  let key = intent();

  const others = () => members.value.some((one) => one !== self);
  const fits = (one: Slot) => !sameMoment(one.starts_at, present.value) && (one.state === "open" || (one.state === "full" && !asked.moving && !others()));

  // Once more the page is told what can be booked; what was chosen stays chosen while it can be had, and so does a day
  // that was chosen meanwhile (`before` is the one that was asked about).
  function tell(page: Page, known: Someone[] | null, before: string, movingFrom = "") {
    type.value = page.type;
    present.value = movingFrom;
    meet(known);
    if (!page.date || date.value !== before) return;
    date.value = page.date;
    show(page.slots, slot.value?.id ?? asked.slot);
  }
  function show(found: Slot[], before: number) {
    list.value = found;
    listFault.value = null;
    hold(found.find((one) => one.id === before && fits(one)) ?? null);
  }

  // Null: who there is cannot be told now. Whoever was chosen stays chosen, so that nobody else is booked instead.
  function meet(known: Someone[] | null) {
    const wanted = members.value.length ? members.value : asked.people;
    people.value = known ?? [];
    if (!known) return void (members.value = wanted);
    self = known[0]?.person ?? 0;
    const there = wanted.filter((person) => known.some((other) => other.person === person));
    members.value = there.length ? there : known.slice(0, 1).map((other) => other.person);
  }

  async function pick(wanted: string, before = 0) {
    date.value = wanted;
    try {
      const found = await get("/v1/slots", { query: { type_id: type.value!.id, date: wanted } });
      if (date.value === wanted) show(found, before);
    } catch (error) {
      show([], 0);
      listFault.value = error as Error;
    }
  }

  function choose(id: number) {
    const one = list.value.find((other) => other.id === id);
    if (one && fits(one)) return hold(one);
    hold(null);
    toast(asked.moving ? "这个时段已约满，改约请选有余号的时段。" : "几个人同行不能候补，请选有余号的时段；只代一个人候补，请先切换办理身份。");
  }

  // Another slot is another wish; the same one keeps its key, so that sent twice it is booked once.
  function hold(one: Slot | null) {
    if (one?.id !== slot.value?.id) key = intent();
    slot.value = one;
    note();
  }
  const note = () => remember("type", { date: date.value, slot: slot.value ? String(slot.value.id) : "", people: others() ? members.value.join(".") : "" });

  function take(chosen: number[]) {
    members.value = chosen;
    key = intent();
    if (slot.value && !fits(slot.value)) hold(null);
    else note();
  }

  const aim = computed((): Aim => {
    const slot_id = slot.value?.id ?? 0;
    const booked = async (made: Promise<{ code: string }>) => `booking/${(await made).code}`;
    if (asked.moving) return { button: "确认改约", doing: "正在改约…", done: "改约成功", send: () => booked(post("/v1/bookings/{code}/reschedule", { path: { code: asked.moving }, body: { slot_id }, key })) };
    if (slot.value?.state === "full") return { button: "加入候补", doing: "正在加入…", done: "已加入候补", send: async () => `waiting/${(await post("/v1/waitlist", { body: { slot_id }, key })).code}` };
    const book = { button: "确认预约", doing: "正在预约…", done: "预约成功" };
    if (!others()) return { ...book, send: () => booked(post("/v1/bookings", { body: { slot_id, type_id: null }, key })) };
    return { ...book, send: () => together(slot_id) };
  });
  async function together(slot_id: number) {
    const made = await post("/v1/parties", { body: { slot_id, members: members.value, type_id: type.value!.id }, key });
    return made.length > 1 ? "bookings" : `booking/${made[0].code}`;
  }

  const said = computed(() => (slot.value ? `${day(date.value)} ${time(slot.value.starts_at)}–${time(slot.value.ends_at)}` : date.value ? "请选择时段" : "请选择日期和时段"));
  // Whom it is for, where it could be somebody else.
  const forWhom = computed(() => {
    const names = people.value.filter((one) => members.value.includes(one.person)).map((one) => one.name);
    if (people.value.length > 1) return names.join("、");
    return others() ? `选好的 ${members.value.length} 人` : "";
  });
  async function lookAgain(error: unknown) {
    if (!(error instanceof Refused)) return;
    if (TAKEN.includes(error.code)) await pick(date.value);
    if (error.code === TOO_FEW) await pick(date.value, slot.value?.id);
  }

  return { list, listFault, date, slot, people, members, present, aim, said, forWhom, tell, pick, choose, take, lookAgain };
}
