import { isLevelTarget, milestonePoints } from '@duban/domain';
import { Alert, Button, Form, InputNumber, Select, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { answerOf, api, client, type Schemas } from '../api/client';
import { DraftForm } from '../drafts/draft-form';
import { DayField } from '../layout/day-field';
import { ProgressCurve, type ProgressTarget } from '../pictures/progress-curve';
import { INVERSES } from '../undo/inverses';
import { useDone } from '../undo/use-done';
import type { WithTargets } from './with-targets';

type Curve = ProgressTarget['curve'];
type CurveInput = Schemas['CurveDto'];
type Seasons = NonNullable<Schemas['PolicyDto']['rules']['seasons']>;
type DomainCurve = Parameters<typeof milestonePoints>[0];
type LocalDate = DomainCurve['from'];

const QUARTERS = 4;
const MONTHS = 12;
/** A season of the policy, by its id; a year’s shares of one’s own otherwise. */
const OF_POLICY = 'policy:';

interface Fields {
  shape: Curve['shape'];
  points: { on?: string; value?: number | null }[];
  milestones: (number | null | undefined)[];
  season: string;
  quarters: (number | null | undefined)[];
  months: (number | null | undefined)[];
}

interface Props {
  task: WithTargets;
  target: ProgressTarget;
  refresh: () => Promise<unknown>;
  again: () => void;
  close: () => void;
}

/** What is planned of a target (序时进度), set by the office, with a picture of it as it is typed. */
export default function SetCurve(props: Props) {
  const { t } = useTranslation(['task', 'console']);
  const plan = api.useQuery('get', '/api/v1/plans/{id}', { params: { path: { id: props.task.planId } } });
  const { policyId, policyVersion } = plan.data ?? { policyId: null, policyVersion: null };
  const policy = api.useQuery(
    'get',
    '/api/v1/policies/{id}',
    { params: { path: { id: policyId ?? '' }, query: { version: policyVersion ?? undefined } } },
    { enabled: policyId !== null },
  );
  if (plan.isPending || policy.isLoading) return <Skeleton active />;
  return (
    <div className="course">
      <CurveForm {...props} seasons={policy.data?.rules.seasons ?? {}} />
      <Button onClick={props.close}>{t('console:act.cancel')}</Button>
    </div>
  );
}

function CurveForm({ task, target, refresh, again, close, seasons }: Props & { seasons: Seasons }) {
  const { t } = useTranslation('task');
  const say = useDone();
  const { targetId, curve } = target;
  const days = milestoneDays(task);
  return (
    <DraftForm<Fields, Schemas['TargetCurveDto']>
      name={`curve.${targetId}`}
      initial={fieldsOf(target, days)}
      taskId={task.id}
      submit={t('course.ok')}
      refresh={refresh}
      send={(fields, key) =>
        answerOf(
          client.PUT('/api/v1/targets/{id}/curve', {
            params: { path: { id: targetId }, header: { 'Idempotency-Key': key } },
            body: { ...inputOf(fields), expectedNumber: curve.number },
          }),
        )
      }
      done={(after) => {
        say(t('course.done'), INVERSES.setCurve(curve, after));
        again();
        close();
      }}
    >
      <CurveFields target={target} days={days} seasons={seasons} />
      <Preview target={target} days={days} seasons={seasons} />
    </DraftForm>
  );
}

function CurveFields({ target, days, seasons }: { target: ProgressTarget; days: LocalDate[]; seasons: Seasons }) {
  const { t } = useTranslation('task');
  const form = Form.useFormInstance<Fields>();
  const shape = Form.useWatch('shape', form) ?? target.curve.shape;
  // A figure that is kept on every day is not worked up to, and has steps at most.
  const isLevel = isLevelTarget({ value: target.value, upper: null, comparator: target.comparator } as never);
  const shapes: readonly Curve['shape'][] = isLevel
    ? ['linear', 'steps']
    : ['linear', 'steps', ...(days.length > 0 ? (['milestones'] as const) : []), 'seasonal'];
  return (
    <>
      <Form.Item name="shape" label={t('course.shape')} extra={t(isLevel ? 'course.level' : `course.means.${shape}`)}>
        <Select
          options={shapes.map((value) => ({ value, label: t(`course.shapes.${value}`) }))}
          className="course-shape"
        />
      </Form.Item>
      {shape === 'steps' && <Steps target={target} />}
      {shape === 'milestones' && <Shares of="milestones" heads={days} />}
      {shape === 'seasonal' && <Season seasons={seasons} />}
    </>
  );
}

function Steps({ target: { text, unit, value, curve } }: { target: ProgressTarget }) {
  const { t } = useTranslation('task');
  return (
    <Form.List
      name="points"
      rules={[
        {
          validator: (_, points: Fields['points'] = []) =>
            points.at(-1)?.value === value
              ? Promise.resolve()
              : Promise.reject(new Error(t('course.lastIs', { value, unit }))),
        },
      ]}
    >
      {(fields, { add, remove }, { errors }) => (
        <>
          {fields.map(({ key, name }, place) => (
            <div key={key} className="course-step" role="group" aria-label={t('course.step', { number: place + 1 })}>
              <Form.Item
                name={[name, 'on']}
                label={t('course.on')}
                dependencies={[['points', name - 1, 'on']]}
                rules={[
                  { required: true, message: t('course.need') },
                  ({ getFieldValue }) => ({
                    validator: (_, on?: string) => {
                      const before = getFieldValue(['points', name - 1, 'on']) as string | undefined;
                      const isFine = !on || (on >= curve.from && on <= curve.to && (!before || on > before));
                      return isFine
                        ? Promise.resolve()
                        : Promise.reject(new Error(t('course.within', { from: curve.from, to: curve.to })));
                    },
                  }),
                ]}
              >
                <DayField />
              </Form.Item>
              <Form.Item
                name={[name, 'value']}
                label={t('course.value', { unit })}
                rules={[{ required: true, message: t('course.need') }]}
              >
                <InputNumber className="course-figure" />
              </Form.Item>
              <Button
                type="text"
                aria-label={`${t('course.remove')} ${place + 1} ${text}`}
                onClick={() => remove(name)}
              >
                {t('course.remove')}
              </Button>
            </div>
          ))}
          <Form.Item>
            {/* What is planned ends with the target, so a step comes before it. */}
            <Button type="dashed" block onClick={() => add({}, Math.max(fields.length - 1, 0))}>
              {t('course.add')}
            </Button>
            <Form.ErrorList errors={errors} />
          </Form.Item>
        </>
      )}
    </Form.List>
  );
}

function Season({ seasons }: { seasons: Seasons }) {
  const { t, i18n } = useTranslation('task');
  const form = Form.useFormInstance<Fields>();
  const season = Form.useWatch('season', form) ?? 'quarters';
  const language = i18n.language === 'en' ? 'en' : 'zh';
  return (
    <>
      <Form.Item name="season" label={t('course.season')}>
        <Select
          className="course-shape"
          options={[
            ...Object.entries(seasons).map(([id, { name }]) => ({ value: OF_POLICY + id, label: name[language] })),
            { value: 'quarters', label: t('course.quarters') },
            { value: 'months', label: t('course.months') },
          ]}
        />
      </Form.Item>
      {season === 'quarters' && (
        <Shares of="quarters" heads={ofYear(QUARTERS, (number) => t('course.quarter', { number }))} whole />
      )}
      {season === 'months' && (
        <Shares of="months" heads={ofYear(MONTHS, (number) => t('course.month', { number }))} whole />
      )}
    </>
  );
}

const ofYear = (parts: number, words: (number: number) => string): string[] =>
  Array.from({ length: parts }, (_, place) => words(place + 1));

/** Percents, which are 100 together where they are of the whole year. */
function Shares({
  of,
  heads,
  whole = false,
}: {
  of: 'milestones' | 'quarters' | 'months';
  heads: readonly string[];
  whole?: boolean;
}) {
  const { t } = useTranslation('task');
  const form = Form.useFormInstance<Fields>();
  const shares = Form.useWatch(of, form) ?? [];
  const sum = sumOf(shares);
  const isWrong = whole ? sum !== 100 : sum > 100;
  return (
    <>
      <div className="course-shares">
        {heads.map((head, place) => (
          <Form.Item
            key={head}
            name={[of, place]}
            label={head}
            rules={
              // Milestones have equal parts where no share is given.
              whole || shares.some((share) => typeof share === 'number')
                ? [{ required: true, message: t('course.need') }]
                : []
            }
          >
            <InputNumber min={0} max={100} suffix="%" className="course-figure" />
          </Form.Item>
        ))}
      </div>
      <Form.Item
        name={`${of}Sum`}
        rules={[
          {
            validator: () =>
              isWrong ? Promise.reject(new Error(t(whole ? 'course.hundred' : 'course.atMost'))) : Promise.resolve(),
          },
        ]}
      >
        <p className="quiet" aria-live="polite">
          {t('course.sum', { sum })}
        </p>
      </Form.Item>
    </>
  );
}

/** The course as it is typed; nothing until it can be drawn. */
function Preview({ target, days, seasons }: { target: ProgressTarget; days: LocalDate[]; seasons: Seasons }) {
  const { t } = useTranslation('task');
  const form = Form.useFormInstance<Fields>();
  // What is not shown for this shape is kept, too.
  const typed = Form.useWatch((all) => all, { form, preserve: true });
  const fields = typed?.shape ? typed : fieldsOf(target, days);
  const curve = curveOf(target, fields, days, seasons);
  if (curve === null) return <Alert type="info" showIcon className="act-note" title={t('course.unfinished')} />;
  return <ProgressCurve target={{ ...target, curve }} height={240} />;
}

const milestoneDays = ({ milestones }: WithTargets): LocalDate[] =>
  milestones.flatMap(({ due }) => (due === null ? [] : [due as LocalDate])).sort();

function fieldsOf({ value, curve }: ProgressTarget, days: readonly LocalDate[]): Fields {
  const { shape, points, shares, season } = curve;
  const isSeasonal = shape === 'seasonal';
  return {
    shape,
    points: shape === 'steps' && points ? points : [{ on: curve.to, value }],
    milestones: shape === 'milestones' && shares ? shares : days.map(() => null),
    season: season !== null ? OF_POLICY + season : shares?.length === MONTHS ? 'months' : 'quarters',
    quarters: isSeasonal && shares?.length === QUARTERS ? shares : Array<null>(QUARTERS).fill(null),
    months: isSeasonal && shares?.length === MONTHS ? shares : Array<null>(MONTHS).fill(null),
  };
}

/** What is sent: of what was filled in, that which belongs to the shape. */
function inputOf({ shape, points, milestones, season, quarters, months }: Fields): CurveInput {
  switch (shape) {
    case 'linear':
      return { shape };
    case 'steps':
      return { shape, points: points.flatMap(({ on, value }) => (on && isNumber(value) ? [{ on, value }] : [])) };
    case 'milestones': {
      const shares = milestones.filter(isNumber);
      return shares.length === 0 ? { shape } : { shape, shares };
    }
    case 'seasonal':
      if (season.startsWith(OF_POLICY)) return { shape, season: season.slice(OF_POLICY.length) };
      return { shape, shares: (season === 'months' ? months : quarters).filter(isNumber) };
  }
}

/** The course that would be set; null where it cannot be drawn yet. */
function curveOf(target: ProgressTarget, fields: Fields, days: LocalDate[], seasons: Seasons): Curve | null {
  const { from, to, number } = target.curve;
  const { shape, points = null, shares: given = null, season = null } = inputOf(fields);
  const shares = season === null ? given : (seasons[season]?.shares ?? null);
  const course: Curve = { shape: shape!, points, shares, season, from, to, number };
  switch (shape) {
    case 'steps':
      return points!.length === fields.points.length && points!.length > 0 ? course : null;
    case 'milestones': {
      const domain = {
        target: { value: target.value, upper: null, comparator: target.comparator },
        from,
        to,
        points: null,
      };
      return { ...course, points: milestonePoints(domain as unknown as DomainCurve, days, shares) };
    }
    case 'seasonal':
      return shares !== null && sumOf(shares) === 100 ? course : null;
    default:
      return course;
  }
}

const isNumber = (value: number | null | undefined): value is number => typeof value === 'number';
/** Decimals are not exact in binary: what is 100 to a millionth is 100. */
const sumOf = (shares: Fields['months']): number =>
  Math.round(shares.reduce<number>((sum, share) => sum + (share ?? 0), 0) * 1e6) / 1e6;
