import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { zipSync } from 'fflate';
import { pdfFile, setParagraphs } from '../../../libs/documents/test/pdf-file';
import { wordPlan } from '../../../libs/documents/test/plan-files';
import { sheetFile } from '../../../libs/documents/test/sheet-file';
import { duban, endLeftovers, ensureBuilt, ROOT } from '../../worker/test/duban-process';

const folder = mkdtempSync(join(tmpdir(), 'duban-documents-'));
const put = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};
const HEAD = ['序号', '工作任务', '责任单位'];
const TASK = '1.修复水渠26公里。（责任单位：市水务局）';

beforeAll(ensureBuilt, 120_000);
afterEach(endLeftovers);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('duban parse, of files of all kinds', () => {
  it('reads them one after the other, and says of those that it cannot read in a line why', async () => {
    const files = [
      put('a.docx', await wordPlan([TASK])),
      put('b.xlsx', sheetFile([{ name: 'a', rows: [HEAD, [1, '修复水渠26公里。', '市水务局']] }])),
      put('c.pdf', pdfFile(setParagraphs([TASK]))),
      put('d.html', Buffer.from(`<html><p>${TASK}</html>`)),
      put('e.csv', Buffer.from(`${HEAD.join()}\n1,修复水渠26公里。,市水务局\n`)),
      put('scan.pdf', pdfFile(['picture'])),
    ];
    const running = duban(['parse', '--json', ...files]);
    expect((await running.ended).code).toBe(2);
    const read = running.stdout
      .trimEnd()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as { file: string; tasks: { number: string; content: string; responsible: string[] }[] },
      );
    expect(read.map(({ file }) => file)).toEqual(files.slice(0, 5));
    for (const { tasks } of read)
      expect(tasks).toMatchObject([{ number: '1', content: '修复水渠26公里。', responsible: ['市水务局'] }]);
    expect(running.stderr).toBe(
      `${files[5]}: Page 1 of the file is a picture without text: have the text recognised (OCR) first.\n`,
    );
  });
});

describe('reading in a process of its own', () => {
  /** What a program says that reads a large sheet with these limits, and how often it could do something else. */
  async function readWithin(limits: string): Promise<{ code: string; turns: number }> {
    const rows = Array.from({ length: 30_000 }, (_, i) => [i + 1, `修复第${i}号水渠26公里。`, '市水务局']);
    const file = put('large.xlsx', sheetFile([{ name: 'a', rows: [HEAD, ...rows] }]));
    const program = `
      const { readPlanDocument } = require(${JSON.stringify(join(ROOT, 'dist/libs/documents/src/index.js'))});
      let turns = 0;
      setInterval(() => turns++, 10).unref();
      readPlanDocument({ name: 'a', bytes: require('node:fs').readFileSync(${JSON.stringify(file)}) }, { limits: ${limits} })
        .then(({ breakdown }) => String(breakdown.tasks.length), (error) => error.code)
        .then((code) => console.log(JSON.stringify({ code, turns })));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program]);
    return JSON.parse(stdout) as { code: string; turns: number };
  }

  it('reads the next file after one was ended or refused, and several at once', async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => [i + 1, `修复第${i}号水渠26公里。`, '市水务局']);
    const files = {
      large: put('large.xlsx', sheetFile([{ name: 'a', rows: [HEAD, ...rows] }])),
      small: put('small.docx', await wordPlan([TASK])),
      scan: put('scan.pdf', pdfFile(['picture'])),
    };
    const program = `
      const { readPlanDocument } = require(${JSON.stringify(join(ROOT, 'dist/libs/documents/src/index.js'))});
      const files = ${JSON.stringify(files)};
      const read = (name, limits) =>
        readPlanDocument({ name, bytes: require('node:fs').readFileSync(files[name]) }, { limits })
          .then(({ breakdown }) => breakdown.tasks.length, (error) => error.code);
      (async () => {
        const said = [await read('small'), await read('large', { time: 50 }), await read('small'), await read('scan')];
        said.push(...(await Promise.all([read('small'), read('scan'), read('small'), read('large', { time: 50 })])));
        console.log(JSON.stringify([...said, await read('small')]));
      })();`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program]);
    const [tooHard, scanned] = ['DOCUMENT.TOO_HARD', 'DOCUMENT.SCANNED'];
    expect(JSON.parse(stdout)).toEqual([1, tooHard, 1, scanned, 1, scanned, 1, tooHard, 1]);
  });

  it('tells of a long document what is told of it in the same process', async () => {
    const items = Array.from(
      { length: 620 },
      (_, i) => `${i + 1}.修复水渠${i}公里，6月底前完成。（责任单位：市水务局）`,
    );
    const file = put('long.docx', await wordPlan(items));
    const program = `
      const { readPlanDocument } = require(${JSON.stringify(join(ROOT, 'dist/libs/documents/src/index.js'))});
      const { read } = require(${JSON.stringify(join(ROOT, 'dist/libs/documents/src/reading.js'))});
      const file = () => ({ name: 'a', bytes: require('node:fs').readFileSync(${JSON.stringify(file)}) });
      (async () => {
        const told = [await readPlanDocument(file()), await readPlanDocument(file()), (await read({ ...file(), wanted: 'plan' }, () => undefined)).plan];
        const tasks = told.map(({ breakdown }) => breakdown.tasks.length);
        console.log(JSON.stringify({ tasks, plans: new Set(told.map((plan) => JSON.stringify(plan))).size }));
      })();`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program]);
    expect(JSON.parse(stdout)).toEqual({ tasks: [620, 620, 620], plans: 1 });
  });

  it('leaves the process to its other work', async () => {
    const { code, turns } = await readWithin('{}');
    expect(code).toBe('30000');
    expect(turns).toBeGreaterThan(10);
  });
  it.each([
    ['time', '{ time: 100 }'],
    ['memory', '{ memory: 24 }'],
  ])(
    'ends where it takes more %s than it may, and the process goes on',
    async (_what, limits) => {
      expect(await readWithin(limits)).toMatchObject({ code: 'DOCUMENT.TOO_HARD' });
    },
    60_000,
  );

  /** Reads these files one after the other, and a small one at the end. */
  async function readAll(files: Record<string, Uint8Array>, limits: object): Promise<Record<string, unknown>> {
    const named = { ...files, 'last.docx': await wordPlan([TASK]) };
    const paths = Object.entries(named).map(([name, bytes]) => [name, put(name, bytes)]);
    const program = `
      const { readPlanDocument } = require(${JSON.stringify(join(ROOT, 'dist/libs/documents/src/index.js'))});
      (async () => {
        const said = {};
        for (const [name, path] of ${JSON.stringify(paths)})
          said[name] = await readPlanDocument({ name, bytes: require('node:fs').readFileSync(path) }, { limits: ${JSON.stringify(limits)} })
            .then(({ breakdown }) => breakdown.tasks.length, (error) => error.code);
        console.log(JSON.stringify({ ...said, megabytes: Math.round(process.memoryUsage().rss / 1024 ** 2) }));
      })();`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program]);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  it('refuses what is built to exhaust memory, a bomb, and a text that is hard to read, and reads the next', async () => {
    const rows = Array.from({ length: 40_000 }, (_, i) => [
      i + 1,
      `修复第${i}号水渠，长26公里。`.repeat(8),
      '市水务局',
    ]);
    const files = {
      // Small as a zip, and hundreds of megabytes of objects.
      'exhausting.xlsx': sheetFile([{ name: 'a', rows: [HEAD, ...rows] }]),
      'bomb.docx': zipSync({ 'word/document.xml': new Uint8Array(80 * 1024 * 1024) }, { level: 1 }),
      'nested.html': Buffer.from(`<html>${'<div>'.repeat(200_000)}</html>`),
    };
    const said = await readAll(files, { memory: 96 });
    expect(said).toMatchObject({
      'exhausting.xlsx': 'DOCUMENT.TOO_HARD',
      'bomb.docx': 'DOCUMENT.ZIP_BOMB',
      'nested.html': 'DOCUMENT.TOO_HARD',
      'last.docx': 1,
    });
    // It was another process that took the memory.
    expect(said['megabytes']).toBeLessThan(400);
  }, 120_000);

  it('ends a text in which brackets and commas go on for ever in its time, also a short one', async () => {
    const files = {
      'brackets.txt': Buffer.from(`1.${'（责任单位：'.repeat(30_000)}`),
      'commas.txt': Buffer.from(`1.修复水渠（责任单位：${'市水务局、'.repeat(20_000)}`),
    };
    const said = await readAll(files, { time: 20_000 });
    for (const name of Object.keys(files)) expect(said).toHaveProperty([name]);
    expect(said).toMatchObject({ 'last.docx': 1 });
  }, 120_000);
});
