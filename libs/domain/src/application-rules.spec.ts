import { addDays, parseLocalDate } from '@duban/kernel';
import fc from 'fast-check';
import { type ExtensionFacts, extensionRefusal, isBeyondOfficer } from './application-rules';
import { PRESETS } from './presets';

const day = parseLocalDate;
const FINE: ExtensionFacts = {
  state: 'open',
  isPastDue: false,
  presentOn: day('2023-02-10'),
  askedOn: day('2023-02-11'),
  hasOpen: false,
};

it.each<[Partial<ExtensionFacts>, string | null]>([
  [{}, null],
  [{ askedOn: day('2023-02-10') }, 'EXTENSION.NOT_LATER'],
  [{ askedOn: day('2023-02-09') }, 'EXTENSION.NOT_LATER'],
  [{ isPastDue: true }, 'EXTENSION.AFTER_DUE'],
  [{ hasOpen: true }, 'EXTENSION.OPEN_ALREADY'],
  [{ state: 'discharged' }, 'EXTENSION.NOT_OPEN'],
  [{ state: 'lapsed', hasOpen: true }, 'EXTENSION.NOT_OPEN'],
])('asking for more time with %j gives %s', (facts, code) => {
  expect(extensionRefusal({ ...FINE, ...facts })?.code ?? null).toBe(code);
});

describe('what officers grant', () => {
  const policy = PRESETS[0]!;
  const { times, days } = policy.extension.officers;

  it('is up to so many extensions of up to so many days, and no more', () => {
    const presentOn = day('2023-02-10');
    fc.assert(
      fc.property(fc.nat({ max: 4 }), fc.integer({ min: 1, max: 120 }), (grantedBefore, more) => {
        const beyond = isBeyondOfficer(policy, { grantedBefore, presentOn, grantedOn: addDays(presentOn, more) });
        expect(beyond).toBe(grantedBefore >= times || more > days);
      }),
    );
  });

  it('is by default the first one, of thirty days at most', () => {
    expect({ times, days }).toEqual({ times: 1, days: 30 });
  });
});
