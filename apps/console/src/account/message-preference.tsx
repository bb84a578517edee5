import { Alert, App, Button, Checkbox, Form, Input, Select, Skeleton, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { MessageRecordButton } from '../people/message-record';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { useSession } from '../session/session';

type Preference = Schemas['PreferenceDto'];

/** How one's own messages come (接收偏好), within what the office allows. */
export function MessagePreference() {
  const { t } = useTranslation('account');
  const { me } = useSession();
  const preference = api.useQuery('get', '/api/v1/inbox/preferences');
  return (
    <section className="panel">
      <h2>{t('messages.title')}</h2>
      <p>
        <MessageRecordButton username={me.username} name={me.name} />
      </p>
      {preference.error && <ProblemView problem={preference.error} retry={() => void preference.refetch()} />}
      {preference.isPending && <Skeleton active />}
      {preference.data && (
        <Choose key={preference.data.version} known={preference.data} changed={() => void preference.refetch()} />
      )}
    </section>
  );
}

function Choose({ known, changed }: { known: Preference; changed: () => void }) {
  const { t } = useTranslation(['account', 'admin', 'console']);
  const { message } = App.useApp();
  const tell = useTellProblem();
  const { choices, preference, version } = known;
  const [form] = Form.useForm<Preference['preference']>();
  const dailyAt = Form.useWatch('dailyAt', form);
  const save = api.useMutation('put', '/api/v1/inbox/preferences', {
    onSuccess: () => {
      void message.success(t('admin:saved'));
      changed();
    },
    onError: (problem) => {
      tell(problem);
      changed();
    },
  });
  const nameOf = (channel: string): string =>
    t(`admin:destinations.kind.${channel}` as 'admin:destinations.kind.smtp', { defaultValue: channel });
  if (choices.channels.length === 0 && !choices.daily && !choices.quietHours) {
    return <Alert type="info" showIcon title={t('messages.nothing')} />;
  }
  return (
    <Form
      form={form}
      layout="vertical"
      initialValues={preference}
      // What may not be chosen is no field of the form, and stays as it is.
      onFinish={(given: Partial<Preference['preference']>) => {
        const { off, dailyAt: at, quietHours } = { ...preference, ...given };
        save.mutate({
          body: {
            expectedVersion: version,
            preference: {
              off,
              dailyAt: at || null,
              quietHours: quietHours.map((one) => ({ ...one, channel: one.channel || null })),
            },
          },
        });
      }}
    >
      <p>{t('messages.about')}</p>
      {choices.channels.length > 0 && (
        <Form.Item name="off" label={t('messages.off')}>
          <Checkbox.Group options={choices.channels.map((value) => ({ value, label: nameOf(value) }))} />
        </Form.Item>
      )}
      {choices.daily && (
        <>
          <Form.Item label={t('messages.daily')} extra={t('messages.dailyHelp')}>
            <Switch
              aria-label={t('messages.daily')}
              checked={Boolean(dailyAt)}
              onChange={(isDaily) => form.setFieldValue('dailyAt', isDaily ? '09:00' : null)}
            />
          </Form.Item>
          <Form.Item name="dailyAt" label={t('messages.at')} hidden={!dailyAt}>
            <Input type="time" className="message-time" />
          </Form.Item>
        </>
      )}
      {choices.quietHours && (
        <Form.List name="quietHours">
          {(fields, { add, remove }) => (
            <Form.Item label={t('messages.quiet')} extra={t('messages.quietHelp')}>
              {fields.map(({ key, name }) => (
                <div key={key} className="message-quiet">
                  <Form.Item name={[name, 'from']} rules={[{ required: true, message: t('admin:needed') }]}>
                    <Input type="time" className="message-time" aria-label={t('messages.from')} />
                  </Form.Item>
                  <Form.Item name={[name, 'until']} rules={[{ required: true, message: t('admin:needed') }]}>
                    <Input type="time" className="message-time" aria-label={t('messages.until')} />
                  </Form.Item>
                  <Form.Item name={[name, 'channel']}>
                    <Select
                      allowClear
                      className="message-channel"
                      aria-label={t('messages.channel')}
                      placeholder={t('messages.all')}
                      options={choices.channels.map((value) => ({ value, label: nameOf(value) }))}
                    />
                  </Form.Item>
                  <Button onClick={() => remove(name)}>{t('messages.remove')}</Button>
                </div>
              ))}
              <Button onClick={() => add({ from: '20:00', until: '08:00' })}>{t('messages.add')}</Button>
            </Form.Item>
          )}
        </Form.List>
      )}
      <Button type="primary" htmlType="submit" loading={save.isPending}>
        {t('console:act.save')}
      </Button>
    </Form>
  );
}
