import { describeWithLibreOffice, savedAs } from '../../test/libre-office';
import { wordPlan } from '../../test/plan-files';
import { convert } from '../libre-office';
import { readPlanDocument } from '../read-document';

const plan = (): Promise<Uint8Array> =>
  wordPlan([
    '青禾县2031年重点工作任务分解表',
    { level: 0, words: '水利' },
    {
      rows: [
        ['序号', '工作任务', '责任单位'],
        ['1', '修渠。', '县水务局'],
        ['2', '架桥。', '县交通局'],
      ],
    },
    // Word ends no document with a table.
    '（完）',
  ]);

describeWithLibreOffice('a file that LibreOffice reads', () => {
  it.each([
    ['doc', ['一、水利']],
    ['odt', ['一、水利']],
    // Saving this one, LibreOffice makes 「一?」 of 「一、」, which is no label any more.
    ['rtf', []],
  ])(
    'is read as %s as it is as .docx, numbers and tables too, whatever its name',
    async (format, path) => {
      const read = await readPlanDocument({ name: 'a.wps', bytes: savedAs(format, await plan()) });
      expect(read.breakdown.tasks.map((task) => [task.number, task.path, task.content, task.responsible])).toEqual([
        ['1', path, '修渠。', ['县水务局']],
        ['2', path, '架桥。', ['县交通局']],
      ]);
    },
    90_000,
  );
  it('is read beside another at the same time', async () => {
    const bytes = savedAs('rtf', await plan());
    const both = await Promise.all([1, 2].map(() => readPlanDocument({ name: 'a.rtf', bytes })));
    expect(both.map(({ breakdown }) => breakdown.tasks.length)).toEqual([2, 2]);
  });
  it('ends where nobody waits for it any more', async () => {
    const stop = new AbortController();
    const reading = readPlanDocument({ name: 'a.rtf', bytes: Buffer.from('{\\rtf1 x}') }, { signal: stop.signal });
    setImmediate(() => stop.abort());
    await expect(reading).rejects.toMatchObject({ code: 'DOCUMENT.STOPPED' });
  });
});

describe('a file that only LibreOffice reads', () => {
  it('is refused with a word on how to get that, where it is missing', async () => {
    await expect(convert(Buffer.from('{\\rtf1 x}'), 'rtf', undefined, ['no-such-program'])).rejects.toMatchObject({
      kind: 'invalid',
      code: 'DOCUMENT.NEEDS_LIBREOFFICE',
      message: expect.stringContaining('apt-get install libreoffice-writer-nogui'),
    });
  });
});
