// Cases: the light that says how their time stands, and being told when one gets on.
import { askFor } from "@/consents";
import { toast } from "@/platform";
import { tried } from "@/screen";

export const LIGHTS: Record<string, [words: string, tone: string]> = {
  green: ["正常", "good"],
  yellow: ["临近期限", "warn"],
  red: ["已超期", "bad"],
  grey: ["未计时", ""],
};

export async function follows(work: () => Promise<unknown>): Promise<boolean> {
  const asking = askFor("case"); // at the tap itself; later a platform does not ask
  const done = await tried(() => work().then(() => true));
  await asking;
  if (done) toast("已订阅，有进展时会在“消息”中告诉您。");
  return Boolean(done);
}
