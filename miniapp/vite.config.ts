import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import uniPlugin from "@dcloudio/vite-plugin-uni";
import { defineConfig, type Plugin } from "vite";
import { inFewFiles, plainViews, signsInOne, withoutUnused } from "./build/browser";
import { htmlTags, namesAsClasses } from "./build/html-tags";
import { twoScripts } from "./build/two-scripts";

const uni = ((uniPlugin as unknown as { default?: typeof uniPlugin }).default ?? uniPlugin) as typeof uniPlugin;
const platform = { h5: "browser", "mp-weixin": "wechat", "mp-alipay": "alipay" }[process.env.UNI_PLATFORM as "h5"];
const mini = platform !== "browser";
// What a phone kept of answers is shown only by pages that were made for their shapes.
const shapes = createHash("sha256").update(readFileSync("src/api/types.d.ts")).digest("hex").slice(0, 12);
// Raised here alone: the door is told it with every request, and says whether there is a newer one.
const version = JSON.parse(readFileSync("src/manifest.json", "utf8")).versionName;
// Mini-programs know no "same origin": the address of the citizen door is baked into their packages.
const door = mini ? (process.env.CITIZEN_DOOR || "http://127.0.0.1:8100").replace(/\/+$/, "") : "";

// Whoever asks for "@/platform" gets the file of this platform.
const ownPlatform: Plugin = {
  name: "own-platform",
  enforce: "pre",
  transform: (_, id) => (/\/src\/platform\/index\.ts$/.test(id) ? `export * from "./${platform}";` : undefined),
};

export default defineConfig({
  base: "./",
  plugins: [ownPlatform, twoScripts(), ...(mini ? [htmlTags()] : [plainViews(), withoutUnused()]), uni()],
  css: { postcss: { plugins: [mini ? namesAsClasses() : signsInOne()] } },
  define: { __DOOR__: JSON.stringify(door), __VERSION__: JSON.stringify(version), __SHAPES__: JSON.stringify(shapes) },
  build: { target: "es2020", ...(mini ? {} : inFewFiles) },
});
