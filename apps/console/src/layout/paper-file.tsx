import { DownloadOutlined } from '@ant-design/icons';
import { Button, Space } from 'antd';
import { useState } from 'react';
import { saveAs } from '../api/save-as';
import { useTellProblem } from '../problem/use-problem';

/** An official paper (公文) in Word or PDF, to be saved under its name. */
export function PaperFile({
  name,
  size = 'middle',
  ask,
}: {
  name: string;
  size?: 'small' | 'middle';
  ask: (format: 'docx' | 'pdf') => Promise<Blob>;
}) {
  const tell = useTellProblem();
  const [asked, setAsked] = useState<'docx' | 'pdf' | null>(null);
  const take = async (format: 'docx' | 'pdf'): Promise<void> => {
    setAsked(format);
    try {
      saveAs(await ask(format), `${name}.${format}`);
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
          size={size}
          icon={<DownloadOutlined />}
          loading={asked === format}
          onClick={() => void take(format)}
        >
          {format === 'docx' ? 'Word' : 'PDF'}
        </Button>
      ))}
    </Space>
  );
}
