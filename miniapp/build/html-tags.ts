// Pages are written in HTML. Mini-programs turn its tags into views and forget their names: this keeps a name as a class
// (`_h2`) there, in templates and in style sheets alike, so that `h2 { … }` means the same on all three platforms.
import MagicString from "magic-string";
import type { Plugin as StylePlugin } from "postcss";
import type { Plugin } from "vite";
import { everyElement, staticAttribute } from "./templates";

const BLOCKS = ["h1", "h2", "h3", "p", "ul", "ol", "li", "dl", "dt", "dd", "section", "nav", "header", "footer", "main", "table", "thead", "tbody", "tr", "th", "td", "figure", "blockquote", "fieldset", "legend", "div"];
const INLINE = ["b", "small", "span", "em", "time"]; // a view would begin a new line
const KNOWN = new Set([...BLOCKS, ...INLINE]);

export const htmlTags = (): Plugin => ({
  name: "html-tags",
  enforce: "pre",
  transform(code, id) {
    if (!id.endsWith(".vue")) return;
    const text = new MagicString(code);
    for (const node of everyElement(code, id)) {
      if (!KNOWN.has(node.tag)) continue;
      const at = node.loc.start.offset + 1;
      const tag = INLINE.includes(node.tag) ? "text" : "view";
      const given = staticAttribute(node, "class");
      if (given?.value) text.update(given.value.loc.start.offset, given.value.loc.end.offset, `"_${node.tag} ${given.value.content}"`);
      text.update(at, at + node.tag.length, given ? tag : `${tag} class="_${node.tag}"`);
      const end = node.loc.end.offset - node.tag.length - 1;
      if (!node.isSelfClosing) text.update(end, end + node.tag.length, tag);
    }
    return { code: text.toString(), map: text.generateMap({ hires: true }) };
  },
});

export const namesAsClasses = (): StylePlugin => ({
  postcssPlugin: "html-tags",
  Rule(rule) {
    rule.selector = rule.selector.replace(/(^|[\s,>+~(])([a-z][a-z0-9]*)(?=$|[\s,>+~.:)])/g, (all, before, tag) => (KNOWN.has(tag) ? `${before}._${tag}` : all));
  },
});
