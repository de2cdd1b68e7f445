// What is typed goes to the door by itself; what could not go stays on the phone and goes with the next try.
import { ref, watch, type Ref } from "vue";
import { put } from "@/api/call";
import { Refused, sentence } from "@/api/refused";
import { usual, wanted } from "@/delivery";
import { draftOf } from "@/draft";
import { ledAway } from "@/screen";
import type { Filing, Typed } from "./form";

const PATIENCE = 700; // milliseconds without a key

export interface Saving {
  // What became of it, in words.
  said: Ref<string>;
  // Raises Refused.
  save: () => Promise<void>;
  // What was typed here and had not arrived, if any.
  unsent: () => Partial<Typed> | null;
  begin: () => void;
  done: () => void;
}

export function useSaving(code: Ref<string>, typed: Ref<Typed>, fresh: (view: Filing) => void): Saving {
  const said = ref("");
  const draft = draftOf<Partial<Typed>>(() => `filing.${code.value}`);
  let typing: ReturnType<typeof setTimeout> | undefined;
  let last: Promise<void> = Promise.resolve();
  let begun = false;

  async function send() {
    clearTimeout(typing);
    const now = JSON.stringify(typed.value);
    const { answers, promised, hall } = typed.value;
    const view = await put("/v1/filings/{code}", { path: { code: code.value }, body: { answers, promised, hall_code: hall } });
    fresh(view);
    if (now === JSON.stringify(typed.value)) arrived(view);
  }
  // How the result is to come goes to the door with the application, an address being whole by then.
  function arrived(view: Filing) {
    const { delivery } = typed.value;
    const before = usual(view.delivery_offered, view.halls, view.delivery, view.hall.code);
    const known = !view.delivery_offered.length || JSON.stringify(wanted(delivery)) === JSON.stringify(wanted(before));
    said.value = known ? "已自动保存" : "已自动保存。送达方式存在本机，提交申请时一并提交。";
    known ? draft.forget() : draft.keep({ delivery });
  }
  // One after another: what was typed last is what is kept.
  const save = () => (last = last.catch(() => {}).then(send));

  async function bySelf() {
    try {
      await save();
    } catch (error) {
      if (ledAway(error)) return;
      const lost = error instanceof Refused && !error.status;
      said.value = lost ? "网络不通，填写的内容已存在本机，网络恢复后再次填写或打开本页时保存。" : `还没有保存：${sentence(error)}`;
    }
  }
  watch(
    typed,
    (value) => {
      if (!begun) return;
      draft.keep(value);
      said.value = "正在保存…";
      clearTimeout(typing);
      typing = setTimeout(() => void bySelf(), PATIENCE);
    },
    { deep: true },
  );
  return {
    said,
    save,
    unsent: draft.kept,
    begin: () => void (begun = true),
    done: () => {
      begun = false;
      clearTimeout(typing);
      draft.forget();
      said.value = "";
    },
  };
}
