import { Tour, type TourProps } from 'antd';
import { useTranslation } from 'react-i18next';
import type help from '../words/zh/help';
import { kindOf, type TourKind } from './toured';

const named = (name: string): HTMLElement | null => document.querySelector<HTMLElement>(`[data-tour=${name}]`);

/** What a kind of person has on their own first page. */
const OWN: Readonly<Record<TourKind, readonly (keyof typeof help.tours.own)[]>> = {
  unit: ['owed', 'why'],
  auditor: ['filters', 'at'],
  admin: ['accounts'],
  leader: [],
  office: [],
};

/** What is where, for a kind of person, shown on the page itself; it can be left at any step. */
export default function GuidedTour({ post, end }: { post: string; end: () => void }) {
  const { t } = useTranslation('help');
  const kind = kindOf(post);
  const steps: NonNullable<TourProps['steps']> = [
    { title: t(`tours.${kind}.title`), description: t(`tours.${kind}.text`), target: null },
    // What is not there yet, as in a list with nothing in it, is told in the middle of the page.
    ...OWN[kind].map((name) => ({
      title: t(`tours.own.${name}.title`),
      description: t(`tours.own.${name}.text`),
      target: () => named(name)!,
    })),
    ...(['nav', 'bell', 'person', 'help'] as const).map((name) => ({
      title: t(`tours.common.${name}.title`),
      description: t(`tours.common.${name}.text`),
      // On a narrow page the navigation is behind its button.
      target: () => named(name) ?? named('menu') ?? document.body,
    })),
  ];
  return (
    <Tour
      open
      onClose={end}
      onFinish={end}
      steps={steps.map((step, place) => ({
        ...step,
        nextButtonProps: { children: t(place === steps.length - 1 ? 'tours.finish' : 'tours.next') },
        prevButtonProps: { children: t('tours.previous') },
      }))}
    />
  );
}
