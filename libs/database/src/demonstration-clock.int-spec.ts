import { useTestDatabase } from '@duban/testing';
import { DemonstrationClock } from './demonstration-clock';

describe('DemonstrationClock', () => {
  const database = useTestDatabase();
  const [nine, ten, eleven] = [9, 10, 11].map((hour) => new Date(Date.UTC(2023, 3, 20, hour))) as [Date, Date, Date];
  const open = (instant: Date) => DemonstrationClock.open(database.url, instant);

  it('never goes back: not by a process that starts at an earlier instant, not when it is moved', async () => {
    const first = await open(nine);
    await database.transactor.run((tx) => first.moveTo(tx, eleven));
    expect((await open(nine)).now()).toEqual(eleven);
    await expect(database.transactor.run((tx) => first.moveTo(tx, ten))).rejects.toThrow(RangeError);
    expect((await open(nine)).now()).toEqual(eleven);
  });

  it('stands still for a process until it asks what another one has set', async () => {
    const [mover, other] = [await open(nine), await open(nine)];
    const later = new Date(eleven.getTime() + 60_000);
    await database.transactor.run((tx) => mover.moveTo(tx, later));
    expect(other.now()).toEqual(eleven);
    await database.transactor.run((tx) => other.refresh(tx));
    expect(other.now()).toEqual(later);
  });
});
