import { Button, Modal, Progress } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { UnitSelect } from '../directory/unit-select';
import { Key } from '../layout/key';
import { useKeys } from '../layout/use-keys';
import type { DraftCommands, Task } from './plan';
import type { ToSettle } from './settle-items';

interface Choice {
  label: string;
  note?: string;
  act: () => void;
}

/** One thing after another that the reader was not certain of: each is settled by one key. */
export function Settle({
  items,
  at,
  go,
  task,
  commands,
  edit,
  see,
}: {
  items: readonly ToSettle[];
  at: number;
  go: (place: number) => void;
  task: Task | undefined;
  commands: DraftCommands;
  edit: () => void;
  /** Looked at, and left as it is. */
  see: (key: string) => void;
}) {
  const { t } = useTranslation(['plans', 'terms']);
  const [isChoosing, setChoosing] = useState(false);
  const item = items[at];
  const choices = item ? choicesOf(item, task) : [];
  const act = (place: number) => (): void => {
    if (!commands.isBusy) choices[place]?.act();
  };
  useKeys({
    ...Object.fromEntries(Array.from({ length: 9 }, (_, place) => [String(place + 1), act(place)])),
    ...(item?.kind === 'name' ? { '0': () => setChoosing(true) } : {}),
    ...(item?.kind === 'warning' ? { x: () => see(item.key) } : {}),
    j: () => go(Math.min(items.length - 1, at + 1)),
    k: () => go(Math.max(0, at - 1)),
  });

  function choicesOf(one: ToSettle, its: Task | undefined): Choice[] {
    if (one.kind === 'name') {
      return one.name.guesses.slice(0, 9).map(({ id, kind, name, score }) => ({
        label: name,
        note: `${t(`plans:settle.${kind}`)} ${Math.round(score * 100)}%`,
        act: () =>
          commands.answerName({ name: one.name.name, ...(kind === 'unit' ? { unitId: id } : { groupId: id }) }),
      }));
    }
    const { code, offer, taskId } = one.warning;
    if (code === 'lead_inferred' && its && taskId !== null) {
      return [
        {
          label: t('plans:settle.allLead'),
          note: its.responsible.join('、'),
          act: () => commands.confirmLeads({ tasks: [{ taskId }] }),
        },
        ...(its.responsible.length > 1 ? its.responsible : []).slice(0, 8).map((name) => ({
          label: t('plans:settle.leads', { name }),
          act: () => commands.confirmLeads({ tasks: [{ taskId, lead: [name] }] }),
        })),
      ];
    }
    if (code === 'standing_units' && offer) {
      return [
        {
          label: t('plans:settle.standing', { role: t(`terms:role.${offer.role}`) }),
          note: offer.units.join('、'),
          act: () => commands.standingUnits({ from: offer.from, role: offer.role, units: offer.units }),
        },
      ];
    }
    return its ? [{ label: t('plans:settle.edit'), act: edit }] : [];
  }

  if (!item) {
    return (
      <section className="panel settle settle-done" role="status">
        <strong>{t('plans:settle.done')}</strong> {t('plans:settle.doneHelp')}
      </section>
    );
  }
  return (
    <section className="panel settle" aria-label={t('plans:settle.title')}>
      <div className="settle-head">
        <strong>{t('plans:settle.left', { count: items.length })}</strong>
        <Progress
          percent={Math.round(((at + 1) / items.length) * 100)}
          format={() => `${at + 1} / ${items.length}`}
          size="small"
          aria-label={t('plans:settle.title')}
        />
        <span className="settle-go">
          <Button size="small" disabled={at === 0} onClick={() => go(at - 1)}>
            <Key>k</Key> {t('plans:settle.previous')}
          </Button>
          <Button size="small" disabled={at >= items.length - 1} onClick={() => go(at + 1)}>
            <Key>j</Key> {t('plans:settle.next')}
          </Button>
        </span>
      </div>
      <p className="settle-ask" aria-live="polite">
        {item.kind === 'name' ? (
          <>
            <b>{item.name.name}</b> {t(`plans:settle.${item.name.reason}`)}{' '}
            <span className="quiet">
              {item.name.tasks
                .slice(0, 6)
                .map(({ number, role }) =>
                  t('plans:settle.inTask', { number: number ?? '—', role: t(`terms:role.${role}`) }),
                )
                .join('，')}
            </span>
          </>
        ) : (
          <>
            {task && <b>{t('plans:settle.task', { number: task.number ?? '—' })} </b>}
            {sayWarning(item.warning.code)}{' '}
            <span className="quiet">{t('plans:settle.line', { line: item.warning.line })}</span>
          </>
        )}
      </p>
      <div className="settle-choices">
        {choices.map(({ label, note, act: choose }, place) => (
          <Button key={label} disabled={commands.isBusy} onClick={choose} className="settle-choice">
            <Key>{String(place + 1)}</Key> {label} {note && <small className="quiet">{note}</small>}
          </Button>
        ))}
        {item.kind === 'name' && (
          <Button onClick={() => setChoosing(true)}>
            <Key>0</Key> {t('plans:settle.other')}
          </Button>
        )}
        {item.kind === 'warning' && (
          <Button onClick={() => see(item.key)}>
            <Key>x</Key> {t('plans:settle.seen')}
          </Button>
        )}
      </div>
      {item.kind === 'name' && (
        <OtherUnit
          name={item.name.name}
          isOpen={isChoosing}
          close={() => setChoosing(false)}
          choose={(unitId) => {
            commands.answerName({ name: item.name.name, unitId });
            setChoosing(false);
          }}
        />
      )}
    </section>
  );

  function sayWarning(code: string): string {
    const key = `plans:warning.${code}` as 'plans:warning.no_units';
    const said = t(key, { defaultValue: '' });
    return said || (item?.kind === 'warning' ? item.warning.message : '');
  }
}

function OtherUnit({
  name,
  isOpen,
  close,
  choose,
}: {
  name: string;
  isOpen: boolean;
  close: () => void;
  choose: (unitId: string) => void;
}) {
  const { t } = useTranslation('plans');
  const [unitId, setUnitId] = useState<string>();
  return (
    <Modal
      open={isOpen}
      title={t('settle.means', { name })}
      onCancel={close}
      onOk={() => unitId && choose(unitId)}
      okButtonProps={{ disabled: !unitId }}
      destroyOnHidden
    >
      <p>{t('settle.meansHelp')}</p>
      <UnitSelect value={unitId} onChange={setUnitId} placeholder={t('settle.unit')} />
    </Modal>
  );
}
