import { App, Button, Checkbox, Form, Input, InputNumber, Select, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { UnitSelect } from '../directory/unit-select';
import { Instant } from '../layout/day';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';
import './channels.css';

type Known = Schemas['MessageRulesDto'];
type Rules = Known['rules'];
const COLOURS = ['blue', 'yellow', 'orange', 'red'] as const;
/** Channels to people beside the inbox, which everybody has. */
const CHANNELS = ['smtp', 'sms', 'wecom', 'dingtalk', 'feishu'] as const;

/** What is urgent, how often units are written to, what people may choose (消息规则). */
export function MessageRules() {
  const rules = api.useQuery('get', '/api/v1/message-rules');
  if (rules.error) return <ProblemView problem={rules.error} retry={() => void rules.refetch()} />;
  if (!rules.data) return <Skeleton active />;
  return <Edit key={rules.data.version} known={rules.data} reread={() => void rules.refetch()} />;
}

function Edit({ known, reread }: { known: Known; reread: () => void }) {
  const { t } = useTranslation(['admin', 'console']);
  const { may } = useSession();
  const { message, modal } = App.useApp();
  const [form] = Form.useForm<Rules>();
  const put = api.useMutation('put', '/api/v1/message-rules', {
    onSuccess: () => {
      void message.success(t('saved'));
      reread();
    },
  });
  const mayChange = may('message.rules');
  const channelOptions = CHANNELS.map((value) => ({ value, label: t(`destinations.kind.${value}`) }));
  const { rules, version, putAt } = known;
  return (
    <Form<Rules>
      form={form}
      name="message-rules"
      layout="vertical"
      disabled={!mayChange}
      initialValues={rules}
      scrollToFirstError={{ focus: true }}
      onFinish={(given) =>
        void modal.confirm({
          title: t('rules.changeAsk'),
          content: t('rules.changeMeans'),
          okText: t('console:act.save'),
          onOk: () => put.mutate({ body: { expectedVersion: version, rules: whole(given) } }),
        })
      }
    >
      <p>{t('rules.about')}</p>
      <p className="quiet">
        {version === 0 ? t('rules.preset') : t('rules.version', { version })}
        <Instant at={version === 0 ? null : putAt} /> {!mayChange && t('rules.readOnly')}
      </p>
      <h2>{t('rules.urgent')}</h2>
      <p>{t('rules.urgentHelp')}</p>
      <div className="rules-row">
        <Form.Item name={['urgent', 'from']} label={t('rules.from')} rules={[{ required: true, message: t('needed') }]}>
          <Input type="time" />
        </Form.Item>
        <Form.Item
          name={['urgent', 'until']}
          label={t('rules.until')}
          rules={[{ required: true, message: t('needed') }]}
        >
          <Input type="time" />
        </Form.Item>
      </div>
      <UrgentKinds />
      <h2>{t('rules.caps')}</h2>
      <p>{t('rules.capsHelp')}</p>
      <Form.Item name={['caps', 'perUnitAndWeek']} label={t('rules.perWeek')}>
        <InputNumber min={1} max={1000} precision={0} />
      </Form.Item>
      <UnitCaps />
      <h2>{t('rules.choices')}</h2>
      <Form.Item name={['choices', 'channels']} label={t('rules.off')}>
        <Checkbox.Group options={channelOptions} />
      </Form.Item>
      <Form.Item name={['choices', 'daily']} valuePropName="checked">
        <Checkbox>{t('rules.daily')}</Checkbox>
      </Form.Item>
      <Form.Item name={['choices', 'quietHours']} valuePropName="checked">
        <Checkbox>{t('rules.quietHours')}</Checkbox>
      </Form.Item>
      <h2>{t('rules.escalation')}</h2>
      <p>{t('rules.escalationHelp')}</p>
      <div className="rules-row">
        <Form.Item
          name={['escalation', 'workingDays']}
          label={t('rules.days')}
          rules={[{ required: true, message: t('needed') }]}
        >
          <InputNumber min={1} max={30} precision={0} />
        </Form.Item>
        <Form.Item
          name={['escalation', 'channels']}
          label={t('rules.order')}
          rules={[{ required: true, message: t('needed') }]}
        >
          <Select mode="multiple" options={channelOptions} className="rules-wide" />
        </Form.Item>
      </div>
      {put.error && <ProblemView problem={put.error} retry={put.error.status === 409 ? reread : undefined} />}
      {mayChange && (
        <Button type="primary" htmlType="submit" loading={put.isPending}>
          {t('console:act.save')}
        </Button>
      )}
    </Form>
  );
}

/** What a form leaves empty is left out, or is none. */
function whole({ urgent, caps, choices, escalation }: Rules): Rules {
  return {
    urgent: {
      ...urgent,
      kinds: urgent.kinds.map(({ kind, colours, dueWithinDays }) => ({
        kind,
        ...(kind === 'follow_up' && colours && colours.length > 0 ? { colours } : {}),
        ...(typeof dueWithinDays === 'number' ? { dueWithinDays } : {}),
      })),
    },
    caps: { perUnitAndWeek: caps.perUnitAndWeek ?? null, units: caps.units },
    choices,
    escalation,
  };
}

function UrgentKinds() {
  const { t } = useTranslation(['admin', 'terms']);
  const names = t('messageKind', { returnObjects: true });
  const kinds = Object.entries(names).map(([value, label]) => ({ value, label }));
  const given = Form.useWatch<Rules['urgent']['kinds'] | undefined>(['urgent', 'kinds']);
  return (
    <Form.List name={['urgent', 'kinds']}>
      {(fields, { add, remove }) => (
        <>
          {fields.map(({ key, name }) => (
            <div key={key} className="rules-row">
              <Form.Item
                name={[name, 'kind']}
                label={t('rules.kind')}
                rules={[{ required: true, message: t('needed') }]}
              >
                <Select showSearch={{ optionFilterProp: 'label' }} options={kinds} className="rules-wide" />
              </Form.Item>
              {given?.[name]?.kind === 'follow_up' && (
                <Form.Item name={[name, 'colours']} label={t('rules.colours')}>
                  <Select
                    mode="multiple"
                    className="rules-wide"
                    options={COLOURS.map((value) => ({ value, label: t(`terms:colour.${value}`) }))}
                  />
                </Form.Item>
              )}
              <Form.Item name={[name, 'dueWithinDays']} label={t('rules.dueWithin')}>
                <InputNumber min={0} max={30} precision={0} />
              </Form.Item>
              <Button onClick={() => remove(name)}>{t('rules.remove')}</Button>
            </div>
          ))}
          <p>
            <Button onClick={() => add({})}>{t('rules.add')}</Button>
          </p>
        </>
      )}
    </Form.List>
  );
}

function UnitCaps() {
  const { t } = useTranslation('admin');
  const needed = [{ required: true, message: t('needed') }];
  return (
    <Form.List name={['caps', 'units']}>
      {(fields, { add, remove }) => (
        <>
          {fields.map(({ key, name }) => (
            <div key={key} className="rules-row">
              <Form.Item name={[name, 'unitId']} label={t('rules.unit')} rules={needed}>
                <UnitSelect />
              </Form.Item>
              <Form.Item name={[name, 'perWeek']} label={t('rules.most')} rules={needed}>
                <InputNumber min={1} max={1000} precision={0} />
              </Form.Item>
              <Button onClick={() => remove(name)}>{t('rules.remove')}</Button>
            </div>
          ))}
          <p>
            <Button onClick={() => add({ perWeek: 20 })}>{t('rules.addUnit')}</Button>
          </p>
        </>
      )}
    </Form.List>
  );
}
