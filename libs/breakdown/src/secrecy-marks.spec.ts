import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { secrecyMarkLine } from './secrecy-marks';

const TITLE = '云泽市2026年重点工作责任分解方案';
const BODY = '一、重点工作\n1．疏浚城区河道。（牵头单位：市水务局）';
const inHead = (line: string): string => `${line}\n云泽市人民政府文件\n${TITLE}\n${BODY}`;

describe('the marking of a state secret', () => {
  it.each([
    ['grade, star and years', inHead('机密★1年')],
    ['no term', inHead('绝密★')],
    ['a long term', inHead('秘密★长期')],
    ['months', inHead('秘密★6个月')],
    ['blanks between the signs, of both widths', inHead('机　密 ★ 10 年')],
    ['another star', inHead('机密☆5年')],
    ['the urgency on the same line', inHead('机密★1年　特急')],
    ['the number of the copy before it', inHead('000012 机密★1年')],
    ['the grade alone', inHead('秘密')],
    ['the grade alone, letters apart', inHead('绝　密')],
    ['the grade with the urgency', inHead('机密　加急')],
    ['brackets', inHead('【秘密】')],
    ['its name before it', inHead('密级：机密')],
    ['its name and the term', inHead('密级和保密期限：机密★10年')],
    ['a cell of a table', inHead('密级\t秘密')],
    ['a cell of comma-separated values', inHead('密级,机密,份号,3')],
    ['at the end of the line with the issuer', inHead('云泽市人民政府办公室 机密★1年')],
    ['below the title', `${TITLE}\n机密★1年\n${BODY}`],
    ['signs that nobody sees', inHead('\u200b机密\u200b★1年\ufeff')],
    ['the ends of lines of another system', `000003\r机密★3年\r${TITLE}`],
    ['of a document that is bound in far behind', `${TITLE}\n${`${BODY}\n`.repeat(40)}附件\n秘密★5年\n名单`],
  ])('is seen: %s', (_, text) => {
    expect(secrecyMarkLine(text)).not.toBeNull();
  });

  it.each([
    ['a task about keeping secrets', '1．加强保密工作，开展机密文件清理。（牵头单位：市保密局）'],
    ['trade secrets', '完善商业秘密保护制度，建设秘密保护示范点。'],
    ['an ordinary word', '揭开古城的秘密，打造秘密花园文旅品牌。'],
    ['a title with the word', '关于规范机密级计算机管理工作的通知'],
    ['a heading with the word', '（三）秘密载体管理'],
    ['a document that is open', '密级：公开'],
    ['a document that is internal', '密级：内部'],
    ['no grade', '密级：无'],
    ['what the field may hold', '密级：绝密级、机密级、秘密级三级管理'],
    ['the number of a star', '创建★★★★★级景区，机密性要求不变'],
    ['an instruction how to mark', '涉密文件应当在首页标注密级，如“机密★1年”，并登记。'],
    ['state secrets in a sentence', '严守国家秘密。'],
    ['an empty text', ''],
  ])('is none: %s', (_, line) => {
    expect(secrecyMarkLine(inHead(line))).toBeNull();
    expect(secrecyMarkLine(`${TITLE}\n${BODY}\n${line}`)).toBeNull();
  });

  it('is no grade alone on a line that is not of the head: there it is a word of the text', () => {
    expect(secrecyMarkLine(`${TITLE}\n${`${BODY}\n`.repeat(20)}秘密\n`)).toBeNull();
  });

  it.each([' ', '　', '\t', '\u200b'])('is looked for in a line of endless blanks, and done (%j, ReDoS)', (blank) => {
    const blanks = blank.repeat(300_000);
    expect(secrecyMarkLine(`绝密${blanks}x\n机${blanks}x\n密级${blanks}x`)).toBeNull();
    expect(secrecyMarkLine(`机${blanks}密${blanks}★${blanks}1年`)).toBe(1);
  });

  it('says in which line', () => {
    expect(secrecyMarkLine(`\n\n000001\n机密★1年\n${TITLE}`)).toBe(4);
  });

  const folder = process.env['DUBAN_DOCUMENTS'];
  (folder === undefined ? it.skip : it)('stands on none of the documents of DUBAN_DOCUMENTS', () => {
    const texts = readdirSync(folder!).filter((name) => name.endsWith('.txt'));
    expect(texts.length).toBeGreaterThan(0);
    expect(texts.filter((name) => secrecyMarkLine(readFileSync(join(folder!, name), 'utf8')) !== null)).toEqual([]);
  });
});
