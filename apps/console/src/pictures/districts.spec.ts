import { byDistrict, readDistricts } from './districts';

const district = (name: unknown) => ({
  type: 'Feature',
  properties: { name },
  geometry: { type: 'Polygon', coordinates: [] },
});

describe('shapes of districts', () => {
  it.each([
    ['no JSON', '{'],
    ['another kind', JSON.stringify({ type: 'Feature' })],
    ['nothing in it', JSON.stringify({ type: 'FeatureCollection', features: [] })],
    ['a nameless one', JSON.stringify({ type: 'FeatureCollection', features: [district(7)] })],
    [
      'one without a shape',
      JSON.stringify({ type: 'FeatureCollection', features: [{ properties: { name: '东区' } }] }),
    ],
    ['null', 'null'],
  ])('are not read from %s', (_, text) => expect(readDistricts(text)).toBeNull());

  it('count what the units of each district have', () => {
    const read = readDistricts(
      JSON.stringify({ type: 'FeatureCollection', features: [district('东区'), district('西县')] }),
    );
    const sums = new Map([
      ['东区人民政府', 3],
      ['东区住建局', 2],
      ['市发改委', 9],
    ]);
    expect(byDistrict(read!, sums)).toEqual([
      { name: '东区', value: 5 },
      { name: '西县', value: 0 },
    ]);
  });
});
