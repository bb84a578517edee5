import { Presence } from './presence';

describe('Presence', () => {
  const of = { taskId: 't', form: 'report' };
  const ME = 'me';

  it('is news to the others when somebody comes or goes, and no more when it is said again', () => {
    const presence = new Presence();
    expect(presence.hear(`t report ${ME} open`)).toEqual({ of, personIds: [] });
    expect(presence.hear('t report other open')).toEqual({ of, personIds: [ME] });
    expect(presence.hear('t report other open')).toBeNull();
    expect(presence.hear('t apply third open')).toEqual({ of: { taskId: 't', form: 'apply' }, personIds: [] });
    expect(presence.hear('t report other closed')).toEqual({ of, personIds: [ME] });
    expect(presence.hear('t report other closed')).toBeNull();
    expect(presence.hear('nonsense')).toBeNull();
  });

  it('forgets who went away without a word', () => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(1_000_000);
    const presence = new Presence();
    presence.hear('t report gone open');
    now.mockReturnValue(1_149_000);
    expect(presence.hear(`t report ${ME} open`)).toEqual({ of, personIds: ['gone'] });
    now.mockReturnValue(1_151_000);
    expect(presence.hear('t report other open')).toEqual({ of, personIds: [ME] });
    now.mockRestore();
  });
});
