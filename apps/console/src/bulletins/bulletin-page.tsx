import { PrinterOutlined } from '@ant-design/icons';
import { Button, Spin } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { answerOf, api, client } from '../api/client';
import { PageHead } from '../layout/page-head';
import { PaperFile } from '../layout/paper-file';
import { ProblemView } from '../problem/problem-view';
import { BulletinSheet } from './bulletin-sheet';

/** A bulletin (通报) as it was published. */
export default function BulletinPage() {
  const { bulletinId = '' } = useParams();
  const { t } = useTranslation('bulletins');
  const found = api.useQuery('get', '/api/v1/bulletins/{id}', { params: { path: { id: bulletinId } } });
  if (found.error) return <ProblemView problem={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Spin className="page-loading" />;
  const { title, year, number, from, to, words, content, publishedAt, publishedBy } = found.data;
  return (
    <>
      <PageHead title={t('issue', { year, number })} extra={<span>{t('publishedBy', { name: publishedBy })}</span>}>
        <Link to="/bulletins">{t('all')}</Link>
        <PaperFile
          name={`${title} ${year}-${number}`}
          ask={(format) =>
            answerOf(
              client.GET('/api/v1/bulletins/{id}/document', {
                params: { path: { id: bulletinId }, query: { format } },
                parseAs: 'blob',
              }),
            )
          }
        />
        <Button type="primary" icon={<PrinterOutlined />} onClick={() => window.print()}>
          {t('print')}
        </Button>
      </PageHead>
      <BulletinSheet
        title={title}
        issue={{ year, number }}
        from={from}
        to={to}
        words={words}
        content={content}
        madeAt={publishedAt}
      />
    </>
  );
}
