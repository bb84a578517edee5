import { App, Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';

interface Fields {
  email?: string;
  mobile?: string;
  currentPassword: string;
}

/** One’s own mail address and mobile number: without them nothing comes but into the inbox. */
export function Contact() {
  const { t } = useTranslation(['account', 'console']);
  const { me } = useSession();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Fields>();
  const save = api.useMutation('patch', '/api/v1/persons/{username}', {
    onSuccess: async () => {
      void message.success(t('contact.saved'));
      form.resetFields(['currentPassword']);
      await queries.invalidateQueries({ queryKey: ['session'] });
    },
  });
  if (me.contact === null) return null;
  return (
    <section className="panel">
      <h2>{t('contact.title')}</h2>
      <p>{t('contact.about')}</p>
      <Form<Fields>
        form={form}
        name="contact"
        layout="vertical"
        className="account-form"
        initialValues={{ email: me.contact.email ?? '', mobile: me.contact.mobile ?? '' }}
        onFinish={({ email, mobile, currentPassword }) =>
          save.mutate({
            params: { path: { username: me.username } },
            body: { email: email?.trim() || null, mobile: mobile?.trim() || null, currentPassword },
          })
        }
      >
        <Form.Item name="email" label={t('contact.email')} rules={[{ type: 'email', message: t('contact.emailBad') }]}>
          <Input autoComplete="email" inputMode="email" maxLength={200} placeholder={t('contact.none')} />
        </Form.Item>
        <Form.Item
          name="mobile"
          label={t('contact.mobile')}
          rules={[{ pattern: /^\s*1[3-9]\d{9}\s*$/, message: t('contact.mobileBad') }]}
        >
          <Input autoComplete="tel-national" inputMode="tel" maxLength={20} placeholder={t('contact.none')} />
        </Form.Item>
        <Form.Item
          name="currentPassword"
          label={t('contact.password')}
          extra={t('contact.passwordHelp')}
          rules={[{ required: true, message: t('signIn.passwordMissing') }]}
        >
          <Input.Password autoComplete="current-password" maxLength={200} />
        </Form.Item>
        {save.error && (
          <div className="account-problem">
            <ProblemView problem={save.error} />
          </div>
        )}
        <Button type="primary" htmlType="submit" loading={save.isPending}>
          {t('console:act.save')}
        </Button>
      </Form>
    </section>
  );
}
