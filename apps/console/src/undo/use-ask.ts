import { App } from 'antd';
import { useTranslation } from 'react-i18next';

/** Asks before what cannot be taken back: what will be done, and that it binds. Enter says yes, Escape no. */
export function useAsk(): (what: {
  title: string;
  content?: string;
  ok: string;
  danger?: boolean;
}) => Promise<boolean> {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  return ({ title, content = t('undo.binds'), ok, danger = false }) =>
    new Promise((resolve) => {
      void modal.confirm({
        title,
        content,
        okText: ok,
        okButtonProps: { danger },
        cancelText: t('act.cancel'),
        onOk: () => resolve(true),
        onCancel: () => resolve(false),
      });
    });
}
