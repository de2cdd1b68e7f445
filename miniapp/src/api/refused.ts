// What a request that failed becomes: the sentence for people, its stable code, its detail. `status` 0: no answer came.
export class Refused extends Error {
  status: number;
  code: string;
  detail: unknown;
  constructor(status: number, said: { message?: string; code?: string; detail?: unknown } = {}) {
    super(said.message || (status ? "暂时没有办成，请稍后重试。" : "网络不通，请检查网络后重试。"));
    this.status = status;
    this.code = said.code || "NoAnswer";
    this.detail = said.detail;
  }
}

const NOT_OURS = 502; // from here on a gateway may have answered in the door's place, and then without a code

// Nobody knows whether what was sent without an answer was done. Every write carries its key: sent once more, it is done once.
export function unsure(error: unknown): unknown {
  const lost = error instanceof Refused && error.code === "NoAnswer" && (error.status === 0 || error.status >= NOT_OURS);
  return lost ? new Refused(error.status, { message: "没有收到答复，还不知道是否办成。请检查网络后再试一次，不会重复办理。" }) : error;
}

// The sentence, with what is wrong of each field where the server says so.
export function sentence(error: unknown): string {
  if (!(error instanceof Refused)) return "页面出现问题，请刷新后重试。";
  const faults = Array.isArray(error.detail) ? error.detail.map((one: { problem?: string }) => one.problem).filter(Boolean) : [];
  return [error.message, faults.join("；")].filter(Boolean).join(" ");
}
