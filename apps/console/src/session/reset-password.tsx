import { Alert, Button, Card, Form, Input, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answerOf, client, type Problem } from '../api/client';
import { problemText } from '../problem/problem-text';

interface Fields {
  username?: string;
  code?: string;
  password?: string;
}

/** A forgotten password: a mail with a code, and with the code another password. */
export default function ResetPassword() {
  const { t } = useTranslation('account');
  const [step, setStep] = useState<'ask' | 'choose' | 'done'>('ask');
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isSending, setSending] = useState(false);

  const send = async ({ username = '', code = '', password = '' }: Fields): Promise<void> => {
    setSending(true);
    setProblem(null);
    try {
      if (step === 'ask') await answerOf(client.POST('/api/v1/password-resets', { body: { username } }));
      else await answerOf(client.POST('/api/v1/password-resets/redeem', { body: { code, password } }));
      setStep(step === 'ask' ? 'choose' : 'done');
    } catch (error) {
      setProblem(error as Problem);
    } finally {
      setSending(false);
    }
  };

  return (
    <main className="sign-in">
      <Card className="sign-in-card">
        <Typography.Title level={1} className="sign-in-title">
          {t('reset.title')}
        </Typography.Title>
        {problem && <Alert type="error" role="alert" title={problemText(problem)} className="sign-in-problem" />}
        {step === 'done' && <Alert type="success" title={t('reset.done')} />}
        {step !== 'done' && (
          <Form key={step} layout="vertical" requiredMark={false} onFinish={(fields: Fields) => void send(fields)}>
            <Typography.Paragraph>{t(step === 'ask' ? 'reset.about' : 'reset.sent')}</Typography.Paragraph>
            {step === 'ask' ? (
              <Form.Item
                name="username"
                label={t('signIn.username')}
                rules={[{ required: true, message: t('signIn.usernameMissing') }]}
              >
                <Input autoComplete="username" autoFocus maxLength={200} />
              </Form.Item>
            ) : (
              <>
                <Form.Item
                  name="code"
                  label={t('reset.code')}
                  rules={[{ required: true, message: t('signIn.codeMissing') }]}
                >
                  <Input autoComplete="one-time-code" autoFocus maxLength={200} />
                </Form.Item>
                <Form.Item
                  name="password"
                  label={t('ownPassword.next')}
                  rules={[{ required: true, message: t('signIn.passwordMissing') }]}
                >
                  <Input.Password autoComplete="new-password" maxLength={200} />
                </Form.Item>
              </>
            )}
            <Button type="primary" htmlType="submit" size="large" block loading={isSending}>
              {t(step === 'ask' ? 'reset.submit' : 'ownPassword.submit')}
            </Button>
          </Form>
        )}
        <Typography.Paragraph className="sign-in-forgotten">
          <Link to="/">{t('reset.back')}</Link>
        </Typography.Paragraph>
      </Card>
    </main>
  );
}
