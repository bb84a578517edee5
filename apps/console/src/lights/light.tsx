import { useTranslation } from 'react-i18next';

export type LightColour = 'green' | 'yellow' | 'orange' | 'red';

export const LIGHT_COLOURS: Readonly<Record<LightColour, string>> = {
  green: 'var(--duban-green)',
  yellow: 'var(--duban-yellow)',
  orange: 'var(--duban-orange)',
  red: 'var(--duban-red)',
};

/** Whoever does not tell the colours apart tells the shapes: a circle, a triangle, a diamond, a square. */
const SHAPES: Readonly<Record<LightColour, string>> = {
  green: 'M6 0a6 6 0 1 0 0 12a6 6 0 1 0 0 -12z',
  yellow: 'M6 0.5L12 11.5H0z',
  orange: 'M6 0L12 6L6 12L0 6z',
  red: 'M0.5 0.5h11v11h-11z',
};

/** A light (亮灯) by colour, shape and word. */
export function Light({ light, isShort = false }: { light: LightColour | null; isShort?: boolean }) {
  const { t } = useTranslation('terms');
  if (light === null) return isShort ? null : <span>{t('light.none')}</span>;
  const word = t(`light.${light}`);
  return (
    <span className="light">
      <svg
        className="light-shape"
        viewBox="0 0 12 12"
        role={isShort ? 'img' : undefined}
        aria-hidden={!isShort}
        aria-label={isShort ? word : undefined}
      >
        <path d={SHAPES[light]} fill={LIGHT_COLOURS[light]} />
      </svg>
      {!isShort && word}
    </span>
  );
}
