import { Logger } from '@nestjs/common';
import { planOf } from '../test/city';
import { type Office, useOffice } from '../test/office';
import { SweepAlarm } from './sweep-alarm';

const MINUTE = 60_000;

describe('The alarm of the sweep', () => {
  const t = useOffice();
  let office: Office;
  let logged: jest.SpyInstance;
  beforeAll(async () => {
    office = t.office;
    await office.begin(planOf('推进老旧小区改造。（牵头单位：市住建局；责任单位：市教育局）'));
  });
  beforeEach(() => {
    logged = jest.spyOn(Logger.prototype, 'error').mockImplementation();
  });
  afterEach(() => jest.restoreAllMocks());
  const told = async (): Promise<number> => {
    const rows = await office.query(`select from notification n join post p on p.id = n.post_id
      where n.kind = 'sweep_late' and p.kind = 'admin'`);
    return rows.length;
  };
  /** Two parts are to be signed for once more, by a date of which nobody was reminded; nothing else is due. */
  const makeDue = async (): Promise<void> => {
    await office.query(`update obligation set next_rung = null, next_rung_at = null`);
    await office.query(
      `update obligation set next_rung = 'urge', next_rung_at = $1, deadline_version = deadline_version + 1
       where kind = 'sign_for'`,
      [office.clock.now()],
    );
  };
  const alarm = (): SweepAlarm => office.get(SweepAlarm);

  it('is silent after a downtime, however long: what is late by the calendar is not late by the process', async () => {
    office.sleepTo('2023-01-30T10:00:00+08:00');
    expect(await alarm().look(0)).toBeNull();
    expect(await alarm().look(9 * MINUTE)).toBeNull();
    expect([await told(), logged.mock.calls.length]).toEqual([0, 0]);
    // The sweep does it in time.
    await office.sweeps.run(office.clock.now());
    expect(await alarm().look(10 * MINUTE)).toBeNull();
  });

  it('begins once for an episode where nothing is followed up (bullmq 2466, 2534, 2648), and does not flood', async () => {
    office.sleepTo('2023-02-06T10:00:00+08:00');
    await makeDue();
    expect(await alarm().look(20 * MINUTE)).toBeNull();
    expect(await alarm().look(29 * MINUTE)).toBeNull();
    expect(await alarm().look(30 * MINUTE)).toBe('began');
    for (let minute = 31; minute < 90; minute++) expect(await alarm().look(minute * MINUTE)).toBeNull();
    expect([await told(), logged.mock.calls.length]).toEqual([1, 1]);
    expect(logged.mock.calls[0]![0]).toMatch(
      /^2 follow-ups are due and are not made, the oldest since 2023-02-06T02:00/,
    );
  });

  it('ends by itself when all is done, and the next episode is said again', async () => {
    await office.sweeps.run(office.clock.now());
    expect(await alarm().look(90 * MINUTE)).toBe('ended');
    expect(await alarm().look(91 * MINUTE)).toBeNull();
    await makeDue();
    expect(await alarm().look(102 * MINUTE)).toBe('began');
    expect(await told()).toBe(2);
    await office.sweeps.run(office.clock.now());
    expect(await alarm().look(103 * MINUTE)).toBe('ended');
  });
});
