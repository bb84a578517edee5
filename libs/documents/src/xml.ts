import { SaxesParser } from 'saxes';
import { problem } from './problems';

export interface XmlHandlers {
  open: (name: string, attributes: Readonly<Record<string, string>>) => void;
  close: (name: string) => void;
  text: (words: string) => void;
}

/** What stands behind the prefix: `w:p` is `p`. Programs choose prefixes of their own. */
const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/** The value of an attribute by its local name. */
export function attribute(attributes: Readonly<Record<string, string>>, local: string): string | undefined {
  const usual = attributes[`w:${local}`] ?? attributes[local];
  if (usual !== undefined) return usual;
  for (const name in attributes) if (localName(name) === local) return attributes[name];
  return undefined;
}

/**
 * Reads XML once from its start to its end. Names are local ones. A document type is refused: with it come entities
 * that stand for other files or for more text than fits into memory.
 * @throws DomainError DOCUMENT.BROKEN
 */
export function readXml(bytes: Uint8Array, handlers: XmlHandlers): void {
  const parser = new SaxesParser({ xmlns: false, position: false });
  const broken = (): Error =>
    problem('DOCUMENT.BROKEN', 'The file is damaged or cut off: open it in its program and save it again.');
  parser.on('doctype', () => {
    throw problem('DOCUMENT.BROKEN', 'The file declares a document type (DTD), which no office program writes.');
  });
  parser.on('error', () => {
    throw broken();
  });
  parser.on('opentag', (tag) => handlers.open(localName(tag.name), tag.attributes));
  parser.on('closetag', (tag) => handlers.close(localName(tag.name)));
  parser.on('text', handlers.text);
  parser.on('cdata', handlers.text);
  parser.write(decodeXml(bytes)).close();
}

function decodeXml(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder('utf-8').decode(bytes);
}
