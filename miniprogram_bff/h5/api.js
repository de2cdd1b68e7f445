// Talks to the citizen door. A refusal becomes an Error with the sentence for people, its code and its detail.

const KEY = "zhijianban.token";
// In the frame of another site everybody is a visitor.
export const token = () => ("visitor" in document.documentElement.dataset ? "" : localStorage.getItem(KEY) || "");
export const keep = (value) => (value ? localStorage.setItem(KEY, value) : localStorage.removeItem(KEY));

export class Refused extends Error {
  constructor(status, said) {
    super(said.message || "网络异常，请稍后重试。");
    this.status = status;
    this.code = said.code || "NoAnswer";
    this.detail = said.detail;
  }
}

async function call(method, path, body, headers = {}) {
  const options = { method, headers: { ...headers } };
  if (token()) options.headers.Authorization = `Bearer ${token()}`;
  if (body instanceof Blob) {
    options.headers["Content-Type"] = "application/octet-stream";
    options.body = body;
  } else if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Refused(0, { message: "网络不通，内容还没有提交，请检查网络后重试。" });
  }
  if (answer.status === 204) return null;
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, said);
  return said;
}

export const get = (path) => call("GET", path);
export const post = (path, body = {}, headers) => call("POST", path, body, headers);
export const put = (path, body = {}) => call("PUT", path, body);
export const send = put; // a piece of a file, as it is
export const remove = (path) => call("DELETE", path);

// A file that only its owner may read: fetched with the session, then handed to the browser to save.
export async function file(path, name, method = "GET") {
  const answer = await fetch(path, { method, headers: { Authorization: `Bearer ${token()}` } }).catch(() => new Response("{}", { status: 503 }));
  if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => ({})));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

// One key per intent: the same tap again, after a lost answer, must not book or pay twice.
export const intent = () => (crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(36).slice(2)}`);
