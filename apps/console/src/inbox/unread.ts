import { useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { tellChanged } from '../api/changes';
import type { Schemas } from '../api/client';
import { type FormNews, tellForm } from '../api/form-news';

type Message = Schemas['DeliveriesDto']['items'][number];

/** How many messages wait unread, kept up to date by the server’s events; each that comes is shown once. */
export function useUnread(isOn: boolean): number {
  const [unread, setUnread] = useState(0);
  const { notification } = App.useApp();
  const { t } = useTranslation();
  const queries = useQueryClient();
  // What changes with every render is looked up when an event comes, and does not open the line anew.
  const tell = useRef<(message: Message) => void>(() => undefined);
  tell.current = (message) =>
    notification.info({ title: t('inbox.arrived'), description: message.subject, duration: 6 });

  useEffect(() => {
    if (!isOn) return;
    const events = new EventSource('/api/v1/inbox/events');
    const count = ({ data }: MessageEvent<string>): void => setUnread((JSON.parse(data) as { unread: number }).unread);
    events.addEventListener('ready', count);
    events.addEventListener('unread', count);
    events.addEventListener('message', ({ data }: MessageEvent<string>) => {
      tell.current(JSON.parse(data) as Message);
      void queries.invalidateQueries({ queryKey: ['get', '/api/v1/inbox'] });
    });
    events.addEventListener('changed', ({ data }: MessageEvent<string>) =>
      tellChanged((JSON.parse(data) as { taskIds: string[] }).taskIds),
    );
    events.addEventListener('form', ({ data }: MessageEvent<string>) => tellForm(JSON.parse(data) as FormNews));
    return () => events.close();
  }, [isOn, queries]);
  return unread;
}
