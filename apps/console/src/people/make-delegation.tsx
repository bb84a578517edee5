import { Alert, App, AutoComplete, Form, Input, Modal, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQueryClient } from '@tanstack/react-query';
import { api, type Schemas } from '../api/client';
import { UnitSelect } from '../directory/unit-select';
import { DayField } from '../layout/day-field';
import { useTellProblem } from '../problem/use-problem';
import { useSession } from '../session/session';
import { usePostName } from './post-name';

interface Fields {
  /** Of whom somebody else is to stand in for; nothing: for oneself. */
  unitCode?: string;
  post: string;
  to: string;
  from: string;
  until: string;
  reason: string;
}

/** Nobody stands in for these (三员分立). */
export const ADMINISTRATORS = ['admin', 'security', 'auditor'];

/** Has somebody stand in for oneself (代行) while away, or, for whoever may, for the holder of another post. */
export function MakeDelegation({ close }: { close: () => void }) {
  const { t } = useTranslation(['admin', 'terms']);
  const { me, may } = useSession();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const postName = usePostName();
  const [form] = Form.useForm<Fields>();
  const unitCode = Form.useWatch('unitCode', form);
  const chosen = Form.useWatch('post', form);
  const own = me.posts.filter(({ kind, onBehalfOf }) => onBehalfOf === null && !ADMINISTRATORS.includes(kind));
  const ofUnit = unitCode ?? own.find(({ postId }) => postId === chosen)?.unitCode ?? undefined;
  const posts = api.useQuery(
    'get',
    '/api/v1/units/{code}/posts',
    { params: { path: { code: ofUnit ?? '' } } },
    { enabled: ofUnit !== undefined },
  );
  const make = api.useMutation('post', '/api/v1/delegations', {
    onSuccess: async () => {
      void message.success(t('delegations.made'));
      close();
      await queries.invalidateQueries({ queryKey: ['get', '/api/v1/delegations'] });
    },
    onError: useTellProblem(),
  });
  const people = (posts.data?.items ?? []).flatMap(({ holders }) => holders);
  const needed = [{ required: true, message: t('needed') }];
  return (
    <Modal
      open
      title={t('delegations.make')}
      okText={t('delegations.make')}
      okButtonProps={{ loading: make.isPending }}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Alert type="info" showIcon title={t('delegations.means')} />
      <Form<Fields>
        form={form}
        name="delegation"
        layout="vertical"
        initialValues={own.length === 1 ? { post: own[0]!.postId } : {}}
        onFinish={({ post, to, from, until, reason }) => {
          const [postId = '', holder] = post.split(' ');
          make.mutate({ body: { postId, to: to.trim(), from, until, reason, ...(holder ? { holder } : {}) } });
        }}
      >
        {may('delegation.make') && (
          <Form.Item name="unitCode" label={t('delegations.forUnit')}>
            <UnitSelect
              by="code"
              placeholder={t('delegations.forMyself')}
              onChange={(code) => form.setFieldsValue({ unitCode: code, post: undefined, to: undefined })}
            />
          </Form.Item>
        )}
        <Form.Item name="post" label={t('changes.post')} rules={needed}>
          <Select
            options={
              unitCode === undefined
                ? own.map(({ postId, kind, title, unitCode: code }) => ({
                    value: postId,
                    label: postName({ kind, title, unitCode: code }),
                  }))
                : heldPosts(posts.data?.items ?? []).map(({ id, kind, title, holder }) => ({
                    value: `${id} ${holder.username}`,
                    label: `${postName({ kind, title, unitCode })} · ${holder.displayName}`,
                  }))
            }
            notFoundContent={t('delegations.noPost')}
          />
        </Form.Item>
        <Form.Item name="to" label={t('delegations.to')} extra={t('delegations.toHelp')} rules={needed}>
          <AutoComplete
            options={people
              .filter(({ username }, at) => people.findIndex((one) => one.username === username) === at)
              .filter(({ personId }) => personId !== me.personId)
              .map(({ username, displayName }) => ({ value: username, label: `${displayName}（${username}）` }))}
          />
        </Form.Item>
        <Form.Item name="from" label={t('delegations.fromDay')} rules={needed}>
          <DayField />
        </Form.Item>
        <Form.Item name="until" label={t('delegations.untilDay')} rules={needed}>
          <DayField />
        </Form.Item>
        <Form.Item name="reason" label={t('changes.reason')} rules={needed}>
          <Input maxLength={200} placeholder={t('delegations.reasonFor')} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

type Post = Schemas['PostsDto']['items'][number];

/** Each post with each who holds it: of a post that several hold one is stood in for. */
const heldPosts = (posts: readonly Post[]) =>
  posts.flatMap((post) => post.holders.map((holder) => ({ ...post, holder })));
