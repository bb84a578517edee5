import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { App as AntApp, ConfigProvider } from 'antd';
import type { Locale } from 'antd/es/locale';
import zhCN from 'antd/locale/zh_CN';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { RouterProvider } from 'react-router';
import type { Problem } from './api/client';
import { nonce } from './layout/nonce';
import { themeOf } from './layout/theme';
import { useView } from './layout/view';
import { router } from './routes';

const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;

/** A refusal is an answer: asking again gives the same one. */
const isWorthAnotherTry = (count: number, error: Error): boolean =>
  count < 2 && ((error as unknown as Problem | undefined)?.status ?? 503) >= 500;

const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: 10_000, retry: isWorthAnotherTry }, mutations: { retry: false } },
});

/** The library’s own words: Chinese is at hand, English is loaded for those who read it. */
function useLocale(isChinese: boolean): Locale {
  const [english, setEnglish] = useState<Locale>(zhCN);
  useEffect(() => {
    if (!isChinese) void import('antd/locale/en_US').then((module) => setEnglish(module.default));
  }, [isChinese]);
  return isChinese ? zhCN : english;
}

export function App() {
  const { i18n } = useTranslation();
  const { isLarge, isContrast } = useView();
  const isChinese = i18n.language !== 'en';
  const locale = useLocale(isChinese);
  useEffect(() => void dayjs.locale(isChinese ? 'zh-cn' : 'en'), [isChinese]);
  useEffect(() => {
    document.documentElement.classList.toggle('large', isLarge);
    document.documentElement.classList.toggle('contrast', isContrast);
  }, [isLarge, isContrast]);
  return (
    <ConfigProvider
      csp={{ nonce }}
      locale={locale}
      theme={themeOf({ isLarge, isContrast, isStill })}
      componentSize={isLarge ? 'large' : 'middle'}
      button={{ autoInsertSpace: false }}
    >
      <AntApp component={false}>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  );
}
