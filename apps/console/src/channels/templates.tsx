import { App, Button, Form, Input, List, Select, Skeleton, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { WithReason } from './with-reason';

type Templates = Schemas['MessageTemplatesDto'];
type Kind = Templates['kinds'][number];
interface Words {
  zh: string;
  en: string;
}

/** The words of messages (消息模板), tried on messages that were wanted before they are used. */
export function Templates() {
  const { t } = useTranslation('admin');
  const templates = api.useQuery('get', '/api/v1/message-templates');
  const [about, setAbout] = useState<Kind['about']>('urge');
  if (templates.error) return <ProblemView problem={templates.error} retry={() => void templates.refetch()} />;
  if (!templates.data) return <Skeleton active />;
  const { kinds, items } = templates.data;
  const kind = kinds.find((one) => one.about === about) ?? kinds[0]!;
  const own = items.find(({ name }) => name === kind.about && name !== undefined);
  return (
    <>
      <div className="people-acts">
        <Select
          style={{ minWidth: 320, maxWidth: '100%' }}
          aria-label={t('templates.about')}
          value={kind.about}
          options={kinds.map(({ about: value, zh }) => ({ value, label: `${value} · ${zh}` }))}
          onChange={setAbout}
        />
      </div>
      <Edit key={`${kind.about} ${own?.version ?? 0}`} kind={kind} own={own} changed={() => void templates.refetch()} />
    </>
  );
}

function Edit({
  kind,
  own,
  changed,
}: {
  kind: Kind;
  own: Templates['items'][number] | undefined;
  changed: () => void;
}) {
  const { t, i18n } = useTranslation(['admin', 'console']);
  const { message } = App.useApp();
  const tell = useTellProblem();
  const [form] = Form.useForm<Words>();
  const after = {
    onSuccess: () => {
      void message.success(t('saved'));
      changed();
    },
    onError: tell,
  };
  const put = api.useMutation('put', '/api/v1/message-templates', after);
  const withdraw = api.useMutation('post', '/api/v1/message-templates/{name}/withdrawal', after);
  const preview = api.useMutation('post', '/api/v1/message-templates/preview', { onError: tell });
  const needed = [{ required: true, message: t('needed') }];
  return (
    <Form
      form={form}
      layout="vertical"
      initialValues={{ zh: own?.zh ?? kind.zh, en: own?.en ?? kind.en }}
      onFinish={(words) =>
        put.mutate({ body: { about: kind.about, name: kind.about, expectedVersion: own?.version ?? 0, ...words } })
      }
    >
      <p>
        {t('templates.fields')}{' '}
        {kind.fields.map(({ name, chinese, isNeeded }) => (
          <Tag key={name} color={isNeeded ? 'blue' : undefined}>{`{${i18n.language === 'en' ? name : chinese}}`}</Tag>
        ))}
      </p>
      <Form.Item name="zh" label="中文" rules={needed}>
        <Input maxLength={500} />
      </Form.Item>
      <Form.Item name="en" label="English" rules={needed}>
        <Input maxLength={500} />
      </Form.Item>
      <div className="people-acts">
        <Button
          loading={preview.isPending}
          onClick={() => preview.mutate({ body: { about: kind.about, ...form.getFieldsValue() } })}
        >
          {t('templates.preview')}
        </Button>
        <Button type="primary" htmlType="submit" loading={put.isPending}>
          {t('console:act.save')}
        </Button>
        {own?.zh && (
          <WithReason
            says={t('templates.withdraw')}
            act={(reason) =>
              withdraw.mutate({
                params: { path: { name: own.name } },
                body: { expectedVersion: own.version, reason } as Parameters<typeof withdraw.mutate>[0]['body'],
              })
            }
          />
        )}
      </div>
      {preview.data && (
        <List
          size="small"
          header={t('templates.previewed')}
          locale={{ emptyText: t('templates.noneWanted') }}
          dataSource={preview.data.items}
          rowKey="notificationId"
          renderItem={({ zh, en }) => <List.Item>{i18n.language === 'en' ? en : zh}</List.Item>}
        />
      )}
    </Form>
  );
}
