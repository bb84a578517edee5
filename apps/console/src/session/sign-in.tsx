import { Alert, Button, Card, Form, Input, Segmented, Space, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { answerOf, client, type Problem } from '../api/client';
import { changeView, useView } from '../layout/view';
import { problemText } from '../problem/problem-text';
import { type Language, speak } from '../words';
import { Enrolment } from './enrolment';

/** Said by the server with the page: whether an identity provider (统一身份认证) is set up. */
const HAS_PROVIDER = document.querySelector<HTMLMetaElement>('meta[name=duban-provider]')?.content === 'yes';

type Needs = 'second_factor' | 'password' | 'enrolment' | null;

/** The way in: name and password, the code, a password of one’s own, a second factor, as far as each is asked for. */
export function SignIn({ needs, done }: { needs: Needs; done: () => void }) {
  const { t, i18n } = useTranslation('account');
  const view = useView();
  return (
    <main className="sign-in">
      <Card className="sign-in-card">
        <Typography.Title level={1} className="sign-in-title">
          {t('signIn.product')}
        </Typography.Title>
        <Typography.Paragraph type="secondary">{t('signIn.about')}</Typography.Paragraph>
        {needs === null && <Credentials done={done} />}
        {needs === 'second_factor' && <Code done={done} />}
        {needs === 'password' && <OwnPassword done={done} />}
        {needs === 'enrolment' && <Enrolment done={done} />}
        <Space className="sign-in-foot" wrap>
          <Segmented<Language>
            aria-label={t('signIn.language')}
            value={i18n.language as Language}
            options={[
              { value: 'zh', label: '中文' },
              { value: 'en', label: 'English' },
            ]}
            onChange={(language) => void speak(language)}
          />
          <Button
            type="text"
            aria-pressed={view.isLarge && view.isContrast}
            onClick={() => {
              const on = !(view.isLarge && view.isContrast);
              changeView({ isLarge: on, isContrast: on });
            }}
          >
            {t('signIn.older')}
          </Button>
        </Space>
      </Card>
    </main>
  );
}

function useSending(send: () => Promise<unknown>, done: () => void) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isSending, setSending] = useState(false);
  const submit = async (): Promise<void> => {
    setSending(true);
    setProblem(null);
    try {
      await send();
      done();
    } catch (error) {
      setProblem(error as Problem);
    } finally {
      setSending(false);
    }
  };
  return { problem, isSending, submit: () => void submit() };
}

export function Credentials({ done, username }: { done: () => void; username?: string }) {
  const { t } = useTranslation('account');
  const [form] = Form.useForm<{ username: string; password: string }>();
  const { problem, isSending, submit } = useSending(
    () => answerOf(client.POST('/api/v1/sessions', { body: { ...form.getFieldsValue(), cookie: true } })),
    done,
  );
  return (
    <Form form={form} layout="vertical" onFinish={submit} requiredMark={false} initialValues={{ username }}>
      {problem && <Alert type="error" role="alert" title={problemText(problem)} className="sign-in-problem" />}
      <Form.Item
        name="username"
        label={t('signIn.username')}
        rules={[{ required: true, message: t('signIn.usernameMissing') }]}
      >
        <Input autoComplete="username" autoFocus={!username} size="large" maxLength={200} />
      </Form.Item>
      <Form.Item
        name="password"
        label={t('signIn.password')}
        rules={[{ required: true, message: t('signIn.passwordMissing') }]}
      >
        <Input.Password autoComplete="current-password" autoFocus={!!username} size="large" maxLength={200} />
      </Form.Item>
      <Button type="primary" htmlType="submit" size="large" block loading={isSending}>
        {t('signIn.submit')}
      </Button>
      {HAS_PROVIDER && (
        <Button
          block
          size="large"
          className="sign-in-provider"
          href={`/api/v1/sessions/oidc?returnTo=${encodeURIComponent(location.pathname)}`}
        >
          {t('signIn.provider')}
        </Button>
      )}
      <ForgottenPassword />
    </Form>
  );
}

function ForgottenPassword() {
  const { t } = useTranslation('account');
  const navigate = useNavigate();
  return (
    <Button type="link" className="sign-in-forgotten" onClick={() => void navigate('/reset-password')}>
      {t('signIn.forgotten')}
    </Button>
  );
}

function Code({ done }: { done: () => void }) {
  const { t } = useTranslation('account');
  const [form] = Form.useForm<{ code: string }>();
  const { problem, isSending, submit } = useSending(
    () => answerOf(client.POST('/api/v1/sessions/current/second-factor', { body: form.getFieldsValue() })),
    done,
  );
  return (
    <Form form={form} layout="vertical" onFinish={submit} requiredMark={false}>
      {problem && <Alert type="error" role="alert" title={problemText(problem)} className="sign-in-problem" />}
      <Form.Item
        name="code"
        label={t('signIn.code')}
        extra={t('signIn.codeHelp')}
        rules={[{ required: true, message: t('signIn.codeMissing') }]}
      >
        <Input autoComplete="one-time-code" autoFocus size="large" maxLength={40} />
      </Form.Item>
      <Button type="primary" htmlType="submit" size="large" block loading={isSending}>
        {t('signIn.goOn')}
      </Button>
    </Form>
  );
}

export function OwnPassword({ done }: { done: () => void }) {
  const { t } = useTranslation('account');
  const [form] = Form.useForm<{ currentPassword: string; password: string; again: string }>();
  const { problem, isSending, submit } = useSending(() => {
    const { currentPassword, password } = form.getFieldsValue();
    return answerOf(client.PUT('/api/v1/sessions/current/password', { body: { currentPassword, password } }));
  }, done);
  return (
    <Form form={form} layout="vertical" onFinish={submit} requiredMark={false}>
      <Typography.Paragraph>{t('ownPassword.about')}</Typography.Paragraph>
      {problem && <Alert type="error" role="alert" title={problemText(problem)} className="sign-in-problem" />}
      <Form.Item
        name="currentPassword"
        label={t('ownPassword.current')}
        rules={[{ required: true, message: t('signIn.passwordMissing') }]}
      >
        <Input.Password autoComplete="current-password" maxLength={200} />
      </Form.Item>
      <Form.Item
        name="password"
        label={t('ownPassword.next')}
        rules={[{ required: true, message: t('signIn.passwordMissing') }]}
      >
        <Input.Password autoComplete="new-password" maxLength={200} />
      </Form.Item>
      <Form.Item
        name="again"
        label={t('ownPassword.again')}
        dependencies={['password']}
        rules={[
          ({ getFieldValue }) => ({
            validator: (_, value) =>
              value === getFieldValue('password')
                ? Promise.resolve()
                : Promise.reject(new Error(t('ownPassword.differs'))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={200} />
      </Form.Item>
      <Button type="primary" htmlType="submit" size="large" block loading={isSending}>
        {t('ownPassword.submit')}
      </Button>
    </Form>
  );
}
