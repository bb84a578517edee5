import { Button, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { LadderHeading } from './ladder-heading';
import type { Rules } from './rules-in-words';

type Rung = Rules['ladders'][string]['rungs'][number];
type Unit = 'workingDays' | 'calendarDays' | 'shareOfTime';
const UNITS: readonly Unit[] = ['workingDays', 'calendarDays', 'shareOfTime'];
const KINDS = ['reminder', 'urge', 'talk', 'notice'] as const;
const COLOURS = ['blue', 'yellow', 'orange', 'red'] as const;
const POSTS = [
  'contact',
  'head',
  'deputy',
  'handler',
  'lead_contact',
  'lead_head',
  'leader_in_charge',
  'office',
] as const;

const unitOf = ({ offset }: Rung): Unit => UNITS.find((unit) => offset[unit] !== undefined) ?? 'workingDays';

/** The kind says what else a step has: a notice has a colour. */
function ofKind({ id, offset, to, copyTo, when, effects, template, ...rest }: Rung, kind: Rung['kind']): Rung {
  const kept = {
    id,
    offset,
    to,
    ...(copyTo && { copyTo }),
    ...(when && { when }),
    ...(effects && { effects }),
    ...(template && { template }),
  };
  const colour = 'colour' in rest ? rest.colour : 'blue';
  return kind === 'notice' ? { ...kept, kind, colour } : { ...kept, kind };
}

/** The steps of each ladder as a form: when, what, to whom. */
export function LadderEditor({ rules, write }: { rules: Rules; write: (rules: Rules) => void }) {
  const { t } = useTranslation(['policies', 'terms']);
  const ladders = Object.entries((rules.ladders as Rules['ladders'] | undefined) ?? {});
  const change = (ladder: string, rungs: Rung[]): void =>
    write({ ...rules, ladders: { ...rules.ladders, [ladder]: { ...rules.ladders[ladder]!, rungs } } });
  return (
    <>
      {ladders.map(([id, { rungs }]) => (
        <section key={id} className="panel">
          <LadderHeading id={id} rules={rules} />
          <ol className="rung-forms">
            {rungs.map((rung, place) => (
              <RungForm
                key={place}
                rung={rung}
                set={(next) =>
                  change(
                    id,
                    rungs.map((rung, i) => (i === place ? next : rung)),
                  )
                }
                remove={() =>
                  change(
                    id,
                    rungs.filter((_, i) => i !== place),
                  )
                }
              />
            ))}
          </ol>
          <Button
            onClick={() =>
              change(id, [
                ...rungs,
                { id: freeId(rungs), kind: 'urge', offset: { workingDays: lastDay(rungs) + 1 }, to: ['contact'] },
              ])
            }
          >
            {t('policies:addRung')}
          </Button>
        </section>
      ))}
    </>
  );
}

function freeId(rungs: readonly Rung[]): string {
  for (let number = rungs.length + 1; ; number++) {
    if (rungs.every(({ id }) => id !== `step-${number}`)) return `step-${number}`;
  }
}
const lastDay = (rungs: readonly Rung[]): number => Math.max(0, ...rungs.map(({ offset }) => offset.workingDays ?? 0));

function RungForm({ rung, set, remove }: { rung: Rung; set: (rung: Rung) => void; remove: () => void }) {
  const { t } = useTranslation(['policies', 'terms']);
  const unit = unitOf(rung);
  const posts = POSTS.map((value) => ({ value, label: t(`policies:post.${value}`) }));
  return (
    <li className="rung-form">
      <code>{rung.id}</code>
      <InputNumber
        aria-label={t('policies:offset')}
        value={rung.offset[unit]}
        onChange={(value) => value !== null && set({ ...rung, offset: { [unit]: value } })}
        style={{ width: '6em' }}
      />
      <Select
        aria-label={t('policies:offsetUnit')}
        value={unit}
        style={{ width: '10.5em' }}
        onChange={(next) => set({ ...rung, offset: { [next]: rung.offset[unit] ?? 0 } })}
        options={UNITS.map((value) => ({ value, label: t(`policies:unitOf.${value}`) }))}
      />
      <Select
        aria-label={t('policies:what')}
        value={rung.kind}
        style={{ width: '8em' }}
        onChange={(kind) => set(ofKind(rung, kind))}
        options={KINDS.map((value) => ({ value, label: t(`policies:kind.${value}`) }))}
      />
      {rung.kind === 'notice' && (
        <>
          <Select
            aria-label={t('policies:colour')}
            value={rung.colour}
            style={{ width: '6.5em' }}
            onChange={(colour) => set({ ...rung, colour })}
            options={COLOURS.map((value) => ({ value, label: t(`terms:colour.${value}`) }))}
          />
          <InputNumber
            aria-label={t('policies:answerWithin')}
            min={1}
            placeholder={t('policies:noAnswer')}
            value={rung.answerWithin?.workingDays}
            prefix={t('policies:answer')}
            style={{ width: '9.5em' }}
            onChange={(days) => {
              const { answerWithin: _, ...rest } = rung;
              set(days === null ? rest : { ...rest, answerWithin: { workingDays: days } });
            }}
          />
        </>
      )}
      <Select
        mode="multiple"
        aria-label={t('policies:recipients')}
        value={rung.to}
        style={{ minWidth: 200, flex: 1 }}
        onChange={(to) => set({ ...rung, to })}
        options={posts}
        prefix={t('policies:sendTo')}
      />
      <Select
        mode="multiple"
        allowClear
        aria-label={t('policies:copies')}
        value={rung.copyTo ?? []}
        style={{ minWidth: 160, flex: 1 }}
        onChange={(copyTo) => {
          const { copyTo: _, ...rest } = rung;
          set(copyTo.length === 0 ? rest : { ...rest, copyTo });
        }}
        options={posts}
        prefix={t('policies:copyTo')}
      />
      <Button danger onClick={remove}>
        {t('policies:removeRung')}
      </Button>
    </li>
  );
}
