import { DomainError, type Fault } from '@duban/kernel';
import Docxtemplater from 'docxtemplater';
import { zipSync } from 'fflate';
import PizZip from 'pizzip';
import { attribute, readXml } from '../xml';
import { isZip, unzip } from '../zip';

/**
 * What a template may name: text; something that is so or not, for sections alone; or a list, whose section is repeated,
 * with the fields of its items.
 */
export type TemplateFields = Readonly<Record<string, 'text' | 'condition' | readonly string[]>>;
export type TemplateValue = string | boolean | readonly Readonly<Record<string, string>>[];

const MOST_BYTES = 2 * 1024 * 1024;
const MOST_UNPACKED = 16 * 1024 * 1024;
const MOST_XML = 4 * 1024 * 1024;
const MOST_FAULTS = 20;
/** 1980 is where dates in a zip begin: the same words make the same bytes. */
const NO_DATE = new Date(1980, 0, 1);

const BODY = 'word/document.xml';
const RUNS_CODE = /(?:^|\/)(?:vbaProject|vbaData)[^/]*$|(?:^|\/)(?:activeX|embeddings)\//i;
/** Links to what lies outside, of which none but a hyperlink stays a link until somebody follows it. */
const HARMLESS_LINKS = /\/hyperlink$/;
const REACHES_OUT = /\/(?:attachedTemplate|aFChunk|oleObject|package|frame|subDocument|externalLink|control)$/;
/** Fields that Word fills in itself (域), and that depend on the pages alone. */
const PAGE_CODES: ReadonlySet<string> = new Set(['PAGE', 'NUMPAGES', 'SECTIONPAGES', 'HYPERLINK']);

/**
 * Looks a .docx through that is to be filled in: that it is one, has nothing that runs or reaches out, and that each
 * `{field}` and section `{#field}…{/field}` or `{^field}…{/field}` in it is one of those that there are.
 * @throws DomainError TEMPLATE.NOT_DOCX, TEMPLATE.TOO_LARGE, TEMPLATE.NOT_ALLOWED; TEMPLATE.FAULTY with a fault for each
 *   that names the field and says where: TEMPLATE.UNKNOWN_FIELD, TEMPLATE.BROKEN_TAG, TEMPLATE.MISPLACED_FIELD;
 *   DOCUMENT.BROKEN, DOCUMENT.ZIP_BOMB
 */
export function checkWordTemplate(bytes: Uint8Array, fields: TemplateFields): void {
  const parts = open(bytes);
  for (const [name, content] of parts) {
    if (RUNS_CODE.test(name)) throw notAllowed(`It holds ${name}: macros and embedded objects have no place in it.`);
    if (/\.rels$/i.test(name)) checkLinks(content);
  }
  const faults: Fault[] = [];
  for (const [name, content] of textParts(parts)) faults.push(...faultsIn(name, content, fields));
  if (faults.length > 0) throw faulty(faults);
  // What the parser alone can tell, such as a section that begins in a cell and ends outside of the table.
  try {
    fill(parts, trialOf(fields));
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw faulty(libraryFaults(error));
  }
}

/**
 * A template with its fields filled in: words stay words, whatever is in them. The same values give the same bytes.
 * @param bytes a template that {@link checkWordTemplate} let pass
 */
export function fillWordTemplate(bytes: Uint8Array, values: Readonly<Record<string, TemplateValue>>): Uint8Array {
  return fill(open(bytes), values);
}

function open(bytes: Uint8Array): Map<string, Uint8Array> {
  if (bytes.length > MOST_BYTES) throw invalid('TEMPLATE.TOO_LARGE', 'The template is larger than 2 MB.');
  if (!isZip(bytes)) throw notDocx();
  const parts = unzip(bytes, (name) => !name.endsWith('/'));
  if (!parts.has('[Content_Types].xml') || !parts.has(BODY)) throw notDocx();
  const sizeOf = (isWanted: (name: string) => boolean): number =>
    [...parts].reduce((sum, [name, content]) => sum + (isWanted(name) ? content.length : 0), 0);
  if (sizeOf(() => true) > MOST_UNPACKED || sizeOf((name) => name.endsWith('.xml')) > MOST_XML)
    throw invalid('TEMPLATE.TOO_LARGE', 'The template unpacks to more than a form does.');
  return parts;
}

function fill(parts: ReadonlyMap<string, Uint8Array>, values: Readonly<Record<string, TemplateValue>>): Uint8Array {
  const zip = new PizZip();
  for (const [name, content] of parts) zip.file(name, content);
  const document = new Docxtemplater(zip, {
    paragraphLoop: true,
    linebreaks: true,
    // Fields are looked up by their names and nothing else: no expressions, nothing inherited.
    parser: (tag: string) => {
      const name = tag.trim();
      return {
        get: (scope: unknown) =>
          typeof scope === 'object' && scope !== null && Object.hasOwn(scope, name)
            ? (scope as Record<string, unknown>)[name]
            : undefined,
      };
    },
    nullGetter: () => '',
    errorLogging: false,
  });
  document.render(cleaned(values));
  const made: Record<string, [Uint8Array, { mtime: Date }]> = {};
  const out = document.getZip();
  for (const name of Object.keys(out.files)) {
    const file = out.file(name);
    if (file && !file.dir) made[name] = [file.asUint8Array(), { mtime: NO_DATE }];
  }
  const filled = zipSync(made);
  for (const [name, content] of textParts(open(filled))) if (name === BODY) readXml(content, SILENT);
  return filled;
}

const SILENT = { open: () => undefined, close: () => undefined, text: () => undefined };

/** Without what no XML may hold; line ends are those of text. */
const cleanText = (text: string): string =>
  Buffer.from(text)
    .toString()
    .replaceAll('\r\n', '\n')
    // eslint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '');

const cleaned = (values: Readonly<Record<string, TemplateValue>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string'
        ? cleanText(value)
        : typeof value === 'boolean'
          ? value
          : value.map((item) => Object.fromEntries(Object.entries(item).map(([key, text]) => [key, cleanText(text)]))),
    ]),
  );

/** Something for each field, so that every section is gone through. */
const trialOf = (fields: TemplateFields): Record<string, TemplateValue> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, kind]) => [
      name,
      kind === 'text'
        ? name
        : kind === 'condition'
          ? true
          : [Object.fromEntries(kind.map((field) => [field, field])), {}],
    ]),
  );

/** Where words stand that the template's library looks at. */
const textParts = (parts: ReadonlyMap<string, Uint8Array>): [name: string, content: Uint8Array][] =>
  [...parts].filter(([name]) => /^(?:word|docProps)\/[^/]+\.xml$/i.test(name));

const PLACES: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/header/, 'header'],
  [/footer/, 'footer'],
  [/footnotes|endnotes/, 'notes'],
  [/comments/, 'comments'],
  [/docProps/, 'properties of the file'],
];
const placeOf = (name: string): string => PLACES.find(([pattern]) => pattern.test(name))?.[1] ?? 'text';

/** The words of each paragraph of a part, those of a text box by themselves; of other XML, all words as one. */
function paragraphsOf(name: string, content: Uint8Array): string[] {
  const found: string[] = [];
  const open: string[] = [];
  let all = '';
  let inText = 0;
  let inCode = false;
  let code = '';
  const isProperties = name.startsWith('docProps/');
  readXml(content, {
    open: (element, attributes) => {
      if (element === 'p') open.push('');
      else if (element === 't' || isProperties) inText++;
      else if (element === 'instrText') inCode = true;
      else if (element === 'fldChar' && attribute(attributes, 'fldCharType') === 'separate') code = checkCode(code);
      else if (element === 'fldChar' && attribute(attributes, 'fldCharType') === 'end') code = checkCode(code);
      else if (element === 'fldSimple') checkCode(attribute(attributes, 'instr') ?? '');
      else if (element === 'altChunk') throw notAllowed('It takes in another file (altChunk).');
    },
    close: (element) => {
      if (element === 'p') found.push(open.pop() ?? '');
      else if (element === 't' || isProperties) inText--;
      else if (element === 'instrText') inCode = false;
    },
    text: (words) => {
      if (inCode) code += words;
      if (inText <= 0) return;
      if (open.length > 0) open[open.length - 1] += words;
      else all += words;
    },
  });
  checkCode(code);
  return all.trim() === '' ? found : [...found, all];
}

/** @returns nothing, as what is left of the code */
function checkCode(code: string): string {
  const name = code
    .trim()
    .split(/[\s\\]/)[0]!
    .toUpperCase();
  if (name === '' || PAGE_CODES.has(name)) return '';
  throw notAllowed(
    `It has the Word field ${name.slice(0, 40)}: none but page numbers (PAGE, NUMPAGES) and links are allowed, since the others change or fetch something.`,
  );
}

function checkLinks(content: Uint8Array): void {
  readXml(content, {
    ...SILENT,
    open: (element, attributes) => {
      if (element !== 'Relationship') return;
      const type = attribute(attributes, 'Type') ?? '';
      const isOutside = attribute(attributes, 'TargetMode')?.toLowerCase() === 'external';
      if (REACHES_OUT.test(type) || (isOutside && !HARMLESS_LINKS.test(type)))
        throw notAllowed(
          `It refers to something outside of itself (${type.slice(type.lastIndexOf('/') + 1)}): put pictures into the file, and take attached templates and objects out.`,
        );
    },
  });
}

interface Section {
  name: string;
  items: readonly string[] | null;
  where: Omit<Fault, 'code' | 'message'>;
  words: string;
}

/** What is wrong with the tags of a part. A tag stands within one paragraph. */
function faultsIn(name: string, content: Uint8Array, fields: TemplateFields): Fault[] {
  const faults: Fault[] = [];
  const sections: Section[] = [];
  paragraphsOf(name, content).forEach((words, i) => {
    const place = `${placeOf(name)}, paragraph ${i + 1}: “${excerptOf(words)}”`;
    const fault = (code: string, message: string, field?: string): void => {
      faults.push({ code, message: `${message} (${place})`, line: i + 1, ...(field === undefined ? {} : { field }) });
    };
    for (const [, tag, isClosed, stray] of words.matchAll(/\{([^{}]*)(\})?|(\})/g)) {
      if (stray !== undefined || isClosed === undefined || tag === undefined) {
        fault('TEMPLATE.BROKEN_TAG', `A brace has no counterpart: {${tag ?? ''}${stray ?? ''}`, tag?.trim());
        continue;
      }
      const [, sign = '', field = ''] = /^\s*([#^/]?)\s*([\s\S]*?)\s*$/.exec(tag) ?? [];
      if (sign === '/') {
        const section = sections.pop();
        if (!section) fault('TEMPLATE.BROKEN_TAG', `{/${field}} ends a section that was not begun.`, field);
        else if (field !== '' && field !== section.name)
          fault('TEMPLATE.BROKEN_TAG', `{/${field}} stands where {/${section.name}} should.`, field);
        continue;
      }
      const items = sections.find((section) => section.items?.includes(field));
      const kind = items ? 'text' : Object.hasOwn(fields, field) ? fields[field]! : null;
      if (kind === null) fault('TEMPLATE.UNKNOWN_FIELD', `There is no field {${sign}${field}}.`, field);
      else if (sign === '' && kind !== 'text')
        fault('TEMPLATE.MISPLACED_FIELD', `{${field}} is a section: {#${field}}…{/${field}}.`, field);
      else if (Array.isArray(kind) && sign === '#' && sections.some((section) => section.items !== null))
        fault('TEMPLATE.MISPLACED_FIELD', `A list does not stand within another one: {#${field}}.`, field);
      if (sign !== '')
        sections.push({
          name: field,
          items: sign === '#' && Array.isArray(kind) ? kind : null,
          where: { line: i + 1, field },
          words: place,
        });
    }
  });
  for (const { name: field, where, words } of sections)
    faults.push({ code: 'TEMPLATE.BROKEN_TAG', message: `The section {#${field}} has no end. (${words})`, ...where });
  return faults;
}

const EXCERPT = 30;
const excerptOf = (words: string): string => {
  const characters = [...words.trim()];
  return characters.length > EXCERPT ? `${characters.slice(0, EXCERPT).join('')}…` : characters.join('');
};

/** As the library tells them, in its own words. */
function libraryFaults(error: unknown): Fault[] {
  const { properties } = error as { properties?: { errors?: unknown[]; explanation?: string; xtag?: string } };
  const errors = (properties?.errors ?? [error]) as { message?: string; properties?: typeof properties }[];
  return errors.map(({ message, properties: of }) => ({
    code: 'TEMPLATE.BROKEN_TAG',
    message: of?.explanation ?? message ?? String(error),
    ...(of?.xtag === undefined ? {} : { field: of.xtag }),
  }));
}

const invalid = (code: string, message: string, details: DomainError['details'] = {}): DomainError =>
  new DomainError('invalid', code, message, { field: 'file', ...details });
const notDocx = (): DomainError =>
  invalid('TEMPLATE.NOT_DOCX', 'A template is a Word file of the kind .docx, without macros and a password.');
const notAllowed = (message: string): DomainError => invalid('TEMPLATE.NOT_ALLOWED', message);
const faulty = (faults: readonly Fault[]): DomainError =>
  invalid('TEMPLATE.FAULTY', faults[0]!.message, { faults: faults.slice(0, MOST_FAULTS) });
