// A person in front of the phone: sees what is on the screen, taps it, types into it.

const words = (node) => (node.text !== undefined ? node.text : node.children.map(words).join(""));
function* all(node) {
  yield node;
  for (const child of node.children ?? []) yield* all(child);
}

export class Person {
  constructor(host) {
    this.host = host;
  }

  get tree() {
    return this.host.stack.at(-1).tree;
  }

  get page() {
    return this.host.stack.at(-1).route.split("/").at(-1);
  }

  screen() {
    return words(this.tree).replace(/\s+/g, " ");
  }

  // Waits until it stands there. Raises with the screen when it does not come.
  async sees(text, within = 15_000) {
    const fits = () => (text instanceof RegExp ? text.test(this.screen()) : this.screen().includes(text));
    const end = Date.now() + within;
    while (!fits()) {
      if (Date.now() > end) throw new Error(`“${text}” never came on ${this.page}: ${this.screen().slice(0, 1500)} ${this.host.faults.slice(-3).join(" | ")}`);
      await new Promise((done) => setTimeout(done, 30));
    }
  }

  async isOn(page) {
    const end = Date.now() + 15_000;
    const fits = () => (page instanceof RegExp ? page.test(this.page) : this.page === page);
    while (!fits()) {
      if (Date.now() > end) throw new Error(`not on ${page} but ${this.page}: ${this.screen().slice(0, 800)}`);
      await new Promise((done) => setTimeout(done, 30));
    }
    await this.host.settle();
  }

  // The smallest thing that says so and can be tapped; failing that, one that is called so.
  found(text) {
    const fits = (said) => (text instanceof RegExp ? text.test(said) : said.includes(text));
    const able = [...all(this.tree)].filter((node) => node.tag && this.host.dialect.handler(node, "tap") && !node.attrs.disabled);
    const saying = able.filter((node) => fits(words(node))).sort((one, other) => words(one).length - words(other).length);
    return saying[0] ?? able.find((node) => fits(String(node.attrs["aria-label"] ?? "")));
  }

  async taps(text) {
    const end = Date.now() + 15_000;
    let node = this.found(text);
    while (!node && Date.now() < end) {
      await new Promise((done) => setTimeout(done, 30));
      node = this.found(text);
    }
    if (!node) throw new Error(`nothing to tap says “${text}” on ${this.page}: ${this.screen().slice(0, 1500)}`);
    this.host.dialect.handler(node, "tap")({});
    await this.host.settle();
  }

  async types(label, value) {
    const node = [...all(this.tree)].find((one) => ["input", "textarea"].includes(one.tag) && String(one.attrs["aria-label"] ?? "").includes(label));
    if (!node) throw new Error(`no field “${label}” on ${this.page}: ${this.screen().slice(0, 800)}`);
    this.host.dialect.handler(node, "input")({ value });
    await this.host.settle();
  }
}
