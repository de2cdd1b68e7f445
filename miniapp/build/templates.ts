// Walks over the template of a component as it was written.
import { parse, type SFCTemplateBlock } from "vue/compiler-sfc";
import type { AttributeNode, ElementNode, TemplateChildNode } from "@vue/compiler-core";

const ELEMENT = 1;
const ATTRIBUTE = 6;

export function* everyElement(code: string, filename: string): Generator<ElementNode> {
  const block = parse(code, { filename, sourceMap: false }).descriptor.template as SFCTemplateBlock | null;
  if (block?.ast) yield* below(block.ast.children as TemplateChildNode[]);
}

function* below(nodes: TemplateChildNode[]): Generator<ElementNode> {
  for (const node of nodes) {
    if (node.type !== ELEMENT) continue;
    yield node as ElementNode;
    yield* below((node as ElementNode).children);
  }
}

export const staticAttribute = (node: ElementNode, name: string) => node.props.find((one): one is AttributeNode => one.type === ATTRIBUTE && one.name === name);
