import { NOTICE_COLOURS } from '@duban/domain';
import { checkWordTemplate, wordToPdf } from '@duban/documents';
import { parseLocalDate } from '@duban/kernel';
import { strFromU8, unzipSync } from 'fflate';
import { describeWithLibreOffice } from '../../../documents/test/libre-office';
import { pdfPages } from '../../../documents/test/pdf-text';
import { defaultTemplate } from './default-template';
import type { NoticeFacts } from './facts';
import { NOTICE_FIELDS, noticeValues } from './fields';
import { writeNotice } from './notice-documents';
import { sampleFacts } from './sample-facts';
import { NOTICE_WORDS, type NoticeLanguage } from './words';

const LANGUAGES = Object.keys(NOTICE_WORDS) as NoticeLanguage[];
const docx = (facts: NoticeFacts, language: NoticeLanguage = 'zh') =>
  writeNotice({ facts, language, template: defaultTemplate(language) }, 'docx');
const pdf = async (facts: NoticeFacts, language: NoticeLanguage = 'zh') =>
  pdfPages(await writeNotice({ facts, language, template: defaultTemplate(language) }, 'pdf'));
const packed = (text: string): string => text.replaceAll(/\s/g, '');

describe('What a notice says', () => {
  const zh = (facts: Partial<NoticeFacts>) => noticeValues({ ...sampleFacts(), ...facts }, 'zh');

  it('is said under the English and the Chinese name of each field, which are all that a template may name', () => {
    const values = noticeValues(sampleFacts(), 'zh');
    expect(Object.keys(values).toSorted()).toEqual(Object.keys(NOTICE_FIELDS).toSorted());
    expect(values['number']).toBe('督办橙〔2026〕1号');
    expect(values['编号']).toBe(values['number']);
    expect(values['此前催办']).toEqual(values['sent']);
  });

  it.each<[string, NoticeFacts['duty']['rule'], NoticeFacts['duty']['base'], string]>([
    ['a rule', 'by 02-28 of the year', { year: 2026 }, '督办规则“政府工作报告任务督办”规定'],
    ['the item itself', "the task's own deadline", { year: 2026 }, '该事项确定的完成时限'],
    ['a milestone', 'a milestone of the task', { year: 2026 }, '该事项的阶段目标'],
    [
      'the issue',
      '2 working days after issue',
      { issuedOn: '2026-01-08', workingDays: 2 },
      '自2026年1月8日印发之日起2个工作日',
    ],
    [
      'the receipt, in days',
      '30 days after receipt',
      { receivedOn: '2026-01-08', days: 30 },
      '自2026年1月8日收文之日起30日',
    ],
    [
      'the receipt, in working days',
      '5 working days after receipt',
      { receivedOn: '2026-01-08', workingDays: 5 },
      '自2026年1月8日收文之日起5个工作日',
    ],
    [
      'the receipt, in months',
      '1 months after receipt',
      { receivedOn: '2026-01-08', months: 1 },
      '自2026年1月8日收文之日起1个月',
    ],
    [
      'an extension',
      'extension granted on application',
      { applicationId: 'x', extendedFrom: 1, effectiveOn: '2026-01-08' },
      '经申请批准延期',
    ],
    [
      'a clock that stood',
      '3 working days for which the clock stood',
      { countedFrom: 1, effectiveOn: '2026-01-08', stoppedDays: 3 },
      '中止期间停钟3个工作日，相应顺延',
    ],
    [
      'a transfer',
      '2 working days after issue',
      { issuedOn: '2026-01-08', workingDays: 2, transferredOn: '2026-02-01' },
      '移交承办单位时确定',
    ],
    ['a revision', 'by 02-28 of the year', { year: 2026, revisionId: 'x' }, '方案调整后确定'],
    ['what this version knows nothing of', 'by the moon', { moon: 3 }, '督办规则“政府工作报告任务督办”规定'],
  ])('names why the date is the date: %s', (_, rule, base, words) => {
    expect(zh({ duty: { ...sampleFacts().duty, rule, base } })['why']).toBe(words);
  });

  it('tells the date as recorded and the working day on which it took effect apart', () => {
    const [dueOn, effectiveOn] = [parseLocalDate('2026-02-15'), parseLocalDate('2026-02-24')];
    const values = zh({ duty: { ...sampleFacts().duty, dueOn, effectiveOn } });
    expect(values['due']).toBe('2026年2月24日');
    expect(values['why']).toContain('2026年2月15日非工作日，顺延至2026年2月24日');
  });

  it('counts days in the time zone of the government: what is issued at 0:30 is issued on that day', () => {
    const values = zh({ issuedAt: '2026-03-09T16:30:00.000Z' });
    expect([values['issuedOn'], values['late']]).toEqual(['2026年3月10日', '至本单签发已逾期10天']);
  });

  it('names a unit once with its posts, of the government the post and who held it, and copies apart', () => {
    const name = '市某局';
    const of = (as: NoticeFacts['recipients'][number]['as'], unitName: string | null, isCopy = false) => ({
      as,
      unitName,
      title: null,
      holders: ['周某'],
      isCopy,
    });
    const values = zh({
      recipients: [of('head', name), of('contact', name), of('leader_in_charge', null, true), of('office', null, true)],
    });
    expect([values['mainTo'], values['copyTo']]).toEqual([
      '市某局（主要负责人，联络员）',
      '分管领导周某，临澜市督查室',
    ]);
  });

  it('is in the name of the unit whose plan it is, in a plan of its own', () => {
    expect(zh({ issuer: '临澜市城市更新局' })['office']).toBe('临澜市城市更新局');
  });
});

describe('The template that comes with duban', () => {
  it.each(LANGUAGES)('has no fault and is the same each time, in %s', (language) => {
    const template = defaultTemplate(language);
    expect(() => checkWordTemplate(template, NOTICE_FIELDS)).not.toThrow();
    expect(defaultTemplate(language)).toEqual(template);
  });

  it('makes the same bytes of the same notice', async () => {
    expect(await docx(sampleFacts())).toEqual(await docx(sampleFacts()));
  });

  it('is headed in the colour of the notice, and in no other', async () => {
    const inks = { blue: '1F4E9E', yellow: 'B8860B', orange: 'C55A11', red: 'C00000' };
    for (const colour of NOTICE_COLOURS) {
      const xml = strFromU8(unzipSync(await docx({ ...sampleFacts(), colour }))['word/document.xml']!);
      const found = Object.entries(inks).filter(([, ink]) => xml.includes(ink));
      expect(found.map(([one]) => one)).toEqual([colour]);
    }
  });

  it('has no line for a checkpoint where history was not signed yet', async () => {
    const footer = strFromU8(unzipSync(await docx({ ...sampleFacts(), checkpoint: null }))['word/footer1.xml']!);
    expect(footer).not.toContain('存证');
  });
});

describeWithLibreOffice('A notice as PDF', () => {
  it.each(NOTICE_COLOURS)(
    'says on two pages of A4 what it says as .docx: %s',
    async (colour) => {
      const facts = { ...sampleFacts(), colour };
      const [first, second, ...more] = await pdf(facts);
      expect(more).toEqual([]);
      const values = noticeValues(facts, 'zh');
      for (const name of [
        'title',
        'office',
        'number',
        'mainTo',
        'copyTo',
        'plan',
        'taskNumber',
        'task',
        'unit',
        'role',
        'duty',
        'due',
        'why',
        'late',
        'demand',
        'answerBy',
        'bulletin',
        'signedBy',
        'issuedOn',
        'checkpoint',
      ])
        expect([name, first]).toEqual([name, expect.stringContaining(packed(values[name] as string))]);
      for (const words of [
        '2026年2月27日·提醒',
        '2026年3月2日·催办',
        '2026年3月4日·蓝色督办单（督办蓝〔2026〕3号）',
        '第1页共2页',
      ])
        expect(first).toContain(words);
      for (const words of [
        '督办单答复（回执）',
        packed(facts.number),
        facts.unit.name,
        '办理情况',
        '负责人签字',
        '第2页共2页',
      ])
        expect(second).toContain(words);
    },
    120_000,
  );

  it('is in English where the installation is', async () => {
    const [first] = await pdf(sampleFacts(), 'en');
    for (const words of [
      'Orange supervision notice',
      'Supervision office of 临澜市',
      'Answer in writing by 13 March 2026',
      'Sent before',
      'Checkpoint 7: 1234 events',
    ])
      expect(first).toContain(packed(words));
  }, 120_000);

  it('goes on over pages where much is written, and loses nothing', async () => {
    const content = Array.from({ length: 400 }, (_, i) => `（${i + 1}）逐项核对台账并报送第${i + 1}号清单。`).join('');
    const sent = Array.from({ length: 60 }, () => sampleFacts().sent[0]!);
    const pages = await pdf({ ...sampleFacts(), task: { ...sampleFacts().task, content }, sent });
    expect(pages.length).toBeGreaterThan(4);
    const words = pages.map((page) => page.replaceAll(/存证：.*$/g, '')).join('');
    expect(words).toContain(packed(content).slice(0, 300));
    expect(words).toContain('报送第400号清单。');
    expect(words.split('·提醒').length - 1).toBe(60);
  }, 120_000);

  it('keeps the words of units and tasks words: XML, fields of a template, formulas', async () => {
    const name = '市{编号}局<w:br/>&amp;=1+1';
    const content = '{#sent}{title}{/sent} =HYPERLINK("http://x","点") ]]><w:p>';
    const facts = { ...sampleFacts(), unit: { ...sampleFacts().unit, name }, task: { ...sampleFacts().task, content } };
    const [first] = await pdf(facts);
    expect(first).toContain(packed(name));
    expect(first).toContain(packed(content));
  }, 120_000);

  it('is made beside others, two at a time, and each is the one that was asked for', async () => {
    const numbers = ['一号', '二号', '三号', '四号'];
    const made = await Promise.all(numbers.map((number) => pdf({ ...sampleFacts(), number })));
    made.forEach((pages, i) => expect(pages[1]).toContain(`督办单编号${numbers[i]}`));
  }, 240_000);
});

describe('A notice as PDF, where there is no LibreOffice', () => {
  it('is refused with a word on the .docx, which needs none', async () => {
    await expect(wordToPdf(await docx(sampleFacts()), undefined, ['no-such-program'])).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'DOCUMENT.PDF_NEEDS_LIBREOFFICE',
      message: expect.stringContaining('.docx'),
    });
  });
});
