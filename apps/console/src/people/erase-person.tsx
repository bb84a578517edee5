import { Alert, App, Button, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { ProblemView } from '../problem/problem-view';
import type { Person } from './persons';

const GOES = ['name', 'contact', 'signIn', 'sessions'] as const;
const STAYS = ['deeds', 'published', 'proofs', 'reason'] as const;

/**
 * Erases a person by law (依法删除). It takes two: the system administrator closes the account, the security administrator
 * erases. Since nothing brings it back, the account is typed once more.
 */
export function ErasePerson({ person, erased }: { person: Person; erased: () => void }) {
  const { t } = useTranslation('admin');
  const { message } = App.useApp();
  const [isAsking, setAsking] = useState(false);
  const [form] = Form.useForm<{ username: string; reason: string }>();
  const erase = api.useMutation('post', '/api/v1/persons/{username}/erasure', {
    onSuccess: () => {
      void message.success(t('erasure.done'));
      setAsking(false);
      erased();
    },
  });
  const { username, displayName, isActive } = person;
  return (
    <>
      <h3>{t('erasure.title')}</h3>
      <p>{t(isActive ? 'erasure.closeFirst' : 'erasure.about')}</p>
      <Button danger disabled={isActive} onClick={() => setAsking(true)}>
        {t('erasure.begin')}
      </Button>
      {isAsking && (
        <Modal
          open
          title={t('erasure.ask', { name: displayName, username })}
          okText={t('erasure.erase')}
          okButtonProps={{ danger: true }}
          confirmLoading={erase.isPending}
          onOk={() => form.submit()}
          onCancel={() => setAsking(false)}
        >
          <Alert type="warning" showIcon title={t('erasure.forGood')} />
          <h4>{t('erasure.goes')}</h4>
          <ul>
            {GOES.map((one) => (
              <li key={one}>{t(`erasure.gone.${one}`)}</li>
            ))}
          </ul>
          <h4>{t('erasure.stays')}</h4>
          <ul>
            {STAYS.map((one) => (
              <li key={one}>{t(`erasure.kept.${one}`)}</li>
            ))}
          </ul>
          {erase.error && <ProblemView problem={erase.error} />}
          <Form
            form={form}
            name="erasure"
            layout="vertical"
            onFinish={({ reason }) => erase.mutate({ params: { path: { username } }, body: { reason: reason.trim() } })}
          >
            <Form.Item
              name="reason"
              label={t('erasure.reason')}
              extra={t('erasure.reasonHelp')}
              rules={[{ required: true, whitespace: true, message: t('needed') }]}
            >
              <Input.TextArea rows={2} maxLength={500} />
            </Form.Item>
            <Form.Item
              name="username"
              label={t('erasure.typed', { username })}
              rules={[
                {
                  validator: (_, typed: string | undefined) =>
                    typed?.trim() === username ? Promise.resolve() : Promise.reject(new Error(t('erasure.differs'))),
                },
              ]}
            >
              <Input autoComplete="off" maxLength={200} />
            </Form.Item>
          </Form>
        </Modal>
      )}
    </>
  );
}
