import { DownloadOutlined } from '@ant-design/icons';
import { Alert, Button, Modal, Space, Spin, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, api, client, type Problem, type Schemas } from '../api/client';
import { formOf } from '../api/form';
import { saveAs } from '../api/save-as';
import { Instant } from '../layout/day';
import { Table } from '../layout/table';
import { ProblemView } from '../problem/problem-view';
import { useAsk } from '../undo/use-ask';
import { useDone } from '../undo/use-done';

const FORMATS = ['docx', 'pdf'] as const;
type Template = Schemas['TemplateDto'];

/** The office's own template of notices (督办单模板): fetched, changed in Word, tried, taken into use, or given up. */
export default function NoticeTemplate({ close }: { close: () => void }) {
  const { t } = useTranslation(['notices', 'console']);
  const ask = useAsk();
  const say = useDone();
  const template = api.useQuery('get', '/api/v1/notices/template');
  const [file, setFile] = useState<File | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isSending, setSending] = useState(false);
  /** Does it, and tells what was refused: of a template, where its faults are. */
  const attempt = async (act: () => Promise<unknown>): Promise<void> => {
    setSending(true);
    setProblem(null);
    try {
      await act();
    } catch (thrown) {
      setProblem(thrown as Problem);
    } finally {
      setSending(false);
    }
  };
  const preview = (format: (typeof FORMATS)[number]): Promise<void> =>
    attempt(async () => {
      const made = await answerOf(
        client.POST('/api/v1/notices/template/preview', {
          body: { file: '', format },
          bodySerializer: formOf({ file: file!, format }),
          parseAs: 'blob',
        }),
      );
      saveAs(made, `${t('notices:template.sample')}.${format}`);
    });
  const take = async ({ version }: Template): Promise<void> => {
    if (!(await ask({ title: t('template.takeAsk'), content: t('template.takeFollows'), ok: t('template.take') })))
      return;
    await attempt(async () => {
      await answerOf(
        client.PUT('/api/v1/notices/template', {
          body: { file: '', expectedVersion: version },
          bodySerializer: formOf({ file: file!, expectedVersion: String(version) }),
        }),
      );
      setFile(null);
      say(t('template.taken'));
      await template.refetch();
    });
  };
  const reset = async ({ version }: Template): Promise<void> => {
    const title = t('template.resetAsk');
    if (!(await ask({ title, content: t('template.takeFollows'), ok: t('template.reset'), danger: true }))) return;
    await attempt(async () => {
      const query = { expectedVersion: version };
      await answerOf(client.DELETE('/api/v1/notices/template', { params: { query } }));
      say(t('template.isReset'));
      await template.refetch();
    });
  };
  const { data } = template;
  return (
    <Modal open width={760} title={t('template.title')} footer={null} onCancel={close}>
      {template.error && <ProblemView problem={template.error} retry={() => void template.refetch()} />}
      {template.isPending && <Spin />}
      {data && (
        <>
          <p>{t(data.isDefault ? 'template.isDefault' : 'template.isOwn', { version: data.version })}</p>
          <p>{t('template.about')}</p>
          {problem && <ProblemView problem={problem} />}
          <Space wrap className="act-note">
            <a href="/api/v1/notices/template/file" download>
              <DownloadOutlined /> {t('template.fetch')}
            </a>
            <Upload
              accept=".docx"
              maxCount={1}
              showUploadList={false}
              beforeUpload={(chosen) => {
                setFile(chosen);
                setProblem(null);
                return false;
              }}
            >
              <Button>{t('template.choose')}</Button>
            </Upload>
            {!data.isDefault && (
              <Button danger disabled={isSending} onClick={() => void reset(data)}>
                {t('template.reset')}
              </Button>
            )}
          </Space>
          {file && (
            <Alert
              type="info"
              className="act-note"
              title={t('template.chosen', { name: file.name })}
              description={
                <Space wrap>
                  {FORMATS.map((format) => (
                    <Button key={format} disabled={isSending} onClick={() => void preview(format)}>
                      {t('template.preview', { format: format === 'docx' ? 'Word' : 'PDF' })}
                    </Button>
                  ))}
                  <Button type="primary" loading={isSending} onClick={() => void take(data)}>
                    {t('template.take')}
                  </Button>
                </Space>
              }
            />
          )}
          <details>
            <summary>{t('template.fields')}</summary>
            <ul className="template-fields">
              {data.fields.map(({ name, chinese, kind, items }) => (
                <li key={name}>
                  <code>{kind === 'text' ? `{${chinese}}` : `{#${chinese}}…{/${chinese}}`}</code>
                  {items.length > 0 && ` ${items.map((one) => `{${one.chinese}}`).join(' ')}`}
                </li>
              ))}
            </ul>
          </details>
          {data.versions.length > 0 && (
            <Table
              rowKey="version"
              size="small"
              pagination={false}
              scroll={{ x: 'max-content' }}
              dataSource={data.versions}
              columns={[
                { title: t('template.version'), dataIndex: 'version' },
                {
                  title: t('template.name'),
                  render: (_, { name, version }) => (
                    <a href={`/api/v1/notices/template/file?version=${version}`} download>
                      {name}
                    </a>
                  ),
                },
                { title: t('template.putBy'), render: (_, { putBy }) => putBy ?? '—' },
                { title: t('template.putAt'), render: (_, { putAt }) => <Instant at={putAt} /> },
              ]}
            />
          )}
        </>
      )}
    </Modal>
  );
}
