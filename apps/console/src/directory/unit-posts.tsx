import { App, Button, Form, Input, Modal, Popconfirm, Select, Space, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { Day } from '../layout/day';
import { MessageRecordButton } from '../people/message-record';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { useSession } from '../session/session';
import type { Unit } from './units';

type NewPost = Schemas['NewPostDto'];
const TITLED = ['deputy', 'handler'] as const satisfies readonly NewPost['kind'][];

/** The posts (岗位) of a unit with who holds them; deputies and handlers are made here, and closed once nobody holds them. */
export function UnitPosts({ unit }: { unit: Unit }) {
  const { t } = useTranslation(['directory', 'terms']);
  const { may } = useSession();
  const { message } = App.useApp();
  const [isMaking, setMaking] = useState(false);
  const posts = api.useQuery('get', '/api/v1/units/{code}/posts', { params: { path: { code: unit.code } } });
  const close = api.useMutation('delete', '/api/v1/units/{code}/posts/{id}', {
    onSuccess: () => {
      void message.success(t('directory:post.closed'));
      void posts.refetch();
    },
    onError: useTellProblem(),
  });
  const mayMake = may('post.create') && unit.isActive;
  return (
    <>
      <h3>{t('directory:posts')}</h3>
      {posts.error && <ProblemView problem={posts.error} retry={() => void posts.refetch()} />}
      <ul className="plain-list">
        {posts.data?.items.map(({ id, kind, title, closedOn, holders }) => (
          <li key={id}>
            <Space wrap>
              <Tag>{title === null ? t(`terms:post.${kind}`) : `${title}（${t(`terms:post.${kind}`)}）`}</Tag>
              {holders.length === 0 && <span className="quiet">{t('directory:nobody')}</span>}
              {holders.map(({ personId, displayName, username, fromOn }) => (
                <Space key={personId} wrap>
                  <span>
                    {displayName} <code>{username}</code> <Day date={fromOn} />
                  </span>
                  {may('delivery.read_all') && <MessageRecordButton username={username} name={displayName} />}
                </Space>
              ))}
              {mayMake && title !== null && closedOn === null && holders.length === 0 && (
                <Popconfirm
                  title={t('directory:post.closeAsk', { title })}
                  description={t('directory:post.closeMeans')}
                  onConfirm={() => close.mutate({ params: { path: { code: unit.code, id } } })}
                >
                  <Button size="small">{t('directory:post.close')}</Button>
                </Popconfirm>
              )}
            </Space>
          </li>
        ))}
      </ul>
      {mayMake && (
        <>
          <Button onClick={() => setMaking(true)}>{t('directory:post.make')}</Button>
          <p className="quiet">{t('directory:post.about')}</p>
        </>
      )}
      {isMaking && (
        <MakePost
          unit={unit}
          close={() => setMaking(false)}
          made={() => {
            setMaking(false);
            void message.success(t('directory:post.made'));
            void posts.refetch();
          }}
        />
      )}
    </>
  );
}

function MakePost({ unit, close, made }: { unit: Unit; close: () => void; made: () => void }) {
  const { t } = useTranslation(['directory', 'terms']);
  const [form] = Form.useForm<NewPost>();
  const make = api.useMutation('post', '/api/v1/units/{code}/posts', { onSuccess: made });
  const needed = [{ required: true, whitespace: true, message: t('directory:need') }];
  return (
    <Modal
      open
      title={t('directory:post.makeOf', { name: unit.name })}
      okText={t('directory:post.ok')}
      confirmLoading={make.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form
        form={form}
        name="new-post"
        layout="vertical"
        initialValues={{ kind: TITLED[0] }}
        onFinish={(body) => make.mutate({ params: { path: { code: unit.code } }, body })}
      >
        {make.error && <ProblemView problem={make.error} />}
        <Form.Item name="kind" label={t('directory:post.kind')} rules={needed}>
          <Select options={TITLED.map((value) => ({ value, label: t(`terms:post.${value}`) }))} />
        </Form.Item>
        <Form.Item name="title" label={t('directory:post.title')} extra={t('directory:post.titleHelp')} rules={needed}>
          <Input maxLength={60} autoComplete="off" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
