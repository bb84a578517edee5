import { Alert, Button, Form, Input, QRCode, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, client, type Problem, type Schemas } from '../api/client';
import { problemText } from '../problem/problem-text';

/** A second factor (第二因素) is set up: the picture for the authenticator, its first code, the codes for a bad day. */
export function Enrolment({ done }: { done: () => void }) {
  const { t } = useTranslation('account');
  const [form] = Form.useForm<{ password: string; code: string }>();
  const [enrolment, setEnrolment] = useState<Schemas['EnrolmentDto'] | null>(null);
  const [recoveryCodes, setRecoveryCodes] = useState<readonly string[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  const send = async (): Promise<void> => {
    setProblem(null);
    const { password, code } = form.getFieldsValue();
    try {
      if (enrolment === null) {
        setEnrolment(await answerOf(client.POST('/api/v1/second-factor', { body: { password } })));
      } else {
        setRecoveryCodes(
          (await answerOf(client.POST('/api/v1/second-factor/confirm', { body: { code } }))).recoveryCodes,
        );
      }
    } catch (error) {
      setProblem(error as Problem);
    }
  };

  if (recoveryCodes) {
    return (
      <>
        <Typography.Paragraph>{t('enrolment.codes')}</Typography.Paragraph>
        <pre className="recovery-codes">{recoveryCodes.join('\n')}</pre>
        <Button type="primary" block size="large" onClick={done}>
          {t('enrolment.kept')}
        </Button>
      </>
    );
  }
  return (
    <Form form={form} layout="vertical" onFinish={() => void send()} requiredMark={false}>
      <Typography.Paragraph>{t('enrolment.about')}</Typography.Paragraph>
      {problem && <Alert type="error" role="alert" title={problemText(problem)} className="sign-in-problem" />}
      {enrolment === null ? (
        <Form.Item
          name="password"
          label={t('signIn.password')}
          rules={[{ required: true, message: t('signIn.passwordMissing') }]}
        >
          <Input.Password autoComplete="current-password" maxLength={200} />
        </Form.Item>
      ) : (
        <>
          <QRCode value={enrolment.uri} type="svg" bordered={false} />
          <Typography.Paragraph copyable={{ text: enrolment.secret }}>{enrolment.secret}</Typography.Paragraph>
          <Form.Item
            name="code"
            label={t('signIn.code')}
            rules={[{ required: true, message: t('signIn.codeMissing') }]}
          >
            <Input autoComplete="one-time-code" autoFocus maxLength={40} />
          </Form.Item>
        </>
      )}
      <Button type="primary" htmlType="submit" size="large" block>
        {t('signIn.goOn')}
      </Button>
    </Form>
  );
}
