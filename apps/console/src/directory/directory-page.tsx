import { DownloadOutlined } from '@ant-design/icons';
import { Button, Input, Skeleton, Tree, type TreeDataNode } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Tabs } from '../layout/tabs';
import { answerOf, client } from '../api/client';
import { saveAs } from '../api/save-as';
import { Day } from '../layout/day';
import { Empty } from '../layout/empty';
import { PageHead } from '../layout/page-head';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { useSession } from '../session/session';
import { HeldMessages } from './held-messages';
import { ImportUnits } from './import-units';
import { Reorganisations } from './reorganisations';
import { UnitPosts } from './unit-posts';
import { type Unit, useUnits } from './units';
import './directory.css';

/** The directory of units (单位名录): the tree with its posts, its file, and what changes in it. */
export default function DirectoryPage() {
  const { t } = useTranslation('directory');
  const { may } = useSession();
  const [search, setSearch] = useSearchParams();
  const tell = useTellProblem();
  const take = async (format: 'xlsx' | 'csv'): Promise<void> => {
    try {
      const asked = client.GET('/api/v1/units/export', { params: { query: { format } }, parseAs: 'blob' });
      saveAs(await answerOf(asked), `${t('title')}.${format}`);
    } catch (problem) {
      tell(problem);
    }
  };
  return (
    <>
      <PageHead title={t('title')}>
        {(['xlsx', 'csv'] as const).map((format) => (
          <Button key={format} icon={<DownloadOutlined />} onClick={() => void take(format)}>
            {t(`export.${format}`)}
          </Button>
        ))}
      </PageHead>
      <Tabs
        activeKey={search.get('tab') ?? 'units'}
        onChange={(tab) => setSearch(tab === 'units' ? {} : { tab }, { replace: true })}
        items={[
          { key: 'units', label: t('units'), children: <UnitTree /> },
          ...(may('unit.import') ? [{ key: 'import', label: t('import.title'), children: <ImportUnits /> }] : []),
          ...(may('read.all') ? [{ key: 'changes', label: t('changes.title'), children: <Reorganisations /> }] : []),
        ]}
      />
    </>
  );
}

function UnitTree() {
  const { t } = useTranslation('directory');
  const units = useUnits();
  const [q, setQ] = useState('');
  const [code, setCode] = useState<string | null>(null);
  const found = useMemo(() => {
    const words = q.trim().toLowerCase();
    const says = ({ name, officialName, code: its, aliases, formerNames }: Unit): boolean =>
      [name, officialName, its, ...aliases, ...formerNames].some((one) => one.toLowerCase().includes(words));
    return (units.data ?? []).filter((unit) => words === '' || says(unit));
  }, [units.data, q]);
  const tree = useMemo(() => treeOf(found), [found]);
  const chosen = units.data?.find((unit) => unit.code === code);
  if (units.error) return <ProblemView problem={units.error} retry={() => void units.refetch()} />;
  return (
    <div className="directory">
      <section className="panel">
        <Input.Search
          allowClear
          placeholder={t('search')}
          aria-label={t('search')}
          value={q}
          onChange={({ target }) => setQ(target.value)}
        />
        {units.isPending && <Skeleton active />}
        {!units.isPending && found.length === 0 && <Empty says={t(q ? 'noneFound' : 'empty')} />}
        {found.length > 0 && (
          <Tree
            key={q}
            aria-label={t('units')}
            treeData={tree}
            defaultExpandAll
            blockNode
            height={620}
            selectedKeys={code === null ? [] : [code]}
            onSelect={([key]) => setCode(key === undefined ? null : String(key))}
          />
        )}
      </section>
      <section className="panel" aria-live="polite">
        {chosen ? <UnitView unit={chosen} /> : <Empty says={t('choose')} />}
      </section>
    </div>
  );
}

/** Units below the unit that they stand under, where that is shown. */
function treeOf(units: readonly Unit[]): TreeDataNode[] {
  const shown = new Set(units.map(({ id }) => id));
  const below = (parentId: string | null): TreeDataNode[] =>
    units
      .filter((unit) => (unit.parentId !== null && shown.has(unit.parentId) ? unit.parentId : null) === parentId)
      .map((unit) => ({ key: unit.code, title: `${unit.name}　${unit.code}`, children: below(unit.id) }));
  return below(null);
}

function UnitView({ unit }: { unit: Unit }) {
  const { t } = useTranslation('directory');
  const { me, may } = useSession();
  return (
    <>
      <h2>{unit.name}</h2>
      <dl className="unit-facts">
        <dt>{t('official')}</dt>
        <dd>{unit.officialName}</dd>
        <dt>{t('code')}</dt>
        <dd>
          <code>{unit.code}</code>
        </dd>
        <dt>{t('since')}</dt>
        <dd>
          <Day date={unit.fromOn} /> {unit.toOn && <Day date={unit.toOn} />}
        </dd>
        {(['aliases', 'formerNames', 'settledNames'] as const)
          .filter((field) => unit[field].length > 0)
          .map((field) => (
            <div key={field} className="unit-row">
              <dt>{t(field)}</dt>
              <dd>{unit[field].join('、')}</dd>
            </div>
          ))}
        {unit.groups.length > 0 && (
          <>
            <dt>{t('groups')}</dt>
            <dd>{unit.groups.map(({ name }) => name).join('、')}</dd>
          </>
        )}
      </dl>
      <UnitPosts key={unit.code} unit={unit} />
      {(may('read.all') || me.unitId === unit.id) && <HeldMessages code={unit.code} />}
    </>
  );
}
