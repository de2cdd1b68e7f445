// What the browser need not load or do.
import MagicString from "magic-string";
import type { Declaration, Plugin as StylePlugin } from "postcss";
import type { Plugin } from "vite";
import { everyElement } from "./templates";

// uni puts a component of its own behind every `view` and `text`, for touches we do not use: in the browser they are
// plain elements, which a slow phone makes three times as fast.
const PLAIN: Record<string, string> = { view: "div", text: "span" };

export const plainViews = (): Plugin => ({
  name: "plain-views",
  enforce: "pre",
  transform(code, id) {
    if (!id.endsWith(".vue")) return;
    const text = new MagicString(code);
    for (const node of everyElement(code, id)) {
      const plain = PLAIN[node.tag];
      if (!plain) continue;
      const at = node.loc.start.offset + 1;
      text.update(at, at + node.tag.length, plain);
      const end = node.loc.end.offset - node.tag.length - 1;
      if (!node.isSelfClosing) text.update(end, end + node.tag.length, plain);
    }
    return { code: text.toString(), map: text.generateMap({ hires: true }) };
  },
});

// Parts of uni's run time that no page of ours uses: its own words in other languages, its pulling down (the browser has
// one), long presses, sizes in rpx.
const UNUSED = ["I18N_EN", "I18N_ES", "I18N_FR", "I18N_ZH_HANT", "PULL_DOWN_REFRESH", "LONGPRESS", "RPX", "WXS"];

export const withoutUnused = (): Plugin => ({
  name: "without-unused",
  enforce: "post",
  config: () => ({ define: Object.fromEntries(UNUSED.map((name) => [`__UNI_FEATURE_${name}__`, "false"])) }),
});

// What nearly every page needs comes in two files with the first page, one that changes with uni alone and one that is
// ours; with the latter comes home, where most begin, and all it takes. Every other page is a file of its own.
const OURS = /\/src\/(components|pages\/home)\//;
const THEIRS = /\/node_modules\/(?!@noble)|^\0vite/;
const chunkOf = (id: string) => (OURS.test(id) ? "own" : THEIRS.test(id) ? "base" : undefined);
export const inFewFiles = { cssCodeSplit: false, rollupOptions: { output: { manualChunks: chunkOf } } };

// Every picture in a style sheet is a document of its own to the browser, and among the dearest things on a first page:
// the signs become one picture, of which each shows its part.
const SIGN = /^\.mark-[\w-]+$/;
const DRAWN = /^url\("data:image\/svg\+xml,%3Csvg (.*)"\)$/;
const SIDE = 24;
const STEP = 28; // a little room, so that none shows at the edge of its neighbour

export const signsInOne = (): StylePlugin => ({
  postcssPlugin: "signs-in-one",
  OnceExit(root) {
    const drawn: string[] = [];
    const places: Declaration[] = [];
    root.walkRules(SIGN, (rule) => rule.walkDecls(/mask-image$/, (one) => {
      const [, inside] = DRAWN.exec(one.value) ?? [];
      if (!inside) throw one.error("a sign is an SVG in the style sheet itself");
      if (!drawn.includes(inside)) drawn.push(inside);
      places.push(one);
    }));
    const height = drawn.length * STEP;
    const at = (nth: number) => `0 ${((nth * STEP * 100) / (height - SIDE)).toFixed(3)}%`;
    for (const one of places) Object.assign(one, { value: at(drawn.indexOf(DRAWN.exec(one.value)![1])), prop: one.prop.replace("image", "position") });
    const signs = drawn.map((inside, nth) => `%3Csvg y='${nth * STEP}' width='${SIDE}' height='${SIDE}' ${inside}`);
    const all = `url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 ${SIDE} ${height}'%3E${signs.join("")}%3C/svg%3E")`;
    root.walkRules(/^\.mark$/, (rule) => {
      for (const mask of ["-webkit-mask", "mask"]) rule.append({ prop: `${mask}-image`, value: all }, { prop: `${mask}-size`, value: "100% auto" });
    });
  },
});
