import { App, Button, Dropdown, Input, Modal, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { useTellProblem } from '../problem/use-problem';
import { INVERSES } from '../undo/inverses';
import { useDone } from '../undo/use-done';
import type { Filter } from './use-search';

type NewSearch = Schemas['NewSearchDto'];

/** Searches that a person keeps, to look again: as they are set in the address. */
export function Searches({ filter, replace }: { filter: Filter; replace: (filter: Filter) => void }) {
  const { t } = useTranslation(['audit', 'console']);
  const { message } = App.useApp();
  const say = useDone();
  const tell = useTellProblem();
  const [isNaming, setNaming] = useState(false);
  const [name, setName] = useState('');
  const searches = api.useQuery('get', '/api/v1/history/searches');
  const save = api.useMutation('post', '/api/v1/history/searches', {
    onSuccess: async () => {
      setNaming(false);
      setName('');
      void message.success(t('searches.saved'));
      await searches.refetch();
    },
    onError: tell,
  });
  const remove = api.useMutation('delete', '/api/v1/history/searches/{id}', {
    onSuccess: async (_, { params }) => {
      const gone = kept.find(({ id }) => id === params.path.id);
      say(t('searches.removed'), gone && INVERSES.removeSearch(gone));
      await searches.refetch();
    },
    onError: tell,
  });
  const kept = searches.data?.items ?? [];
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items:
            kept.length === 0
              ? [{ key: 'none', disabled: true, label: t('searches.none') }]
              : kept.map((one) => ({
                  key: one.id,
                  label: (
                    <Space>
                      {one.name}
                      <Button
                        size="small"
                        type="text"
                        danger
                        onClick={(event) => {
                          event.stopPropagation();
                          remove.mutate({ params: { path: { id: one.id } } });
                        }}
                      >
                        {t('searches.remove')}
                      </Button>
                    </Space>
                  ),
                  onClick: () => replace(one.filter),
                })),
        }}
      >
        <Button disabled={searches.isPending}>{t('searches.title')}</Button>
      </Dropdown>
      <Button disabled={Object.keys(filter).length === 0} onClick={() => setNaming(true)}>
        {t('searches.save')}
      </Button>
      <Modal
        open={isNaming}
        title={t('searches.save')}
        okText={t('console:act.save')}
        okButtonProps={{ disabled: name.trim() === '', loading: save.isPending }}
        onOk={() => save.mutate({ body: { name: name.trim(), filter: filter as NewSearch['filter'] } })}
        onCancel={() => setNaming(false)}
      >
        <Input
          aria-label={t('searches.name')}
          placeholder={t('searches.name')}
          value={name}
          maxLength={60}
          onChange={(event) => setName(event.target.value)}
        />
      </Modal>
    </>
  );
}
