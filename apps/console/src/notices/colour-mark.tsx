import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';
import './notices.css';

/** The colour of a notice by a mark and a word. */
export function ColourMark({ colour }: { colour: Schemas['NoticesDto']['items'][number]['colour'] }) {
  const { t } = useTranslation('terms');
  return <span className={`notice-mark notice-mark-${colour}`}>{t(`colour.${colour}`)}</span>;
}
