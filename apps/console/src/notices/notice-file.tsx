import { answerOf, client } from '../api/client';
import { PaperFile } from '../layout/paper-file';

/** A notice as the document that was issued. */
export function NoticeFile({ notice }: { notice: { id: string; number: string } }) {
  return (
    <PaperFile
      name={notice.number}
      size="small"
      ask={(format) =>
        answerOf(
          client.GET('/api/v1/notices/{id}/document', {
            params: { path: { id: notice.id }, query: { format } },
            parseAs: 'blob',
          }),
        )
      }
    />
  );
}
