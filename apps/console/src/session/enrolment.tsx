import { Alert, Button, Form, Input, QRCode, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, client, type Problem, type Schemas } from '../api/client';
import { ShownOnce } from '../layout/shown-once';
import { problemText } from '../problem/problem-text';

/**
 * A second factor (第二因素) is set up: the picture for the authenticator, its first code, the codes for a bad day. Whoever
 * has one gives its code first.
 */
export function Enrolment({ done, isAnother = false }: { done: () => void; isAnother?: boolean }) {
  const { t } = useTranslation('account');
  const [form] = Form.useForm<{ present?: string; code: string }>();
  const [enrolment, setEnrolment] = useState<Schemas['EnrolmentDto'] | null>(null);
  const [recoveryCodes, setRecoveryCodes] = useState<readonly string[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  const send = async (): Promise<void> => {
    setProblem(null);
    const { present, code } = form.getFieldsValue();
    try {
      if (enrolment === null) {
        setEnrolment(
          await answerOf(client.POST('/api/v1/second-factor', { body: isAnother ? { code: present } : {} })),
        );
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
        <ShownOnce secret={recoveryCodes.join('\n')} printed={t('factor.printTitle')} />
        <Button type="primary" block size="large" onClick={done}>
          {t('enrolment.kept')}
        </Button>
      </>
    );
  }
  return (
    <Form form={form} layout="vertical" onFinish={() => void send()} requiredMark={false}>
      <Typography.Paragraph>{t(enrolment === null ? 'enrolment.begin' : 'enrolment.about')}</Typography.Paragraph>
      {problem && <Alert type="error" role="alert" title={problemText(problem)} className="sign-in-problem" />}
      {enrolment === null && isAnother && (
        <Form.Item
          name="present"
          label={t('enrolment.present')}
          extra={t('factor.codeHelp')}
          rules={[{ required: true, message: t('signIn.codeMissing') }]}
        >
          <Input autoComplete="one-time-code" maxLength={40} />
        </Form.Item>
      )}
      {enrolment !== null && (
        <>
          <QRCode value={enrolment.uri} type="svg" bordered={false} aria-label={t('enrolment.picture')} />
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
