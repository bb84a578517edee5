import { decodeText, type SourceDocument } from '@duban/breakdown';
import type { defaultTreeAdapter as DefaultAdapter, DefaultTreeAdapterTypes } from 'parse5';
import { problem } from '../problems';
import { SourceWriter } from '../source-writer';
import type { DocumentFormat, KnownFile } from './format';

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

const PAGE =
  /^\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^>]{0,1000}-->\s*)*<(?:!doctype\s+html|html|head|meta|title|body|table|div|style|link|center|p|h1)\b/i;
const CHARSET = /<meta[^>]{1,200}?charset\s*=\s*["']?\s*([\w-]{2,20})/i;
/** Elements whose words are no text of the page, or lead elsewhere. */
const SKIPPED: ReadonlySet<string> = new Set(
  'head script style noscript template nav svg math select button textarea iframe object audio video canvas datalist'.split(
    ' ',
  ),
);
/** Elements that run on within a line. All others begin and end one. */
const INLINE: ReadonlySet<string> = new Set(
  'a abbr acronym b bdi bdo big cite code del dfn em font i img ins kbd label mark q ruby rb rp rt s samp small span strike strong sub sup time tt u var wbr o:p st1:chsdate'.split(
    ' ',
  ),
);
const MOST_COVERED = 1_000;
/** Browsers nest no deeper than this. */
const DEEPEST = 512;

/** A page as a browser saved it, and what other programs write as HTML whatever they name it. */
export const htmlFormat: DocumentFormat = {
  name: 'html',
  recognises: ({ beginning }) =>
    PAGE.test(beginning.replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '').replaceAll('\0', '')),
  read: readHtml,
};

/** @throws DomainError DOCUMENT.TOO_HARD, DOCUMENT.NO_TEXT */
async function readHtml(file: KnownFile): Promise<SourceDocument> {
  const { parse, defaultTreeAdapter } = await import('parse5');
  return new PageReader().read(parse(decodePage(file), { treeAdapter: shallow(defaultTreeAdapter) }));
}

type Adapter = typeof DefaultAdapter;
type Parent = DefaultTreeAdapterTypes.ParentNode;

/**
 * Makes the tree of a page, and refuses one that is nested too deep while it is made: for each tag the parser looks through
 * all elements that are open. What is counted is the tree and no tags, since pages leave many of those open.
 */
function shallow(adapter: Adapter): Adapter {
  const depths = new WeakMap<Parent, number>();
  /** The content of a template is a tree of its own, made before the template has its place. */
  const templates = new WeakMap<Parent, Parent>();
  const note = (parent: Parent, node: Node): void => {
    if (!('childNodes' in node)) return;
    const depth = (depths.get(templates.get(parent) ?? parent) ?? 0) + 1;
    if (depth > DEEPEST)
      throw problem('DOCUMENT.TOO_HARD', 'The page is nested deeper than any that is written: save its text as Word.');
    depths.set(node, depth);
  };
  return {
    ...adapter,
    appendChild: (parent, node) => {
      note(parent, node);
      adapter.appendChild(parent, node);
    },
    insertBefore: (parent, node, before) => {
      note(parent, node);
      adapter.insertBefore(parent, node, before);
    },
    setTemplateContent: (template, content) => {
      templates.set(content, template);
      adapter.setTemplateContent(template, content);
    },
  };
}

/** By its mark, else as the page says itself, else as any text. */
function decodePage({ bytes, beginning }: KnownFile): string {
  const charset = CHARSET.exec(beginning)?.[1];
  const isMarked = /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/.test(beginning);
  if (charset !== undefined && !isMarked) {
    try {
      return new TextDecoder(charset, { fatal: true }).decode(bytes);
    } catch {
      // It says what is not so.
    }
  }
  return decodeText(bytes).text;
}

const attributeOf = (element: Element, name: string): string | undefined =>
  element.attrs.find((one) => one.name === name)?.value;

const isElement = (node: Node): node is Element => 'tagName' in node;

function isSkipped(element: Element): boolean {
  if (SKIPPED.has(element.tagName) || attributeOf(element, 'role') === 'navigation') return true;
  const style = attributeOf(element, 'style')?.replace(/\s/g, '') ?? '';
  return attributeOf(element, 'hidden') !== undefined || /display:none|visibility:hidden/i.test(style);
}

class PageReader {
  private readonly writer = new SourceWriter();
  private line = '';
  /** For each list that is open the number of its next item, or null for one without. */
  private readonly lists: (number | null)[] = [];
  private preformatted = 0;

  read(root: Node): SourceDocument {
    // With a stack of our own: a page may be nested deeper than calls can be.
    const todo: { node: Node; isEnd: boolean }[] = [{ node: root, isEnd: false }];
    for (let next = todo.pop(); next; next = todo.pop()) {
      const { node, isEnd } = next;
      if (isEnd) this.end(node as Element);
      else if (node.nodeName === '#text') this.text((node as DefaultTreeAdapterTypes.TextNode).value);
      else if (!isElement(node) || !isSkipped(node)) {
        if (isElement(node)) {
          this.begin(node);
          todo.push({ node, isEnd: true });
        }
        if ('childNodes' in node)
          for (let child = node.childNodes.length - 1; child >= 0; child--)
            todo.push({ node: node.childNodes[child] as Node, isEnd: false });
      }
    }
    this.flush();
    return this.writer.finish();
  }

  private text(words: string): void {
    this.line += this.preformatted > 0 ? words : words.replace(/[ \t\r\n\f]+/g, ' ');
  }

  private begin(element: Element): void {
    const { tagName } = element;
    if (tagName === 'br') this.line += '\n';
    if (INLINE.has(tagName) || tagName === 'br') return;
    this.flush();
    if (tagName === 'table') this.writer.openTable();
    else if (tagName === 'tr') this.writer.openRow();
    else if (tagName === 'td' || tagName === 'th') this.writer.openCell(coverOf(element));
    else if (tagName === 'ol') this.lists.push(Number(attributeOf(element, 'start') ?? 1) || 1);
    else if (tagName === 'ul') this.lists.push(null);
    else if (tagName === 'li') this.label(element);
    else if (tagName === 'pre') this.preformatted++;
  }

  /** The number that a browser puts before an item of a list. */
  private label(element: Element): void {
    const next = this.lists.at(-1);
    if (typeof next !== 'number') return;
    const number = Number(attributeOf(element, 'value') ?? next) || next;
    this.lists[this.lists.length - 1] = number + 1;
    this.line = `${number}.`;
  }

  private end(element: Element): void {
    const { tagName } = element;
    if (INLINE.has(tagName) || tagName === 'br') return;
    this.flush();
    if (tagName === 'table') this.writer.closeTable();
    else if (tagName === 'tr') this.writer.closeRow();
    else if (tagName === 'td' || tagName === 'th') this.writer.closeCell();
    else if (tagName === 'ol' || tagName === 'ul') this.lists.pop();
    else if (tagName === 'pre') this.preformatted--;
  }

  private flush(): void {
    for (const line of this.line.split('\n')) this.writer.paragraph(line.replace(/^ +| +$/g, ''));
    this.line = '';
  }
}

function coverOf(element: Element): { columns: number; rows: number } {
  const count = (name: string): number => {
    const value = Math.trunc(Number(attributeOf(element, name) ?? 1));
    return value >= 1 ? Math.min(value, MOST_COVERED) : 1;
  };
  return { columns: count('colspan'), rows: count('rowspan') };
}
