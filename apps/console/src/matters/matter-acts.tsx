import { Alert, Button, Form, Input, Modal, Select, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { DayField } from '../layout/day-field';
import { useRested } from '../layout/use-rested';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';
import { useAsk } from '../undo/use-ask';
import { useDone } from '../undo/use-done';

type Task = Schemas['TaskDetailDto'];
type Correction = Schemas['CorrectionDto'];
type Source = NonNullable<Correction['source']>;

/** What can be done with a registered matter (登记事项): put it right, say that it is the same as another, see who asked. */
export default function MatterActs({ task, again }: { task: Task; again: () => void }) {
  const { t } = useTranslation('matters');
  const { may } = useSession();
  const [doing, setDoing] = useState<'correct' | 'same' | 'petitioner' | null>(null);
  // What has ended is not changed any more.
  const mayChange = may('matter.register') && task.state !== 'verified' && task.state !== 'cancelled';
  const close = (isDone: boolean): void => {
    setDoing(null);
    if (isDone) again();
  };
  return (
    <Space wrap className="no-print">
      {mayChange && <Button onClick={() => setDoing('correct')}>{t('correct.open')}</Button>}
      {mayChange && <Button onClick={() => setDoing('same')}>{t('sameAs.open')}</Button>}
      {task.matter?.petitioner && may('matter.petitioner') && (
        <Button onClick={() => setDoing('petitioner')}>{t('petitionerActs.open')}</Button>
      )}
      {doing === 'correct' && <Correct task={task} close={close} />}
      {doing === 'same' && <SameAs task={task} close={close} />}
      {doing === 'petitioner' && <Petitioner taskId={task.id} close={() => close(false)} />}
    </Space>
  );
}

interface Values extends Pick<Correction, 'content' | 'receivedOn' | 'reason' | 'source'> {
  petitionerName?: string;
  petitionerPhone?: string;
}

const filled = (source: Source = {}): Source =>
  Object.fromEntries(Object.entries(source).filter(([, value]) => value?.trim()));

function Correct({ task, close }: { task: Task; close: (isDone: boolean) => void }) {
  const { t } = useTranslation(['matters', 'console']);
  const say = useDone();
  const [form] = Form.useForm<Values>();
  const kinds = api.useQuery('get', '/api/v1/matters/kinds');
  const kind = kinds.data?.items.find(({ id }) => id === task.matter?.kind);
  const correct = api.useMutation('patch', '/api/v1/matters/{id}', {
    onSuccess: () => {
      say(t('correct.done'));
      close(true);
    },
  });
  const initial: Partial<Values> = {
    content: task.content,
    receivedOn: task.matter?.receivedOn ?? undefined,
    source: task.matter?.source,
  };
  const send = ({ petitionerName, petitionerPhone, reason, source, ...fields }: Values): void => {
    // Only what was changed is sent: the rest stays as others may have put it.
    const changed = Object.fromEntries(
      Object.entries(fields).filter(([name, value]) => value !== initial[name as keyof typeof initial] && value),
    );
    const isSourceChanged = JSON.stringify(filled(source)) !== JSON.stringify(filled(initial.source));
    correct.mutate({
      params: { path: { id: task.id } },
      body: {
        reason,
        ...changed,
        ...(isSourceChanged ? { source: filled(source) } : {}),
        ...(petitionerName?.trim()
          ? { petitioner: { name: petitionerName, ...(petitionerPhone?.trim() ? { phone: petitionerPhone } : {}) } }
          : {}),
        expectedVersion: task.matter?.version,
      },
    });
  };
  return (
    <Modal
      open
      width={640}
      title={t('correct.title', { number: task.matter?.number ?? '' })}
      okText={t('console:act.save')}
      confirmLoading={correct.isPending}
      onOk={() => form.submit()}
      onCancel={() => close(false)}
    >
      {correct.error && <ProblemView problem={correct.error} />}
      <Form form={form} layout="vertical" requiredMark={false} initialValues={initial} onFinish={send}>
        <Form.Item
          name="content"
          label={t('content')}
          rules={[{ required: true, whitespace: true, message: t('need') }]}
        >
          <Input.TextArea rows={4} maxLength={10_000} />
        </Form.Item>
        <Form.Item name="receivedOn" label={t('received')}>
          <DayField />
        </Form.Item>
        {[...(kind?.required ?? []), ...(kind?.optional ?? [])].map((field) => (
          <Form.Item key={field} name={['source', field]} label={t(`source.${field}`)}>
            <Input maxLength={500} />
          </Form.Item>
        ))}
        {kind?.hasPetitioner && (
          <>
            <Form.Item name="petitionerName" label={t('petitionerActs.new')} extra={t('petitionerActs.newHelp')}>
              <Input maxLength={100} />
            </Form.Item>
            <Form.Item name="petitionerPhone" label={t('phone')}>
              <Input type="tel" maxLength={50} />
            </Form.Item>
          </>
        )}
        <Form.Item
          name="reason"
          label={t('correct.reason')}
          rules={[{ required: true, whitespace: true, message: t('need') }]}
        >
          <Input.TextArea rows={2} maxLength={500} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

/** Says that the matter is the same as another (并案): found by its words or its number. */
function SameAs({ task, close }: { task: Task; close: (isDone: boolean) => void }) {
  const { t } = useTranslation(['matters', 'console']);
  const ask = useAsk();
  const say = useDone();
  const [form] = Form.useForm<{ taskId: string; reason?: string }>();
  const [typed, setTyped] = useState('');
  const q = useRested(typed);
  const found = api.useQuery('get', '/api/v1/tasks', { params: { query: { q, limit: 20 } } }, { enabled: q !== '' });
  const link = api.useMutation('post', '/api/v1/matters/{id}/same-as', {
    onSuccess: () => {
      say(t('sameAs.done'));
      close(true);
    },
  });
  const others = (found.data?.items ?? []).filter(({ id }) => id !== task.id);
  const send = async ({ taskId, reason }: { taskId: string; reason?: string }): Promise<void> => {
    if (!(await ask({ title: t('sameAs.ask'), content: t('sameAs.follows'), ok: t('sameAs.link') }))) return;
    link.mutate({
      params: { path: { id: task.id } },
      body: { taskId, ...(reason?.trim() ? { reason } : {}), expectedVersion: task.matter?.version },
    });
  };
  return (
    <Modal
      open
      title={t('sameAs.open')}
      okText={t('sameAs.link')}
      confirmLoading={link.isPending}
      onOk={() => form.submit()}
      onCancel={() => close(false)}
    >
      {link.error && <ProblemView problem={link.error} />}
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(values) => void send(values)}>
        <Form.Item name="taskId" label={t('sameAs.which')} rules={[{ required: true, message: t('need') }]}>
          <Select
            showSearch={{ filterOption: false, onSearch: setTyped }}
            loading={found.isFetching}
            notFoundContent={t(q === '' ? 'sameAs.type' : 'sameAs.none')}
            options={others.map(({ id, number, content }) => ({
              value: id,
              label: `${number ?? ''} ${content}`.slice(0, 80),
            }))}
          />
        </Form.Item>
        <Form.Item name="reason" label={t('sameAs.reason')}>
          <Input maxLength={500} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

/** Who asked for it, in full. */
function Petitioner({ taskId, close }: { taskId: string; close: () => void }) {
  const { t } = useTranslation(['matters', 'console']);
  const who = api.useQuery(
    'get',
    '/api/v1/matters/{id}/petitioner',
    { params: { path: { id: taskId } } },
    { staleTime: 0, gcTime: 0 },
  );
  return (
    <Modal open title={t('petitionerActs.title')} footer={null} onCancel={close}>
      {who.error && <ProblemView problem={who.error} />}
      {who.data && (
        <>
          <Alert type="info" showIcon className="act-note" title={t('petitionerActs.about')} />
          <p>
            {t('petitionerActs.name')}：{who.data.name}
          </p>
          {who.data.phone && (
            <p>
              {t('phone')}：<a href={`tel:${who.data.phone}`}>{who.data.phone}</a>
            </p>
          )}
        </>
      )}
    </Modal>
  );
}
