import { Button, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Table } from '../layout/table';
import type { Schemas } from '../api/client';
import { usePages } from '../api/use-pages';
import { Day } from '../layout/day';
import { Empty } from '../layout/empty';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';
import { ProposeReorganisation } from './propose-reorganisation';
import { ReorganisationView } from './reorganisation-view';
import { useUnits } from './units';

type Listed = Schemas['ReorganisationsDto']['items'][number];
const STATE_COLOURS = { proposed: 'gold', confirmed: 'blue', carried_out: 'green', withdrawn: 'default' } as const;

/** Changes of units (机构改革): proposed, looked at, confirmed. */
export function Reorganisations() {
  const { t } = useTranslation('directory');
  const { may } = useSession();
  const units = useUnits();
  const [shownId, setShownId] = useState<string | null>(null);
  const [isProposing, setProposing] = useState(false);
  const changes = usePages('/api/v1/reorganisations', { limit: 50 });
  const nameOf = (code: string): string => units.data?.find((unit) => unit.code === code)?.name ?? code;
  return (
    <>
      {may('unit.reorganise') && (
        <section className="panel">
          {isProposing ? (
            <ProposeReorganisation
              proposed={(id) => {
                setProposing(false);
                setShownId(id);
              }}
              close={() => setProposing(false)}
            />
          ) : (
            <Button type="primary" onClick={() => setProposing(true)}>
              {t('changes.propose')}
            </Button>
          )}
        </section>
      )}
      {shownId !== null && <ReorganisationView id={shownId} nameOf={nameOf} />}
      <section className="panel">
        {changes.error && <ProblemView problem={changes.error} retry={() => void changes.refetch()} />}
        <Table<Listed>
          rowKey="id"
          loading={changes.isPending}
          dataSource={changes.items}
          pagination={false}
          scroll={{ x: 'max-content' }}
          locale={{ emptyText: <Empty says={t('changes.empty')} /> }}
          columns={[
            {
              title: t('changes.kind'),
              dataIndex: 'kind',
              render: (kind: Listed['kind']) => t(`changes.kinds.${kind}`),
            },
            {
              title: t('changes.units'),
              key: 'units',
              render: (_, { terms }) =>
                `${terms.units.map(nameOf).join('、')}${
                  terms.successors.length > 0
                    ? ` → ${terms.successors.map(({ code, name }) => name ?? nameOf(code)).join('、')}`
                    : terms.name
                      ? ` → ${terms.name}`
                      : ''
                }`,
            },
            { title: t('changes.from'), dataIndex: 'effectiveOn', render: (day: string) => <Day date={day} /> },
            {
              title: t('changes.state'),
              dataIndex: 'state',
              render: (state: Listed['state']) => (
                <Tag color={STATE_COLOURS[state]}>{t(`changes.states.${state}`)}</Tag>
              ),
            },
            {
              key: 'show',
              render: (_, { id }) => (
                <Button size="small" onClick={() => setShownId(id)}>
                  {t('changes.show')}
                </Button>
              ),
            },
          ]}
        />
      </section>
    </>
  );
}
