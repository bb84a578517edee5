import { attribute, readXml } from '../xml';

/** The number that a paragraph or its style asks for: `numId` 0 is none. */
export interface NumberProperties {
  numId?: string;
  level?: number;
}

interface Style extends NumberProperties {
  name: string;
  basedOn?: string;
  isHidden: boolean;
}

const LONGEST_CHAIN = 20;

/** Whether a switch of Word (`w:vanish`) is on: it is by being there, unless it says no. */
export const isOn = (attributes: Readonly<Record<string, string>>): boolean =>
  !['0', 'false', 'off'].includes(attribute(attributes, 'val') ?? '');

/** The styles of a Word document, as far as they bear on what its text is. */
export class WordStyles {
  private readonly styles = new Map<string, Style>();
  private byDefault: string | undefined;

  constructor(xml: Uint8Array | undefined) {
    if (!xml) return;
    let style: Style | null = null;
    readXml(xml, {
      open: (name, attributes) => {
        const value = attribute(attributes, 'val');
        if (name === 'style') {
          const id = attribute(attributes, 'styleId') ?? '';
          style = { name: '', isHidden: false };
          this.styles.set(id, style);
          if (attribute(attributes, 'type') === 'paragraph' && attribute(attributes, 'default') === '1')
            this.byDefault = id;
        } else if (!style || value === undefined) {
          if (style && name === 'vanish') style.isHidden = true;
        } else if (name === 'name') style.name = value;
        else if (name === 'basedOn') style.basedOn = value;
        else if (name === 'numId') style.numId = value;
        else if (name === 'ilvl') style.level = Number(value);
        else if (name === 'vanish') style.isHidden = isOn(attributes);
      },
      close: (name) => {
        if (name === 'style') style = null;
      },
      text: () => undefined,
    });
  }

  /** The style of a paragraph that names none. */
  get default(): string | undefined {
    return this.byDefault;
  }

  isHidden(id: string | undefined): boolean {
    return this.chain(id).some((style) => style.isHidden);
  }

  /** Whether paragraphs of it are lines of a table of contents, which only repeat the headings. */
  isContents(id: string | undefined): boolean {
    return this.chain(id).some(({ name }) => /^toc \d$/i.test(name));
  }

  numberOf(id: string | undefined): NumberProperties {
    const chain = this.chain(id);
    return {
      numId: chain.find((style) => style.numId !== undefined)?.numId,
      level: chain.find((style) => style.level !== undefined)?.level,
    };
  }

  /** A style and those that it is based on. */
  private chain(id: string | undefined): Style[] {
    const chain: Style[] = [];
    for (let next = id; next !== undefined && chain.length < LONGEST_CHAIN;) {
      const style = this.styles.get(next);
      if (!style) break;
      chain.push(style);
      next = style.basedOn;
    }
    return chain;
  }
}
