import { Form, Input, InputNumber, Modal, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { useUnits } from '../directory/units';
import { useTellProblem } from '../problem/use-problem';
import { DESTINATION_KINDS } from './destination-kinds';

const CHANNELS = ['webhook', 'wecom_robot', 'dingtalk_robot', 'feishu_robot'] as const;

interface Fields {
  channel: (typeof CHANNELS)[number];
  name: string;
  address: string;
  kinds: string[];
  units?: string[];
  perMinute?: number;
  secret?: string;
}

export function NewDestination({
  isOpen,
  close,
  made,
}: {
  isOpen: boolean;
  close: () => void;
  made: (secret: string | null) => void;
}) {
  const { t } = useTranslation('admin');
  const [form] = Form.useForm<Fields>();
  const channel = Form.useWatch('channel', form);
  const units = useUnits();
  const create = api.useMutation('post', '/api/v1/destinations', {
    onSuccess: ({ secret }) => {
      form.resetFields();
      made(secret);
    },
    onError: useTellProblem(),
  });
  const needed = [{ required: true, message: t('needed') }];
  return (
    <Modal
      open={isOpen}
      title={t('destinations.new')}
      okText={t('destinations.create')}
      okButtonProps={{ loading: create.isPending }}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={{ channel: 'webhook', kinds: ['notice', 'urge'] }}
        onFinish={({ secret, perMinute, units: codes, ...fields }) =>
          create.mutate({
            body: {
              ...fields,
              ...(codes?.length ? { units: codes } : {}),
              ...(perMinute ? { perMinute } : {}),
              ...(secret?.trim() ? { secret: secret.trim() } : {}),
            },
          })
        }
      >
        <Form.Item name="channel" label={t('destinations.channel')} rules={needed}>
          <Select options={CHANNELS.map((value) => ({ value, label: t(`destinations.kind.${value}`) }))} />
        </Form.Item>
        <Form.Item name="name" label={t('destinations.name')} rules={needed}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="address" label={t('destinations.address')} rules={needed}>
          <Input maxLength={2000} placeholder="https://" />
        </Form.Item>
        {(channel === 'dingtalk_robot' || channel === 'feishu_robot') && (
          <Form.Item name="secret" label={t('destinations.key')}>
            <Input.Password maxLength={200} autoComplete="off" />
          </Form.Item>
        )}
        <Form.Item name="kinds" label={t('destinations.kinds')} rules={needed}>
          <Select
            mode="multiple"
            options={DESTINATION_KINDS.map((value) => ({ value, label: t(`messages.${value}`) }))}
          />
        </Form.Item>
        <Form.Item name="units" label={t('destinations.units')}>
          <Select
            mode="multiple"
            placeholder={t('destinations.allUnits')}
            showSearch={{ optionFilterProp: 'label' }}
            options={units.data?.map(({ code, name }) => ({ value: code, label: name }))}
          />
        </Form.Item>
        <Form.Item name="perMinute" label={t('destinations.perMinute')}>
          <InputNumber min={1} max={100_000} precision={0} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
