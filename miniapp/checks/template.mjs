// Templates of a package as the host reads them: WXML of WeChat, AXML of Alipay. Enough of both for what uni-app writes.

const VOID = /\/\s*$/;

// A tree of { tag, attrs, children } and { text }. Raises for an end that does not fit.
export function parsed(source) {
  const root = { tag: "", attrs: {}, children: [] };
  const open = [root];
  let at = 0;
  while (at < source.length) {
    if (source.startsWith("<!--", at)) at = source.indexOf("-->", at) + 3;
    else if (source.startsWith("</", at)) {
      const end = source.indexOf(">", at);
      const closed = open.pop();
      if (closed.tag !== source.slice(at + 2, end).trim()) throw new Error(`</${source.slice(at + 2, end)}> after <${closed.tag}>`);
      at = end + 1;
    } else if (source[at] === "<") {
      const end = endOfTag(source, at);
      const inner = source.slice(at + 1, end);
      const node = element(inner.replace(VOID, ""));
      open.at(-1).children.push(node);
      if (!VOID.test(inner)) open.push(node);
      at = end + 1;
    } else {
      const end = source.indexOf("<", at);
      const text = source.slice(at, end < 0 ? source.length : end);
      if (text.trim()) open.at(-1).children.push({ text: parts(text) });
      at = end < 0 ? source.length : end;
    }
  }
  if (open.length > 1) throw new Error(`<${open.at(-1).tag}> is never closed`);
  return root;
}

function endOfTag(source, from) {
  let quote = "";
  for (let at = from; at < source.length; at++) {
    if (quote) quote = source[at] === quote ? "" : quote;
    else if (source[at] === '"' || source[at] === "'") quote = source[at];
    else if (source[at] === ">") return at;
  }
  throw new Error(`a tag without end: ${source.slice(from, from + 80)}`);
}

function element(inner) {
  const tag = /^[^\s]+/.exec(inner)[0];
  const attrs = {};
  for (const [, name, , quoted] of inner.slice(tag.length).matchAll(/([^\s=]+)(=("[^"]*"|'[^']*'))?/g)) attrs[name] = quoted === undefined ? [true] : parts(quoted.slice(1, -1));
  return { tag, attrs, children: [] };
}

// "a{{b}}c" → what says it: words, and expressions as functions of the data.
function parts(text) {
  const found = [];
  let at = 0;
  for (let from = text.indexOf("{{"); from >= 0; from = text.indexOf("{{", at)) {
    if (from > at) found.push(text.slice(at, from));
    const end = text.indexOf("}}", from);
    found.push(expression(text.slice(from + 2, text[end + 2] === "}" ? end + 1 : end)));
    at = (text[end + 2] === "}" ? end + 1 : end) + 2;
  }
  if (at < text.length || !found.length) found.push(text.slice(at));
  return found;
}

const made = new Map();
function expression(text) {
  if (!made.has(text)) made.set(text, new Function("data", `with (data) { return (${text}); }`));
  return made.get(text);
}

const known = (scope) => new Proxy(scope, { has: (_, name) => typeof name === "string" && name !== "data", get: (target, name) => target[name] });

// A lone expression keeps its kind; among words it becomes a word.
export function said(written, scope) {
  const values = written.map((one) => (typeof one === "function" ? one(known(scope)) : one));
  return values.length === 1 ? values[0] : values.map((one) => (one === undefined || one === null ? "" : String(one))).join("");
}
