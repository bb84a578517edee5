import { PaperClipOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { api, type Schemas } from '../api/client';
import { useTellProblem } from '../problem/use-problem';

type Evidence = Schemas['TaskDetailDto']['reports'][number]['evidence'][number];
const MEBIBYTE = 1_048_576;

/** A piece of evidence (佐证材料): a file opens by a link that is made for whoever asks, anything else says where it is. */
export function EvidenceLink({ evidence: { title, fileId, fileName, location, size } }: { evidence: Evidence }) {
  const tell = useTellProblem();
  const link = api.useMutation('post', '/api/v1/evidence/{id}/links', {
    onSuccess: ({ url }) => window.open(url, '_blank', 'noopener'),
    onError: tell,
  });
  if (fileId === undefined) {
    const isAddress = /^https?:\/\//.test(location ?? '');
    return (
      <span>
        {title}{' '}
        {isAddress ? (
          <a href={location} target="_blank" rel="noopener noreferrer">
            {location}
          </a>
        ) : (
          <span className="quiet">{location}</span>
        )}
      </span>
    );
  }
  return (
    <Button
      type="link"
      icon={<PaperClipOutlined />}
      loading={link.isPending}
      onClick={() => link.mutate({ params: { path: { id: fileId } } })}
    >
      {title}
      {fileName && fileName !== title ? ` (${fileName})` : ''}{' '}
      {size !== undefined && `${(size / MEBIBYTE).toFixed(1)} MB`}
    </Button>
  );
}
