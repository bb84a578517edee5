import { Form, Input, InputNumber, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { useTellProblem } from '../problem/use-problem';
import type { Destination } from './destination-kinds';

/** Another key (密钥) for a destination: made here for a webhook, given by the vendor for a robot. */
export function NewKey({
  destination: { id, channel, name },
  close,
  made,
}: {
  destination: Destination;
  close: () => void;
  made: (secret: string | null) => void;
}) {
  const { t } = useTranslation('admin');
  const [form] = Form.useForm<{ overlapHours?: number; secret?: string }>();
  const isOurs = channel === 'webhook';
  const rotate = api.useMutation('post', '/api/v1/destinations/{id}/keys', {
    onSuccess: ({ secret }) => {
      close();
      made(secret);
    },
    onError: useTellProblem(),
  });
  const needed = [{ required: true, message: t('needed') }];
  return (
    <Modal
      open
      title={t('destinations.newKeyOf', { name })}
      okText={t('destinations.newKey')}
      okButtonProps={{ loading: rotate.isPending }}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <p>{t(isOurs ? 'destinations.keyOurs' : 'destinations.keyTheirs')}</p>
      <Form
        form={form}
        name="new-key"
        layout="vertical"
        initialValues={{ overlapHours: 24 }}
        onFinish={({ overlapHours, secret }) =>
          rotate.mutate({
            params: { path: { id } },
            body: isOurs ? { overlapHours: overlapHours ?? 24 } : { overlapHours: 0, secret: secret?.trim() },
          })
        }
      >
        {isOurs ? (
          <Form.Item name="overlapHours" label={t('destinations.overlap')} rules={needed}>
            <InputNumber min={0} max={168} precision={0} />
          </Form.Item>
        ) : (
          <Form.Item name="secret" label={t('destinations.key')} rules={needed}>
            <Input.Password maxLength={200} autoComplete="off" />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
