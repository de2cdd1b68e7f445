// Base64 of a text in UTF-8: WeChat and the browser have each their own, Alipay has none.
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export function base64(text: string): string {
  const bytes = Array.from(unescape(encodeURIComponent(text)), (one) => one.charCodeAt(0));
  let said = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [one, two = 0, three = 0] = bytes.slice(at, at + 3);
    const bits = (one << 16) | (two << 8) | three;
    said += [18, 12, 6, 0].map((shift) => LETTERS[(bits >> shift) & 63]).join("");
  }
  const missing = (3 - (bytes.length % 3)) % 3;
  return said.slice(0, said.length - missing) + "=".repeat(missing);
}
