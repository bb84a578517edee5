import { App, Button, Form, Input, Select, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { useSession } from '../session/session';
import '../people/people.css';

type Known = Schemas['RetentionScheduleDto'];
type Schedule = Known['schedule'];
const PERIODS = ['永久', '30年', '10年'] as const;

/** How long each kind of plan is kept (保管期限表): for all to read, for the head of the office to change. */
export function RetentionSchedule() {
  const schedule = api.useQuery('get', '/api/v1/retention-schedule');
  if (schedule.error) return <ProblemView problem={schedule.error} retry={() => void schedule.refetch()} />;
  if (!schedule.data) return <Skeleton active />;
  return <Edit key={schedule.data.version} known={schedule.data} changed={() => void schedule.refetch()} />;
}

function Edit({ known, changed }: { known: Known; changed: () => void }) {
  const { t } = useTranslation(['admin', 'console']);
  const { may } = useSession();
  const { message, modal } = App.useApp();
  const tell = useTellProblem();
  const [form] = Form.useForm<Schedule & { reason: string }>();
  const mayChange = may('disposal.decide');
  const put = api.useMutation('put', '/api/v1/retention-schedule', {
    onSuccess: () => {
      void message.success(t('saved'));
      changed();
    },
    onError: (problem) => {
      tell(problem);
      changed();
    },
  });
  const { schedule, version, reason: lastReason } = known;
  return (
    <Form
      form={form}
      layout="vertical"
      initialValues={schedule}
      onFinish={({ reason, ...periods }) =>
        void modal.confirm({
          title: t('retention.changeAsk'),
          content: t('retention.changeMeans'),
          okText: t('console:act.save'),
          onOk: () => put.mutate({ body: { expectedVersion: version, schedule: periods, reason } }),
        })
      }
    >
      <p>{version === 0 ? t('retention.preset') : t('retention.version', { version, reason: lastReason })}</p>
      <div className="people-fields">
        {Object.keys(schedule).map((kind) => (
          <Form.Item key={kind} name={kind} label={t(`retention.kind.${kind}` as 'retention.kind.document')}>
            <Select
              disabled={!mayChange}
              options={PERIODS.map((value) => ({ value, label: t(`retention.kept.${value}`) }))}
            />
          </Form.Item>
        ))}
      </div>
      {mayChange && (
        <>
          <Form.Item name="reason" label={t('changes.reason')} rules={[{ required: true, message: t('needed') }]}>
            <Input maxLength={200} />
          </Form.Item>
          <Button type="primary" htmlType="submit" loading={put.isPending}>
            {t('console:act.save')}
          </Button>
        </>
      )}
    </Form>
  );
}
