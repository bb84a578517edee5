import { DownloadOutlined } from '@ant-design/icons';
import { Button, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, client } from '../api/client';
import { saveAs } from '../api/save-as';
import { useTellProblem } from '../problem/use-problem';

/** A notice as the document that was issued, in Word or PDF. */
export function NoticeFile({ notice }: { notice: { id: string; number: string } }) {
  const { t } = useTranslation('notices');
  const tell = useTellProblem();
  const [asked, setAsked] = useState<'docx' | 'pdf' | null>(null);
  const take = async (format: 'docx' | 'pdf'): Promise<void> => {
    setAsked(format);
    try {
      const file = await answerOf(
        client.GET('/api/v1/notices/{id}/document', {
          params: { path: { id: notice.id }, query: { format } },
          parseAs: 'blob',
        }),
      );
      saveAs(file, `${notice.number}.${format}`);
    } catch (problem) {
      tell(problem);
    } finally {
      setAsked(null);
    }
  };
  return (
    <Space>
      {(['docx', 'pdf'] as const).map((format) => (
        <Button
          key={format}
          size="small"
          icon={<DownloadOutlined />}
          loading={asked === format}
          onClick={() => void take(format)}
        >
          {t(`file.${format}`)}
        </Button>
      ))}
    </Space>
  );
}
