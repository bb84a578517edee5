import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { useRested } from '../layout/use-rested';

type Found = Schemas['FoundPeopleDto']['items'][number];
export interface Named {
  username: string;
  displayName: string;
}

/** People, found by their names, units or posts; its value are the usernames. */
export function PeopleSelect({
  id,
  value,
  onChange,
  known,
}: {
  id?: string;
  value?: string[];
  onChange?: (usernames: string[]) => void;
  /** Who is chosen to begin with, by their names. */
  known: readonly Named[];
}) {
  const { t } = useTranslation('plans');
  const [names, setNames] = useState(() => new Map(known.map(({ username, displayName }) => [username, displayName])));
  const [typed, setTyped] = useState('');
  const q = useRested(typed);
  const found = api.useQuery('get', '/api/v1/restrictions/people', { params: { query: { q } } }, { enabled: q !== '' });
  const isCurrent = typed.trim() === q && !found.isFetching;
  const people = q === '' || !isCurrent ? [] : (found.data?.items ?? []);
  return (
    <Select
      id={id}
      mode="multiple"
      maxCount={500}
      value={value}
      onChange={(usernames: string[]) => {
        setNames(new Map([...names, ...people.map((one): [string, string] => [one.username, one.displayName])]));
        setTyped('');
        onChange?.(usernames);
      }}
      showSearch={{ filterOption: false, onSearch: setTyped, searchValue: typed }}
      loading={found.isFetching}
      placeholder={t('restrict.type')}
      notFoundContent={
        typed.trim() === '' ? t('restrict.type') : isCurrent ? t('restrict.notFound') : t('restrict.looking')
      }
      options={people.map((person) => ({ value: person.username, label: person.displayName, person }))}
      optionRender={({ data: { person } }) => <PersonLine person={person} />}
      labelRender={({ value: username }) => names.get(String(username)) ?? String(username)}
    />
  );
}

/** What tells two people of one name apart. */
function PersonLine({ person: { displayName, username, posts } }: { person: Found }) {
  const { t } = useTranslation('terms');
  const postsInWords = posts.map(({ kind, title, unitName }) =>
    [unitName, title ?? t(`post.${kind}`)].filter(Boolean).join(' '),
  );
  return (
    <>
      {displayName}
      <div className="quiet">{[...postsInWords, username].join(' · ')}</div>
    </>
  );
}
