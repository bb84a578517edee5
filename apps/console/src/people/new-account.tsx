import { App, Form, Input, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { useTellProblem } from '../problem/use-problem';

interface Fields {
  username: string;
  displayName: string;
  email?: string;
}

export function NewAccount({
  isOpen,
  close,
  made,
}: {
  isOpen: boolean;
  close: () => void;
  made: (username: string) => void;
}) {
  const { t } = useTranslation(['admin', 'console']);
  const { message } = App.useApp();
  const [form] = Form.useForm<Fields>();
  const create = api.useMutation('post', '/api/v1/persons', {
    onSuccess: (person) => {
      void message.success(t('people.made'));
      form.resetFields();
      made(person.username);
    },
    onError: useTellProblem(),
  });
  return (
    <Modal
      open={isOpen}
      title={t('people.new')}
      okText={t('people.create')}
      okButtonProps={{ loading: create.isPending }}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form
        form={form}
        layout="vertical"
        onFinish={({ username, displayName, email }) =>
          create.mutate({ body: { username, displayName, email: email?.trim() || null } })
        }
      >
        <Form.Item name="username" label={t('people.username')} rules={[{ required: true, message: t('needed') }]}>
          <Input maxLength={60} autoComplete="off" />
        </Form.Item>
        <Form.Item name="displayName" label={t('people.name')} rules={[{ required: true, message: t('needed') }]}>
          <Input maxLength={60} autoComplete="off" />
        </Form.Item>
        <Form.Item name="email" label={t('people.email')}>
          <Input type="email" maxLength={200} autoComplete="off" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
