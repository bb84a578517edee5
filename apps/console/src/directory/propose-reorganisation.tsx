import { MinusCircleOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Checkbox, Form, Input, Radio, Select, Space } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQueryClient } from '@tanstack/react-query';
import { api, type Schemas } from '../api/client';
import { ProblemView } from '../problem/problem-view';
import { useUnits } from './units';

const KINDS = ['rename', 'merge', 'split', 'abolish', 'transfer'] as const;
interface Values {
  kind: (typeof KINDS)[number];
  units: string[];
  name?: string;
  officialName?: string;
  successors?: { code: string; name?: string; officialName?: string }[];
  continues?: boolean;
  cancelOpen?: boolean;
  default?: string;
  effectiveOn: string;
  reason?: string;
  documentNumber?: string;
}

const bodyOf = ({ successors, default: rest, name, officialName, reason, documentNumber, ...values }: Values) =>
  ({
    ...values,
    continues: values.continues ?? false,
    cancelOpen: values.cancelOpen ?? false,
    successors: (successors ?? []).map((one) => ({
      code: one.code,
      ...(one.name ? { name: one.name, officialName: one.officialName || one.name } : {}),
    })),
    moves: [],
    parents: [],
    default: rest ?? null,
    ...(name ? { name } : {}),
    ...(officialName ? { officialName } : {}),
    ...(reason ? { reason } : {}),
    ...(documentNumber ? { documentNumber } : {}),
  }) satisfies Schemas['NewReorganisationDto'];

/** Propose a change of units: it binds nobody, and says what it would do. */
export function ProposeReorganisation({ proposed, close }: { proposed: (id: string) => void; close: () => void }) {
  const { t } = useTranslation(['directory', 'console']);
  const queries = useQueryClient();
  const units = useUnits();
  const [form] = Form.useForm<Values>();
  const kind = Form.useWatch('kind', form) ?? 'rename';
  const propose = api.useMutation('post', '/api/v1/reorganisations', {
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['get', '/api/v1/reorganisations'] });
      proposed(id);
    },
  });
  const options = (units.data ?? []).map(({ code, name }) => ({ value: code, label: `${name} ${code}` }));
  const need = [{ required: true, message: t('directory:need') }];
  const hasSuccessors = kind !== 'rename';
  return (
    <Form<Values>
      form={form}
      layout="vertical"
      className="reorganisation-form"
      initialValues={{ kind: 'rename', units: [], successors: [] }}
      onFinish={(values) => propose.mutate({ body: bodyOf(values) })}
    >
      <Form.Item name="kind" label={t('directory:changes.kind')}>
        <Radio.Group
          optionType="button"
          options={KINDS.map((value) => ({ value, label: t(`directory:changes.kinds.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="units" label={t('directory:changes.which')} rules={need}>
        <Select mode="multiple" options={options} showSearch={{ optionFilterProp: 'label' }} />
      </Form.Item>
      {kind === 'rename' && (
        <>
          <Form.Item name="name" label={t('directory:changes.newName')} rules={need}>
            <Input />
          </Form.Item>
          <Form.Item name="officialName" label={t('directory:changes.newOfficial')}>
            <Input />
          </Form.Item>
        </>
      )}
      {hasSuccessors && (
        <Form.List name="successors">
          {(fields, { add, remove }) => (
            <fieldset className="successors">
              <legend>{t('directory:changes.successors')}</legend>
              {fields.map(({ key, name }) => (
                <Space key={key} wrap align="baseline">
                  <Form.Item name={[name, 'code']} rules={need}>
                    <Input aria-label={t('directory:changes.code')} placeholder={t('directory:changes.code')} />
                  </Form.Item>
                  {['merge', 'split'].includes(kind) && (
                    <Form.Item name={[name, 'name']}>
                      <Input
                        aria-label={t('directory:changes.nameIfNew')}
                        placeholder={t('directory:changes.nameIfNew')}
                      />
                    </Form.Item>
                  )}
                  <Button
                    type="text"
                    icon={<MinusCircleOutlined />}
                    aria-label={t('directory:changes.remove')}
                    onClick={() => remove(name)}
                  />
                </Space>
              ))}
              <Button type="dashed" icon={<PlusOutlined />} onClick={() => add({ code: '' })}>
                {t('directory:changes.addSuccessor')}
              </Button>
            </fieldset>
          )}
        </Form.List>
      )}
      {kind === 'split' && (
        <Form.Item name="continues" valuePropName="checked">
          <Checkbox>{t('directory:changes.continues')}</Checkbox>
        </Form.Item>
      )}
      {kind === 'abolish' && (
        <Form.Item name="cancelOpen" valuePropName="checked">
          <Checkbox>{t('directory:changes.cancelOpen')}</Checkbox>
        </Form.Item>
      )}
      {['split', 'abolish', 'transfer'].includes(kind) && (
        <Form.Item name="default" label={t('directory:changes.default')} tooltip={t('directory:changes.defaultHelp')}>
          <Input placeholder={t('directory:changes.code')} />
        </Form.Item>
      )}
      <Form.Item name="effectiveOn" label={t('directory:changes.from')} rules={need}>
        <Input type="date" style={{ width: '13em' }} />
      </Form.Item>
      <Form.Item name="documentNumber" label={t('directory:changes.document')}>
        <Input />
      </Form.Item>
      <Form.Item name="reason" label={t('directory:changes.reason')}>
        <Input />
      </Form.Item>
      {propose.error && <ProblemView problem={propose.error} />}
      <Space>
        <Button type="primary" htmlType="submit" loading={propose.isPending}>
          {t('directory:changes.see')}
        </Button>
        <Button onClick={close}>{t('console:act.cancel')}</Button>
      </Space>
    </Form>
  );
}
