import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

/** What the console speaks: Chinese first. */
export type Language = 'zh' | 'en';

/** One file an area and language, which is loaded with the first page that uses it. */
const FILES = import.meta.glob<Record<string, unknown>>('./{zh,en}/*.ts', { import: 'default' });
const KEPT = 'duban.language';

const keptLanguage = (): Language => (localStorage.getItem(KEPT) === 'en' ? 'en' : 'zh');

export async function speak(language: Language): Promise<void> {
  localStorage.setItem(KEPT, language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}

export async function startWords(): Promise<void> {
  const language = keptLanguage();
  await i18next
    .use({
      type: 'backend',
      read: (asked: string, area: string, done: (error: unknown, words: Record<string, unknown> | null) => void) => {
        const file = FILES[`./${asked}/${area}.ts`];
        if (!file) return done(new Error(`no words for ${area} in ${asked}`), null);
        void file().then(
          (words) => done(null, words),
          (error: unknown) => done(error, null),
        );
      },
    })
    .use(initReactI18next)
    .init({
      lng: language,
      fallbackLng: false,
      ns: ['console', 'terms'],
      defaultNS: 'console',
      interpolation: { escapeValue: false },
      returnNull: false,
    });
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}
