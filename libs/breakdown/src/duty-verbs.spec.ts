import { readDuty } from './duty-verbs';

const read = (text: string) => {
  const duty = readDuty(text, 0, text.length);
  return duty && [duty.role, text.slice(0, duty.listEnd)];
};

describe('readDuty', () => {
  it.each([
    ['甲局牵头', 'lead', '甲局'],
    ['甲局牵头负责', 'lead', '甲局'],
    ['甲局共同牵头', 'lead', '甲局'],
    ['甲局等按照各自职责分工负责', 'responsible', '甲局等'],
    ['甲局按职责分工分别落实', 'responsible', '甲局'],
    ['各区按职责分工', 'responsible', '各区'],
    ['甲局积极配合', 'cooperating', '甲局'],
    ['甲局督导', 'supervising', '甲局'],
  ])('reads %s', (text, role, list) => expect(read(text)).toEqual([role, list]));
  it.each(['牵头', '甲局牵头单位', '甲局', '负责'])('finds none in %s', (text) => expect(read(text)).toBeNull());
});
