// A phone's mini-program host in small: runs the built package as it is, pages, components and templates, and lets a
// person see and tap. What differs between the vendors stands in wechat.mjs and alipay.mjs ("dialect").
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import vm from "node:vm";
import { parsed, said } from "./template.mjs";

export class Host {
  constructor(folder, dialect, world) {
    Object.assign(this, { folder, dialect, world, modules: new Map(), defined: new Map(), stack: [], app: null, faults: [], count: 0 });
    this.api = dialect.api(this, world);
    const globals = { console: this.quietConsole(), setTimeout, clearTimeout, setInterval, clearInterval, Promise, URL: undefined, App: (one) => (this.app = one), getApp: () => this.app, getCurrentPages: () => this.stack.map((page) => page.mp), [dialect.name]: this.api };
    this.sandbox = vm.createContext({ ...globals, Page: (one) => this.defined.set(this.loading, one), Component: (one) => this.defined.set(this.loading, one), Behavior: (one) => one });
    this.sandbox.global = this.sandbox;
    this.json = JSON.parse(readFileSync(join(folder, "app.json"), "utf8"));
  }

  quietConsole() {
    const told = (...words) => this.faults.push(words.map((one) => (one instanceof Error || one?.stack ? String(one.stack) : String(one))).join(" ").slice(0, 900));
    return { log() {}, info() {}, debug() {}, warn: told, error: told };
  }

  // CommonJS, as both vendors have it; each file runs once.
  require(path) {
    const file = normalize(path).replace(/\.js$/, "");
    if (this.modules.has(file)) return this.modules.get(file).exports;
    const module = { exports: {} };
    this.modules.set(file, module);
    const before = this.loading;
    this.loading = file;
    const run = vm.runInContext(`(function (require, module, exports) {${readFileSync(join(this.folder, `${file}.js`), "utf8")}\n})`, this.sandbox, { filename: file });
    run((asked) => this.require(join(dirname(file), asked)), module, module.exports);
    this.loading = before;
    return module.exports;
  }

  async launch() {
    this.require("app");
    this.app.globalData ??= {};
    await this.app.onLaunch?.({ path: this.json.pages[0], query: {}, scene: 1001 });
    await this.app.onShow?.({ path: this.json.pages[0], query: {}, scene: 1001 });
    await this.open(this.json.pages[0], {});
  }

  kind(file) {
    if (!this.defined.has(file)) this.require(file);
    const json = join(this.folder, `${file}.json`);
    const using = existsSync(json) ? (JSON.parse(readFileSync(json, "utf8")).usingComponents ?? {}) : {};
    const components = Object.fromEntries(Object.entries({ ...this.json.usingComponents, ...using }).map(([tag, at]) => [tag, normalize(at.startsWith("/") ? at.slice(1) : join(dirname(file), at))]));
    const template = (this.templates ??= new Map()).get(file) ?? parsed(readFileSync(join(this.folder, `${file}.${this.dialect.templates}`), "utf8"));
    this.templates.set(file, template);
    return { file, options: this.defined.get(file), components, template };
  }

  // Pages
  async go(url, how) {
    const [path, query = ""] = url.replace(/^\//, "").split("?");
    if (!this.json.pages.includes(path)) throw new Error(`no such page: ${url}`);
    const told = Object.fromEntries(query.split("&").filter(Boolean).map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
    if (how === "redirect") this.close(this.stack.pop());
    if (how === "launch" || how === "tab") while (this.stack.length) this.close(this.stack.pop());
    this.stack.at(-1)?.mp.hidden?.();
    await this.open(path, told);
  }

  async open(path, query) {
    const page = { key: path, kind: this.kind(path), children: new Map(), route: path, alive: true };
    this.stack.push(page);
    if (this.stack.length > 10) throw new Error("more than ten pages");
    page.mp = this.dialect.page(this, page, query);
    this.draw(page);
    this.dialect.shown(page, query);
    await this.settle();
  }

  back(count = 1) {
    for (let nth = 0; nth < count && this.stack.length > 1; nth++) this.close(this.stack.pop());
    this.dialect.again(this.stack.at(-1));
    this.draw(this.stack.at(-1));
  }

  close(page) {
    page.alive = false;
    for (const child of page.children.values()) this.end(child);
    this.dialect.closed(page);
  }

  end(instance) {
    for (const child of instance.children.values()) this.end(child);
    this.dialect.ended(instance);
  }

  // Drawing: the whole page anew whenever data changed; instances stay by their place.
  changed(page, after) {
    if (after) (this.afterwards ??= []).push(after);
    if (this.due) return;
    this.due = Promise.resolve().then(() => {
      this.due = null;
      const waiting = this.afterwards ?? [];
      this.afterwards = [];
      for (const one of this.stack) this.draw(one);
      waiting.forEach((one) => one());
    });
  }

  draw(page) {
    if (!page.alive || page.drawing) return void (page.again = true);
    page.drawing = true;
    const fresh = [];
    page.tree = this.drawn(page, page, fresh);
    page.drawing = false;
    for (const one of fresh.reverse()) this.dialect.ready(one);
    if (page.again) {
      page.again = false;
      this.draw(page);
    }
  }

  drawn(instance, page, fresh) {
    instance.seen = new Set();
    const tree = { tag: "#root", attrs: {}, children: [], parent: null };
    this.into(tree, instance.kind.template.children, instance.mp.data, instance, "", page, fresh);
    return tree;
  }

  into(parent, nodes, scope, owner, place, page, fresh) {
    const { prefix } = this.dialect;
    let met = false;
    nodes.forEach((node, nth) => {
      const at = `${place}/${nth}`;
      if (node.text) return void parent.children.push({ text: String(said(node.text, scope) ?? ""), parent });
      const { attrs } = node;
      if (attrs[`${prefix}for`]) {
        const item = attrs[`${prefix}for-item`]?.[0] ?? "item";
        const index = attrs[`${prefix}for-index`]?.[0] ?? "index";
        const key = attrs[`${prefix}key`]?.[0];
        const list = said(attrs[`${prefix}for`], scope) ?? [];
        (Array.isArray(list) ? list : Array.from({ length: Number(list) || 0 }, (_, n) => n + 1)).forEach((one, n) => {
          const within = { ...scope, [item]: one, [index]: n };
          const name = key && one && typeof one === "object" ? one[key] : n;
          if (this.wanted(attrs, within, { met: false })) this.element(parent, node, within, owner, `${at}[${name}:${n}]`, page, fresh);
        });
        return;
      }
      const state = { met };
      if (this.wanted(attrs, scope, state)) this.element(parent, node, scope, owner, at, page, fresh);
      met = state.met;
    });
  }

  wanted(attrs, scope, state) {
    const { prefix } = this.dialect;
    if (attrs[`${prefix}if`]) return (state.met = Boolean(said(attrs[`${prefix}if`], scope)));
    if (attrs[`${prefix}elif`]) {
      if (state.met) return false;
      return (state.met = Boolean(said(attrs[`${prefix}elif`], scope)));
    }
    if (attrs[`${prefix}else`]) return !state.met;
    return true;
  }

  element(parent, node, scope, owner, at, page, fresh) {
    if (node.tag === "block" || node.tag === "template") return this.into(parent, node.children, scope, owner, at, page, fresh);
    if (node.tag === "slot") return owner.slot?.(parent, said(node.attrs.name ?? ["default"], scope));
    const attrs = Object.fromEntries(Object.entries(node.attrs).map(([name, written]) => [name, said(written, scope)]));
    const drawn = { tag: node.tag, attrs, children: [], parent, owner, page };
    parent.children.push(drawn);
    const file = owner.kind.components[node.tag];
    if (!file) return this.into(drawn, node.children, scope, owner, at, page, fresh);
    const child = this.child(owner, file, at, attrs, page, fresh, drawn);
    child.slot = (into, name) => {
      const those = node.children.filter((one) => (one.attrs?.slot ? said(one.attrs.slot, scope) : "default") === name);
      this.into(into, those, scope, owner, `${at}>${name}`, page, fresh);
    };
    const inner = this.drawn(child, page, fresh);
    inner.children.forEach((one) => (one.parent = drawn));
    drawn.children = inner.children;
  }

  child(owner, file, at, attrs, page, fresh, drawn) {
    const found = owner.children.get(at);
    if (found?.kind.file === file) {
      found.node = drawn;
      this.dialect.told(found, attrs, owner);
      return found;
    }
    const child = { key: at, kind: this.kind(file), children: new Map(), owner, page, node: drawn, id: (this.count += 1) };
    owner.children.set(at, child);
    child.mp = this.dialect.component(this, child, attrs, owner);
    fresh.push(child);
    return child;
  }

  // Quiet: nothing asked of the network is open, and nothing is left to draw.
  async settle() {
    for (let quiet = 0; quiet < 3; ) {
      await new Promise((done) => setTimeout(done, 5));
      quiet = this.world.asking || this.due ? 0 : quiet + 1;
    }
  }
}

// "a.b[0].c" of setData.
export function set(data, path, value) {
  const steps = path.replace(/\[(\d+)\]/g, ".$1").split(".");
  const last = steps.pop();
  steps.reduce((at, step) => (at[step] ??= {}), data)[last] = value;
}
