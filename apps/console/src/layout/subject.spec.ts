import { createInstance, type TFunction } from 'i18next';
import { periodInWords } from '@duban/domain';
import enTerms from '../words/en/terms';
import zhTerms from '../words/zh/terms';
import { subjectInWords } from './subject';

const PERIODS = ['2026', '2026M04', '2026M12', '2026B2', '2026Q1', '2026Q2', '2026Q3', '2026Q4', '2026H1', '2026H2'];

describe('What is owed', () => {
  let t: Record<'zh' | 'en', TFunction<'terms'>>;

  beforeAll(async () => {
    const i18n = createInstance();
    await i18n.init({ resources: { zh: { terms: zhTerms }, en: { terms: enTerms } }, fallbackLng: 'zh' });
    t = { zh: i18n.getFixedT('zh', 'terms'), en: i18n.getFixedT('en', 'terms') };
  });

  it.each(PERIODS)('of %s is called as in messages and bulletins', (period) => {
    expect({ zh: subjectInWords(period, t.zh), en: subjectInWords(period, t.en) }).toEqual(periodInWords(period));
  });

  it.each(['主体完工', '2026Q5', '2026M13', '12'])('is called %s as it was named', (subject) => {
    expect(subjectInWords(subject, t.zh)).toBe(subject);
  });
});
