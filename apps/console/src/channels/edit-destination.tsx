import { App, Form, Input, InputNumber, Modal, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { useUnits } from '../directory/units';
import { useTellProblem } from '../problem/use-problem';
import { type Destination, DESTINATION_KINDS } from './destination-kinds';

interface Fields {
  name: string;
  address?: string;
  kinds: string[];
  units: string[];
  perMinute: number;
}

/** Narrows or moves a destination (推送目的地): what it gets, of which units, how often, and where it is. */
export function EditDestination({
  destination,
  close,
  changed,
}: {
  destination: Destination;
  close: () => void;
  changed: () => void;
}) {
  const { t } = useTranslation(['admin', 'console']);
  const { message } = App.useApp();
  const tell = useTellProblem();
  const [form] = Form.useForm<Fields>();
  const units = useUnits();
  const { id, version, name, kinds, units: codes, perMinute, address } = destination;
  const change = api.useMutation('patch', '/api/v1/destinations/{id}', {
    onSuccess: () => {
      void message.success(t('saved'));
      changed();
      close();
    },
    onError: (problem) => {
      tell(problem);
      changed();
    },
  });
  const needed = [{ required: true, message: t('needed') }];
  return (
    <Modal
      open
      title={t('destinations.editOf', { name })}
      okText={t('console:act.save')}
      okButtonProps={{ loading: change.isPending }}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form<Fields>
        form={form}
        name="edit-destination"
        layout="vertical"
        initialValues={{ name, kinds, units: codes, perMinute }}
        onFinish={({ address: moved, ...fields }) =>
          change.mutate({
            params: { path: { id } },
            body: { expectedVersion: version, ...fields, ...(moved?.trim() ? { address: moved.trim() } : {}) },
          })
        }
      >
        <Form.Item name="name" label={t('destinations.name')} rules={needed}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="kinds" label={t('destinations.kinds')} rules={needed}>
          <Select
            mode="multiple"
            options={[...new Set([...DESTINATION_KINDS, ...kinds])].map((value) => ({
              value,
              label: t(`messages.${value}` as 'messages.urge', { defaultValue: value }),
            }))}
          />
        </Form.Item>
        <Form.Item name="units" label={t('destinations.units')}>
          <Select
            mode="multiple"
            placeholder={t('destinations.allUnits')}
            showSearch={{ optionFilterProp: 'label' }}
            options={(units.data ?? []).map((unit) => ({ value: unit.code, label: unit.name }))}
          />
        </Form.Item>
        <Form.Item name="perMinute" label={t('destinations.perMinute')} rules={needed}>
          <InputNumber min={1} max={100_000} precision={0} />
        </Form.Item>
        <Form.Item
          name="address"
          label={t('destinations.newAddress')}
          extra={t('destinations.newAddressHelp', { address })}
        >
          <Input maxLength={2000} placeholder="https://" autoComplete="off" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
