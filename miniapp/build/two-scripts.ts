// Pages are written in 简体. The build lets every text of a template pass through `$t`, which says it as the reader wants
// (src/language.ts): words, what is put between them, and the attributes that people see or hear.
import MagicString from "magic-string";
import type { Plugin } from "vite";
import type { ElementNode } from "@vue/compiler-core";
import { everyElement } from "./templates";

const CHINESE = /[\u3400-\u9fff]/;
const READ = new Set(["label", "title", "placeholder", "hint", "legend", "text", "words", "fault", "alt", "aria-label"]);
const TEXT = 2;
const INTERPOLATION = 5;
const ATTRIBUTE = 6;
const DIRECTIVE = 7;

// A line break in the source is nothing that is read; a space beside what is put in between is.
const quoted = (text: string) => `'${text.replace(/\\/g, "\\\\").replace(/'/g, "\\'").replace(/^\s*\n\s*|\s*\n\s*$/g, "").replace(/\s*\n\s*/g, " ")}'`;

export const twoScripts = (): Plugin => ({
  name: "two-scripts",
  enforce: "pre",
  transform(code, id) {
    if (!id.endsWith(".vue")) return;
    const text = new MagicString(code);
    for (const node of everyElement(code, id)) {
      sayChildren(node, text);
      sayAttributes(node, text);
    }
    return { code: text.toString(), map: text.generateMap({ hires: true }) };
  },
});

function sayChildren(node: ElementNode, text: MagicString) {
  for (const child of node.children) {
    const { start, end } = child.loc;
    if (child.type === TEXT && CHINESE.test(child.content)) text.update(start.offset, end.offset, `{{ $t(${quoted(child.content)}) }}`);
    if (child.type === INTERPOLATION) text.appendLeft(start.offset + 2, " $t(").prependRight(end.offset - 2, ") ");
  }
}

function sayAttributes(node: ElementNode, text: MagicString) {
  for (const one of node.props) {
    if (one.type === ATTRIBUTE && READ.has(one.name) && one.value && CHINESE.test(one.value.content)) {
      text.update(one.loc.start.offset, one.loc.end.offset, `:${one.name}="$t(${quoted(one.value.content)})"`);
    }
    const named = one.type === DIRECTIVE && one.name === "bind" && one.arg && "content" in one.arg ? one.arg.content : "";
    if (one.type === DIRECTIVE && one.exp && READ.has(named)) text.appendLeft(one.exp.loc.start.offset, "$t(").prependRight(one.exp.loc.end.offset, ")");
  }
}
