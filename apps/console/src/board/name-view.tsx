import { Form, Input, Modal } from 'antd';
import { useTranslation } from 'react-i18next';

interface Props {
  /** As it is called by now. */
  name: string;
  close: () => void;
  save: (name: string) => void;
}

/** Asks for the name under which the view is kept. */
export default function NameView({ name: before, close, save }: Props) {
  const { t } = useTranslation(['board', 'console']);
  const [form] = Form.useForm<{ name: string }>();
  return (
    <Modal
      open
      title={t(before ? 'views.renameTitle' : 'views.save')}
      onCancel={close}
      onOk={() => form.submit()}
      okText={t('console:act.save')}
      cancelText={t('console:act.cancel')}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={{ name: before }}
        requiredMark={false}
        onFinish={({ name }: { name: string }) => save(name.trim())}
      >
        <Form.Item
          name="name"
          label={t('views.name')}
          rules={[{ required: true, whitespace: true, message: t('views.nameMissing') }]}
        >
          <Input maxLength={60} autoFocus />
        </Form.Item>
      </Form>
    </Modal>
  );
}
