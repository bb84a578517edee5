import { Alert, Button, Form, Input, Modal, Skeleton, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { ShownOnce } from '../layout/shown-once';
import { ProblemView } from '../problem/problem-view';
import { Enrolment } from '../session/enrolment';

const FEW = 3;

/** One’s own second factor (第二因素): set up by choice, moved to another telephone, with codes for the day without it. */
export function OwnFactor() {
  const { t } = useTranslation('account');
  const factor = api.useQuery('get', '/api/v1/second-factor');
  const [open, setOpen] = useState<'enrolment' | 'codes' | null>(null);
  const close = (): void => {
    setOpen(null);
    void factor.refetch();
  };
  return (
    <section className="panel">
      <h2>{t('factor.title')}</h2>
      {factor.error && <ProblemView problem={factor.error} retry={() => void factor.refetch()} />}
      {factor.isPending && <Skeleton active paragraph={{ rows: 1 }} />}
      {factor.data && (
        <>
          <p>{factor.data.isEnrolled ? t('factor.on', { count: factor.data.recoveryCodesLeft }) : t('factor.off')}</p>
          {factor.data.isEnrolled && factor.data.recoveryCodesLeft <= FEW && (
            <Alert type="warning" showIcon className="account-problem" title={t('factor.few')} />
          )}
          <Space wrap>
            {factor.data.isEnrolled && <Button onClick={() => setOpen('codes')}>{t('factor.renew')}</Button>}
            <Button onClick={() => setOpen('enrolment')}>
              {t(factor.data.isEnrolled ? 'factor.another' : 'factor.setUp')}
            </Button>
          </Space>
          {open === 'enrolment' && (
            <Modal
              open
              title={t(factor.data.isEnrolled ? 'factor.another' : 'factor.setUp')}
              footer={null}
              // What is shown once is not lost by a click beside it.
              mask={{ closable: false }}
              onCancel={close}
            >
              <Enrolment isAnother={factor.data.isEnrolled} done={close} />
            </Modal>
          )}
          {open === 'codes' && <NewCodes close={close} />}
        </>
      )}
    </section>
  );
}

function NewCodes({ close }: { close: () => void }) {
  const { t } = useTranslation('account');
  const [form] = Form.useForm<{ code: string }>();
  const renew = api.useMutation('post', '/api/v1/second-factor/recovery-codes');
  const codes = renew.data?.recoveryCodes;
  return (
    <Modal
      open
      title={t('factor.renew')}
      okText={t(codes ? 'enrolment.kept' : 'factor.renew')}
      footer={(buttons, { OkBtn }) => (codes ? <OkBtn /> : buttons)}
      mask={{ closable: false }}
      confirmLoading={renew.isPending}
      onOk={() => (codes ? close() : form.submit())}
      onCancel={close}
    >
      {codes ? (
        <>
          <p>{t('factor.fresh')}</p>
          <ShownOnce secret={codes.join('\n')} printed={t('factor.printTitle')} />
        </>
      ) : (
        <Form form={form} name="new-codes" layout="vertical" onFinish={({ code }) => renew.mutate({ body: { code } })}>
          <p>{t('factor.renewMeans')}</p>
          {renew.error && <ProblemView problem={renew.error} />}
          <Form.Item
            name="code"
            label={t('factor.code')}
            extra={t('factor.codeHelp')}
            rules={[{ required: true, message: t('signIn.codeMissing') }]}
          >
            <Input autoComplete="one-time-code" maxLength={40} />
          </Form.Item>
        </Form>
      )}
    </Modal>
  );
}
