import { Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

/** A button that asks why, before it does what it says. */
export function WithReason({
  says,
  asks,
  danger = false,
  act,
}: {
  says: string;
  /** What follows from it, where that is not plain. */
  asks?: string;
  danger?: boolean;
  act: (reason: string) => void;
}) {
  const { t } = useTranslation(['admin', 'console']);
  const [isAsking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  return (
    <>
      <Button size="small" danger={danger} onClick={() => setAsking(true)}>
        {says}
      </Button>
      <Modal
        open={isAsking}
        title={says}
        okText={t('console:act.confirm')}
        okButtonProps={{ disabled: reason.trim() === '', danger }}
        onOk={() => {
          act(reason.trim());
          setAsking(false);
          setReason('');
        }}
        onCancel={() => setAsking(false)}
      >
        {asks && <p>{asks}</p>}
        <Input.TextArea
          aria-label={t('changes.reason')}
          placeholder={t('changes.reason')}
          rows={2}
          maxLength={200}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </Modal>
    </>
  );
}
