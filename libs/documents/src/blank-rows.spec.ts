import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { withoutBlankRows } from './blank-rows';

const NAME = 'xl/worksheets/sheet1.xml';
const fileOf = (rows: string): Uint8Array =>
  zipSync({
    [NAME]: strToU8(`<worksheet><sheetData>${rows}</sheetData></worksheet>`),
    'xl/styles.xml': strToU8('<a/>'),
  });
const rowsIn = (bytes: Uint8Array): string =>
  /<sheetData>(.*)<\/sheetData>/s.exec(strFromU8(unzipSync(bytes)[NAME]!))![1]!;
const BLANK: readonly ((row: number) => string)[] = [
  (row) => `<row r="${row}"/>`,
  (row) => `<row r="${row}" spans="1:2" ht="15"></row>`,
  (row) => `<row spans="1:2" r="${row}"><c r="A${row}" s="0"/><c r="B${row}" s="3"/></row>`,
  (row) => `<row r="${row}">\n<c r="A${row}" t="s"></c>\n</row>\n`,
];
const FILLED: readonly ((row: number) => string)[] = [
  (row) => `<row r="${row}"><c r="A${row}" s="0"/><c r="B${row}"><v>7</v></c></row>`,
  (row) => `<row r="${row}"><c r="A${row}" t="inlineStr"><is><t>修渠</t></is></c></row>`,
  (row) => `<row r="${row}"><c r="A${row}"><f>A1</f><v>1</v></c><c r="B${row}"/></row>`,
];
/** Many blank rows, and some with words in between; over several megabytes, so that stretches end anywhere. */
const mixed = (prefix: string): { rows: string; filled: string } => {
  const prefixed = (row: string): string => row.replace(/<(\/?)(?=\w)/g, `<$1${prefix}`);
  let [rows, filled] = ['', ''];
  for (let row = 1; row <= 60_000; row++) {
    const isFilled = row % 997 === 0 || row < 3;
    const made = prefixed((isFilled ? FILLED[row % FILLED.length] : BLANK[row % BLANK.length])!(row));
    rows += made;
    if (isFilled) filled += made;
  }
  return { rows, filled };
};

describe('withoutBlankRows', () => {
  it.each([
    ['as programs write them', ''],
    ['with a prefix before each name', 'x:'],
  ])(
    'leaves out the rows of formats alone, %s, and no other (millions of blank rows) (ma-core-public 312)',
    (_what, prefix) => {
      const { rows, filled } = mixed(prefix);
      const left = rowsIn(withoutBlankRows(fileOf(rows)));
      for (const row of filled.split(/(?<=row>)/)) expect(left).toContain(row);
      // At the end of a stretch one may stay.
      expect(filled.match(/<(?:x:)?row/g)).toHaveLength(62);
      expect(left.length - filled.length).toBeLessThan(1_000);
    },
  );
  it('leaves a file with few of them as it is', () => {
    const file = fileOf(Array.from({ length: 9_000 }, (_, row) => BLANK[0]!(row + 1)).join(''));
    expect(withoutBlankRows(file)).toBe(file);
  });
  it('leaves rows that have no number, which the rows before them count', () => {
    const file = fileOf('<row><c s="0"/></row>'.repeat(20_000) + FILLED[0]!(20_001));
    expect(withoutBlankRows(file)).toBe(file);
  });
  it('takes a row as long as a sheet, and one that does not end, in linear time', () => {
    const cells = '<c r="A1" s="0"/>'.repeat(300_000);
    const file = fileOf(`<row r="1">${cells}<c><v>1</v></c></row><row r="2">${cells}`);
    expect(withoutBlankRows(file)).toBe(file);
  });
});
