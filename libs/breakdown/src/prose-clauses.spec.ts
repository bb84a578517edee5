import { fold } from './folded-text';
import { readProseClauses } from './prose-clauses';

const read = (text: string) =>
  readProseClauses(fold(text), { start: 0, end: text.length }).flatMap((clause) =>
    clause.segments.map((segment) => `${segment.role}=${text.slice(segment.start, segment.end)}`),
  );

describe('readProseClauses', () => {
  it.each([
    ['由市水务局牵头，组织清淤。', ['lead=市水务局']],
    [
      '会议决定，由市水务局牵头，市财政局、各区政府配合，于6月底前完成。',
      ['lead=市水务局', 'cooperating=市财政局、各区政府'],
    ],
    ['会议明确由市水务局负责落实。', ['responsible=市水务局']],
    ['由市水务局会同市住房和城乡建设局制定办法。', ['lead=市水务局', 'partners=市住房和城乡建设局']],
    ['由市水务局牵头会同市财政局、市审计局研究。', ['lead=市水务局', 'partners=市财政局、市审计局']],
    ['请县政府办公室会同县委宣传部办理。', ['lead=县政府办公室', 'partners=县委宣传部']],
    ['市水务局、市财政局牵头，抓好清淤。', ['lead=市水务局、市财政局']],
    ['由市住建局研究制定办法。', ['responsible=市住建局']],
    ['由市委政策研究室牵头。', ['lead=市委政策研究室']],
    ['会议要求，市住建局要牵头抓好，市财政局要配合。', ['lead=市住建局', 'cooperating=市财政局']],
    ['请各县（市、区）政府于4月20日前报送清单。', ['responsible=各县（市、区）政府']],
    ['由甲公司牵头。市水务局配合。', ['lead=甲公司', 'cooperating=市水务局']],
  ])('reads %s', (text, lists) => expect(read(text)).toEqual(lists));
  it.each([
    '由专人负责保管。',
    '坚持党委牵头、部门配合的机制。',
    '由于天气原因负责人未到。',
    '市水务局配合。',
    '强化部门协同配合。',
    '企业负责人牵头。',
  ])('finds none in %s', (text) => expect(read(text)).toEqual([]));
});
