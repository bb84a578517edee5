import { useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Key } from '../layout/key';
import { isTyping } from '../layout/use-keys';
import { useTellProblem } from '../problem/use-problem';
import type { Undo } from './inverses';

/** Long enough to read it and to reach the button; whoever points at it has more. */
const OFFERED_SECONDS = 10;
let offers = 0;

/** Says that something was done and, where it has an inverse, offers to take it back (撤回) for some seconds. */
export function useDone(): (said: string, undo?: Undo | null) => void {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const tell = useTellProblem();
  return (said, undo = null) => {
    if (undo === null) {
      void message.success(said);
      return;
    }
    const key = `undo ${++offers}`;
    const takeBack = (): void => {
      message.destroy(key);
      void undo()
        .then(() => void message.success(t('undo.done')), tell)
        .finally(() => void queries.invalidateQueries({ queryKey: ['get'] }));
    };
    void message.success({ key, duration: OFFERED_SECONDS, content: <Offer said={said} takeBack={takeBack} /> });
  };
}

function Offer({ said, takeBack }: { said: string; takeBack: () => void }) {
  const { t } = useTranslation();
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key !== 'z' || !(event.ctrlKey || event.metaKey) || isTyping(event.target)) return;
      event.preventDefault();
      takeBack();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  });
  return (
    <>
      <span>{said}</span>
      <Button size="small" className="undo" onClick={takeBack}>
        {t('undo.act')} <Key>Ctrl+Z</Key>
      </Button>
    </>
  );
}
