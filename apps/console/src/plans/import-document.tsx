import { InboxOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Progress, Upload } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { answerOf, client, type Problem, type Schemas } from '../api/client';
import { formOf } from '../api/form';
import { ProblemView } from '../problem/problem-view';

type Import = Schemas['PlanImportDto'];
const ASK_AGAIN_MS = 700;
const KEPT = 'duban.plan-import';

/** Drop a document, or choose one: a small one is a draft at once, a large one is read by a worker and can be left. */
export function ImportDocument() {
  const { t } = useTranslation('plans');
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [importId, setImportId] = useState(() => sessionStorage.getItem(KEPT));
  const [fileName, setFileName] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  const follow = (id: string | null): void => {
    setImportId(id);
    if (id === null) sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, id);
  };
  const open = (planId: string): void => {
    follow(null);
    void queries.invalidateQueries({ queryKey: ['get', '/api/v1/plans'] });
    void navigate(`/plans/${planId}`);
  };
  const send = async (file: File): Promise<void> => {
    setProblem(null);
    setFileName(file.name);
    try {
      const asked = client.POST('/api/v1/plans', {
        body: { file: '' },
        bodySerializer: formOf({ file }),
      });
      const answer = (await answerOf(asked)) as { id: string; progress?: unknown };
      if (answer.progress === undefined) open(answer.id);
      else follow(answer.id);
    } catch (thrown) {
      setProblem(thrown as Problem);
    } finally {
      setFileName(null);
    }
  };
  return (
    <section className="panel" aria-label={t('import.title')}>
      <Upload.Dragger
        className="import-drop"
        showUploadList={false}
        multiple={false}
        accept=".doc,.docx,.wps,.xls,.xlsx,.et,.pdf,.htm,.html,.csv,.txt,.rtf,.odt"
        customRequest={({ file }) => void send(file as File)}
        disabled={fileName !== null || importId !== null}
      >
        <p className="import-icon">
          <InboxOutlined />
        </p>
        <p className="import-say">{t('import.drop')}</p>
        <p className="import-kinds">{t('import.kinds')}</p>
      </Upload.Dragger>
      {fileName !== null && (
        <div role="status" className="import-progress">
          {t('import.sending', { name: fileName })}
          <Progress percent={100} status="active" showInfo={false} aria-label={t('import.title')} />
        </div>
      )}
      {importId !== null && (
        <Reading
          id={importId}
          drafted={open}
          refused={(why) => {
            follow(null);
            setProblem(why);
          }}
        />
      )}
      {problem && <ProblemView problem={problem} />}
    </section>
  );
}

function Reading({
  id,
  drafted,
  refused,
}: {
  id: string;
  drafted: (planId: string) => void;
  refused: (problem: Problem | null) => void;
}) {
  const { t } = useTranslation('plans');
  const reading = useQuery<Import, Problem>({
    queryKey: ['plan-import', id],
    queryFn: () => answerOf(client.GET('/api/v1/plan-imports/{id}', { params: { path: { id } } })),
    refetchInterval: ASK_AGAIN_MS,
    staleTime: 0,
  });
  const { data, error } = reading;
  useEffect(() => {
    if (data?.state === 'drafted' && data.planId !== null) drafted(data.planId);
    if (data?.state === 'refused') refused(data.problem as unknown as Problem);
    if (error && error.status < 500) refused(error);
    // The functions are new with every render; what counts is what the server says.
  }, [data, error]);
  const { done, total } = data?.progress ?? { done: 0, total: 0 };
  return (
    <div role="status" className="import-progress">
      {t(`import.${data?.state === 'reading' ? 'reading' : 'queued'}`, { name: data?.fileName ?? '' })}
      <Progress
        percent={total > 0 ? Math.min(99, Math.round((done / total) * 100)) : 0}
        status="active"
        aria-label={t('import.title')}
      />
      <small>{t('import.leave')}</small>
    </div>
  );
}
