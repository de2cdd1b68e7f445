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
    while (this.page !== page) {
      if (Date.now() > end) throw new Error(`not on ${page} but ${this.page}: ${this.screen().slice(0, 800)}`);
      await new Promise((done) => setTimeout(done, 30));
    }
    await this.host.settle();
  }

  // The smallest thing that says so and can be tapped.
  found(text) {
    const says = (node) => (text instanceof RegExp ? text.test(words(node)) : words(node).includes(text)) || (node.attrs?.["aria-label"] && (text instanceof RegExp ? text.test(node.attrs["aria-label"]) : node.attrs["aria-label"].includes(text)));
    const able = [...all(this.tree)].filter((node) => node.tag && this.host.dialect.handler(node, "tap") && says(node) && !node.attrs.disabled);
    return able.sort((one, other) => words(one).length - words(other).length)[0];
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
