import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';

/** What somebody writes in a form, in as many lines as it takes; blanks alone are no answer to what has to be said. */
export function TextItem({
  name,
  label,
  help,
  rows = 2,
  mostCharacters = 10_000,
  isRequired = false,
}: {
  name: string | (string | number)[];
  label: string;
  help?: string;
  rows?: number;
  mostCharacters?: number;
  isRequired?: boolean;
}) {
  const { t } = useTranslation('mine');
  return (
    <Form.Item
      name={name}
      label={label}
      extra={help}
      rules={isRequired ? [{ required: true, whitespace: true, message: t('required') }] : []}
    >
      <Input.TextArea rows={rows} className="grows" maxLength={mostCharacters} />
    </Form.Item>
  );
}
