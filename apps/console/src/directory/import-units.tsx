import { UploadOutlined } from '@ant-design/icons';
import { App, Button, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQueryClient } from '@tanstack/react-query';
import { answerOf, client, type Problem, type Schemas } from '../api/client';
import { formOf } from '../api/form';
import { ProblemView } from '../problem/problem-view';

type Imported = Schemas['UnitImportDto'];

const wordsOf = (value: unknown): string => {
  if (value === null || value === undefined || value === '') return '—';
  if (Array.isArray(value)) return value.join('、') || '—';
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** A file of the directory: first what it would change, field by field, then just that. */
export function ImportUnits() {
  const { t } = useTranslation('directory');
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [preview, setPreview] = useState<Imported | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const send = async (given: File, digest?: string): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const fields = digest === undefined ? { file: given, preview: 'true' } : { file: given, digest };
      const answer = await answerOf(
        client.POST('/api/v1/units/import', { body: { file: '' }, bodySerializer: formOf(fields) }),
      );
      if (digest === undefined) {
        setFile(given);
        setPreview(answer);
        return;
      }
      void message.success(t('import.done', { created: answer.created, updated: answer.updated }));
      setFile(null);
      setPreview(null);
      await queries.invalidateQueries();
    } catch (thrown) {
      setProblem(thrown as Problem);
    } finally {
      setBusy(false);
    }
  };
  const difference = preview?.difference;
  const isSame = difference && difference.created.length + difference.updated.length + difference.groups.length === 0;
  return (
    <section className="panel">
      <p>{t('import.help')}</p>
      <Upload
        showUploadList={false}
        accept=".xlsx,.csv,.json"
        customRequest={({ file: given }) => void send(given as File)}
      >
        <Button icon={<UploadOutlined />} loading={isBusy}>
          {t('import.choose')}
        </Button>
      </Upload>
      {problem && <ProblemView problem={problem} />}
      {file && difference && (
        <div role="status">
          <h3>{t('import.would', { name: file.name })}</h3>
          {isSame && <p>{t('import.same', { count: difference.unchanged })}</p>}
          <ul className="message-lines">
            {difference.created.map(({ code, name, kind }) => (
              <li key={code}>
                <b>{t('import.new')}</b> {name} <code>{code}</code> {kind}
              </li>
            ))}
            {difference.updated.map(({ code, name, changes }) => (
              <li key={code}>
                <b>{t('import.changed')}</b> {name} <code>{code}</code>
                {changes.map(({ field, from, to }) => (
                  <div key={field}>
                    {field}: <del>{wordsOf(from)}</del> → <ins>{wordsOf(to)}</ins>
                  </div>
                ))}
              </li>
            ))}
            {difference.groups.map(({ code, name, isNew, changes }) => (
              <li key={code}>
                <b>{t(isNew ? 'import.newGroup' : 'import.changedGroup')}</b> {name}
                {changes.map(({ field, from, to }) => (
                  <div key={field}>
                    {field}: <del>{wordsOf(from)}</del> → <ins>{wordsOf(to)}</ins>
                  </div>
                ))}
              </li>
            ))}
          </ul>
          {difference.accounts.length > 0 && <p>{t('import.accounts', { count: difference.accounts.length })}</p>}
          {difference.notListed.length > 0 && (
            <p className="quiet">{t('import.notListed', { count: difference.notListed.length })}</p>
          )}
          {!isSame && (
            <Button type="primary" loading={isBusy} onClick={() => void send(file, preview.digest)}>
              {t('import.do')}
            </Button>
          )}
        </div>
      )}
    </section>
  );
}
