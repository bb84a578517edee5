import { fold } from './folded-text';
import { cellsOf, linesOf } from './table-cells';

const read = (text: string, mark: 'wide' | 'blank') =>
  cellsOf(text, fold(text), { start: 0, end: text.length }, mark).map((cell) => text.slice(cell.start, cell.end));

describe('cellsOf', () => {
  it.each([
    ['1\t修渠\t甲局', ['1', '修渠', '甲局']],
    ['1\t修渠\t\t甲局', ['1', '修渠', '', '甲局']],
    ['1 \t 修渠 \t 甲局', ['1', '修渠', '甲局']],
    ['| 1 | 修 渠 | | 甲局 |', ['1', '修 渠', '', '甲局']],
    ['1  修渠\u3000\u3000甲局', ['1', '修渠', '甲局']],
    ['修渠 甲局', ['修渠 甲局']],
  ])('cuts %j at marks and wide gaps', (text, cells) => expect(read(text, 'wide')).toEqual(cells));
  it('cuts at any blank where asked to', () => expect(read('1 修渠  甲局', 'blank')).toEqual(['1', '修渠', '甲局']));
});

describe('linesOf', () => {
  it('trims lines and drops empty ones', () =>
    expect([...linesOf(' 甲 \n\n 乙')]).toEqual([
      { start: 1, end: 2 },
      { start: 6, end: 7 },
    ]));
});
