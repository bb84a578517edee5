import { DeleteOutlined, UploadOutlined } from '@ant-design/icons';
import { Button, Input, Progress } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '../api/client';
import { uploadEvidence } from '../api/upload';
import { problemText } from '../problem/problem-text';
import './evidence.css';

/** A piece of evidence (佐证材料) of a report: a file, or where it is to be found. */
export interface EvidenceItem {
  title: string;
  fileId?: string;
  location?: string;
}

interface Sending {
  key: number;
  file: File;
  percent: number;
  problem: Problem | Error | null;
}

/** Files with their progress, and references to what lies elsewhere. */
export function EvidenceField({
  id,
  value = [],
  onChange,
}: {
  id?: string;
  value?: EvidenceItem[];
  onChange?: (items: EvidenceItem[]) => void;
}) {
  const { t } = useTranslation('mine');
  const chooser = useRef<HTMLInputElement>(null);
  const { sending, start, forget } = useUploads(value, onChange);
  return (
    <div className="evidence-field" id={id} tabIndex={-1}>
      <input
        ref={chooser}
        type="file"
        multiple
        style={{ display: 'none' }}
        aria-label={t('evidence.choose')}
        onChange={({ target }) => {
          for (const file of target.files ?? []) void start(file);
          target.value = '';
        }}
      />
      <ul className="evidence-list">
        {value.map((item, place) => (
          <li key={item.fileId ?? place}>
            <Input
              value={item.title}
              maxLength={200}
              aria-label={t('evidence.title')}
              placeholder={t('evidence.title')}
              onChange={({ target }) =>
                onChange?.(value.map((one, at) => (at === place ? { ...one, title: target.value } : one)))
              }
            />
            {item.fileId === undefined ? (
              <Input
                value={item.location}
                maxLength={200}
                aria-label={t('evidence.location')}
                placeholder={t('evidence.location')}
                onChange={({ target }) =>
                  onChange?.(value.map((one, at) => (at === place ? { ...one, location: target.value } : one)))
                }
              />
            ) : (
              <span className="evidence-kind">{t('evidence.file')}</span>
            )}
            <Button
              type="text"
              icon={<DeleteOutlined />}
              aria-label={t('evidence.remove', { title: item.title })}
              onClick={() => onChange?.(value.filter((_, at) => at !== place))}
            />
          </li>
        ))}
        {sending.map((one) => (
          <li key={`sending-${one.key}`}>
            <span className="evidence-name">{one.file.name}</span>
            {one.problem ? (
              <span className="evidence-problem" role="alert">
                {problemText(one.problem)}{' '}
                <Button
                  size="small"
                  onClick={() => {
                    forget(one.key);
                    void start(one.file);
                  }}
                >
                  {t('evidence.again')}
                </Button>
              </span>
            ) : (
              <Progress percent={one.percent} size="small" aria-label={one.file.name} />
            )}
            <Button
              type="text"
              icon={<DeleteOutlined />}
              aria-label={t('evidence.remove', { title: one.file.name })}
              onClick={() => forget(one.key)}
            />
          </li>
        ))}
      </ul>
      <div className="evidence-acts">
        <Button icon={<UploadOutlined />} onClick={() => chooser.current?.click()}>
          {t('evidence.upload')}
        </Button>
        <Button type="dashed" onClick={() => onChange?.([...value, { title: '', location: '' }])}>
          {t('evidence.refer')}
        </Button>
      </div>
    </div>
  );
}

/** Several files may be under way at once: each adds itself to what is there when it is done. */
function useUploads(value: EvidenceItem[], onChange?: (items: EvidenceItem[]) => void) {
  const [sending, setSending] = useState<Sending[]>([]);
  const latest = useRef({ value, onChange });
  latest.current = { value, onChange };
  const forget = (key: number): void => setSending((all) => all.filter((one) => one.key !== key));
  const start = async (file: File): Promise<void> => {
    const key = Math.random();
    const change = (of: Partial<Sending>): void =>
      setSending((all) => all.map((one) => (one.key === key ? { ...one, ...of } : one)));
    setSending((all) => [...all, { key, file, percent: 0, problem: null }]);
    try {
      const { id, name } = await uploadEvidence(file, (percent) => change({ percent }));
      const items = [...latest.current.value, { title: name, fileId: id }];
      latest.current.value = items;
      latest.current.onChange?.(items);
      forget(key);
    } catch (error) {
      change({ problem: error as Problem | Error });
    }
  };
  return { sending, start, forget };
}

/** What is sent of it: what was begun and left empty is not. */
export const evidenceOf = (items: readonly EvidenceItem[] = []): EvidenceItem[] =>
  items
    .filter(({ title, location, fileId }) => title.trim() || location?.trim() || fileId)
    .map(({ title, fileId, location }) => ({
      title: title.trim() || (location ?? ''),
      ...(fileId ? { fileId } : {}),
      ...(location?.trim() ? { location: location.trim() } : {}),
    }));
