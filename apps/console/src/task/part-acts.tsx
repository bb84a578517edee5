import { Button, Checkbox, DatePicker, Dropdown, Form, Input, Modal, Select } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { UnitSelect } from '../directory/unit-select';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';
import { INVERSES } from '../undo/inverses';
import { useDone } from '../undo/use-done';
import { CANCEL_REASONS, UNIMPLEMENTED_REASONS } from './reasons';

export type Part = Schemas['TaskDto']['assignments'][number];

/** What the office, or a lead, does with a part (责任分工), by the state in which it stands. */
const EVENTS = [
  { event: 'verify', from: ['reported'], rights: ['assignment.judge', 'assignment.judge_led'] },
  { event: 'return', from: ['reported'], rights: ['assignment.judge', 'assignment.judge_led'] },
  { event: 'reopen', from: ['verified'], rights: ['assignment.judge'] },
  { event: 'settle_objection', from: ['assigned'], mark: 'objected', rights: ['assignment.judge'] },
  { event: 'resume', from: ['assigned', 'in_progress', 'reported'], mark: 'suspended', rights: ['assignment.judge'] },
  {
    event: 'suspend',
    from: ['assigned', 'in_progress', 'reported'],
    without: 'suspended',
    rights: ['assignment.judge'],
  },
  { event: 'transfer', from: ['assigned', 'in_progress', 'reported'], rights: ['assignment.judge'] },
  { event: 'cancel', from: ['assigned', 'in_progress', 'reported'], rights: ['assignment.judge'] },
  { event: 'close_unimplemented', from: ['assigned', 'in_progress', 'reported'], rights: ['assignment.approve'] },
] as const satisfies readonly {
  event: string;
  from: readonly string[];
  mark?: string;
  without?: string;
  rights: readonly string[];
}[];
type Event = (typeof EVENTS)[number]['event'];

const OUTCOMES = ['rejected', 'transferred', 'cancelled'] as const;
const CLOCKS = ['same_date', 'stopped', 'new_date'] as const;

interface Said {
  reason?: string;
  rectifyBy?: Dayjs;
  resumeOn?: Dayjs;
  dueOn?: Dayjs;
  toUnit?: string;
  cancelReason?: (typeof CANCEL_REASONS)[number];
  unimplementedReason?: (typeof UNIMPLEMENTED_REASONS)[number];
  outcome?: (typeof OUTCOMES)[number];
  clock?: (typeof CLOCKS)[number];
  whole?: boolean;
}

/** The acts on a part as a menu, each with the form that it needs. */
export function PartActs({ part, leadsOwn, done }: { part: Part; leadsOwn: boolean; done: () => void }) {
  const { t } = useTranslation(['task', 'terms']);
  const { me, may } = useSession();
  const [event, setEvent] = useState<Event | null>(null);
  const marks: readonly string[] = part.marks ?? [];
  const isOwn = part.unitId === me.unitId;
  const events = EVENTS.filter((one) => {
    const { event: name, from, rights } = one;
    const mark = 'mark' in one ? one.mark : undefined;
    const without = 'without' in one ? one.without : undefined;
    // A lead judges the parts of the other units, and nobody their own.
    const mayJudge = me.unitId === null || (leadsOwn && !isOwn && (name === 'verify' || name === 'return'));
    return (
      mayJudge &&
      may(...rights) &&
      (from as readonly string[]).includes(part.state) &&
      (mark === undefined || marks.includes(mark)) &&
      (without === undefined || !marks.includes(without))
    );
  });
  if (events.length === 0) return null;
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: events.map(({ event: name }) => ({
            key: name,
            label: t(`terms:assignmentEvent.${name}`),
            danger: name === 'cancel' || name === 'close_unimplemented',
            onClick: () => setEvent(name),
          })),
        }}
      >
        <Button size="small" aria-label={`${t('part.act')} ${part.unitName}`}>
          {t('part.act')}
        </Button>
      </Dropdown>
      {event && (
        <ActForm
          part={part}
          event={event}
          close={(isDone) => {
            setEvent(null);
            if (isDone) done();
          }}
        />
      )}
    </>
  );
}

function ActForm({ part, event, close }: { part: Part; event: Event; close: (isDone: boolean) => void }) {
  const { t } = useTranslation(['task', 'terms', 'console']);
  const say = useDone();
  const [form] = Form.useForm<Said>();
  const outcome = Form.useWatch('outcome', form);
  const clock = Form.useWatch('clock', form);
  const transit = api.useMutation('post', '/api/v1/assignments/{id}/transitions', {
    onSuccess: (after) => {
      say(t('act.done'), event === 'suspend' ? INVERSES.suspend(after) : null);
      close(true);
    },
  });
  const needsReason = event !== 'verify' && event !== 'resume';
  const needsUnit = event === 'transfer' || outcome === 'transferred';
  const needsCancelReason = event === 'cancel' || outcome === 'cancelled';
  const send = ({ rectifyBy, resumeOn, dueOn, ...said }: Said): void =>
    transit.mutate({
      params: { path: { id: part.id } },
      body: {
        event,
        expectedVersion: part.version,
        ...said,
        ...(rectifyBy ? { rectifyBy: rectifyBy.format('YYYY-MM-DD') } : {}),
        ...(resumeOn ? { resumeOn: resumeOn.format('YYYY-MM-DD') } : {}),
        ...(dueOn ? { dueOn: dueOn.format('YYYY-MM-DD') } : {}),
      },
    });
  const chosen = [{ required: true, message: t('act.choose') }];
  return (
    <Modal
      open
      title={t('act.title', { act: t(`terms:assignmentEvent.${event}`), unit: part.unitName })}
      onCancel={() => close(false)}
      onOk={() => form.submit()}
      confirmLoading={transit.isPending}
      okText={t(`terms:assignmentEvent.${event}`)}
      okButtonProps={{ danger: event === 'cancel' || event === 'close_unimplemented' }}
      cancelText={t('console:act.cancel')}
    >
      {transit.error && <ProblemView problem={transit.error} />}
      {event !== 'suspend' && <p>{t('console:undo.binds')}</p>}
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send}>
        {event === 'settle_objection' && (
          <Form.Item name="outcome" label={t('act.outcome')} rules={chosen}>
            <Select options={OUTCOMES.map((value) => ({ value, label: t(`outcomes.${value}`) }))} />
          </Form.Item>
        )}
        {needsUnit && (
          <Form.Item
            name="toUnit"
            label={t('act.toUnit')}
            rules={[{ required: true, message: t('act.toUnitMissing') }]}
          >
            <UnitSelect by="code" isPresent />
          </Form.Item>
        )}
        {needsCancelReason && (
          <Form.Item name="cancelReason" label={t('act.cancelReason')} rules={chosen}>
            <Select options={CANCEL_REASONS.map((value) => ({ value, label: t(`terms:cancelReason.${value}`) }))} />
          </Form.Item>
        )}
        {event === 'close_unimplemented' && (
          <Form.Item name="unimplementedReason" label={t('act.unimplementedReason')} rules={chosen}>
            <Select
              options={UNIMPLEMENTED_REASONS.map((value) => ({
                value,
                label: t(`terms:unimplementedReason.${value}`),
              }))}
            />
          </Form.Item>
        )}
        {event === 'reopen' && (
          <Form.Item name="clock" label={t('act.clock')} rules={chosen}>
            <Select options={CLOCKS.map((value) => ({ value, label: t(`clocks.${value}`) }))} />
          </Form.Item>
        )}
        {clock === 'new_date' && (
          <Form.Item name="dueOn" label={t('act.dueOn')} rules={chosen}>
            <DatePicker />
          </Form.Item>
        )}
        {event === 'suspend' && (
          <Form.Item name="resumeOn" label={t('act.resumeOn')} rules={chosen}>
            <DatePicker />
          </Form.Item>
        )}
        {event === 'return' && (
          <>
            <Form.Item name="rectifyBy" label={`${t('act.rectifyBy')}（${t('console:act.optional')}）`}>
              <DatePicker />
            </Form.Item>
            {part.role === 'lead' && (
              <Form.Item name="whole" valuePropName="checked">
                <Checkbox>{t('act.whole')}</Checkbox>
              </Form.Item>
            )}
          </>
        )}
        {needsReason && (
          <Form.Item
            name="reason"
            label={t('act.reason')}
            rules={[{ required: true, whitespace: true, message: t('act.reasonMissing') }]}
          >
            <Input.TextArea rows={4} maxLength={2000} autoFocus />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
