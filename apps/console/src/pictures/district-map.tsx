import { Alert, Button, Space, Upload } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../layout/empty';
import { Chart, type ChartOption, TOOLTIP } from './chart';
import { byDistrict, type Districts, keepDistricts, keptDistricts, readDistricts } from './districts';
import { Picture } from './picture';

/** Districts by how much their units have: where the shapes (GeoJSON) were given to this browser. */
export function DistrictMap({ title, sums }: { title: string; sums: ReadonlyMap<string, number> }) {
  const { t } = useTranslation('pictures');
  const [districts, setDistricts] = useState<Districts | null>(keptDistricts);
  const [isRefused, setRefused] = useState(false);
  const take = (given: Districts | null): void => {
    setRefused(given === null);
    if (given === null) return;
    keepDistricts(given);
    setDistricts(given);
  };
  const choose = (
    <Upload
      accept=".json,.geojson"
      showUploadList={false}
      beforeUpload={(file) => {
        void file.text().then((text) => take(readDistricts(text)));
        return false;
      }}
    >
      <Button>{t('map.choose')}</Button>
    </Upload>
  );
  return (
    <>
      {isRefused && <Alert type="error" showIcon role="alert" title={t('map.refused')} />}
      {districts === null ? (
        <Empty says={t('map.empty')}>{choose}</Empty>
      ) : (
        <>
          <Drawn title={title} districts={districts} sums={sums} />
          <Space wrap className="no-print">
            {choose}
            <Button
              onClick={() => {
                keepDistricts(null);
                setDistricts(null);
              }}
            >
              {t('map.remove')}
            </Button>
          </Space>
        </>
      )}
    </>
  );
}

function Drawn({ title, districts, sums }: { title: string; districts: Districts; sums: ReadonlyMap<string, number> }) {
  const { t } = useTranslation('pictures');
  const data = useMemo(() => byDistrict(districts, sums).sort((a, b) => b.value - a.value), [districts, sums]);
  const option = useMemo(
    (): ChartOption => ({
      tooltip: TOOLTIP,
      visualMap: {
        min: 0,
        max: Math.max(1, ...data.map(({ value }) => value)),
        left: 8,
        bottom: 8,
        calculable: true,
        inRange: { color: ['#eef3f9', '#6c9bd2', '#17437e'] },
      },
      series: [
        {
          type: 'map',
          map: 'districts',
          name: title,
          label: { show: true },
          itemStyle: { borderColor: '#586374' },
          data,
        },
      ],
    }),
    [data, title],
  );
  const [first] = data;
  const summary = first ? t('map.summary', { districts: data.length, first: first.name, count: first.value }) : '';
  return (
    <Picture
      title={title}
      summary={summary}
      table={{ heads: [t('map.district'), t('sum')], rows: data.map(({ name, value }) => [name, value]) }}
    >
      <Chart option={option} height={480} label={`${title} ${summary}`} map={districts} />
    </Picture>
  );
}
