import { withoutPersons } from './without-persons';

describe('An error’s words', () => {
  it.each([
    ['550 5.1.1 <zhang.wei@city.example>: no such user', '550 5.1.1 <…@city.example>: no such user'],
    ['connect to smtp://duban:secret@mail.example:587 refused', 'connect to smtp://…@mail.example:587 refused'],
    [
      'POST https://oapi.example/robot/send?access_token=k3y answered 400',
      'POST https://oapi.example/robot/send?… answered 400',
    ],
    ['号码13800138000无法送达', '号码…无法送达'],
    ['+86 138 0013 8000 refused', '… refused'],
    ['one line\nat a stack', 'one line'],
  ])('leave out whom it is about: %s', (said, kept) => {
    expect(withoutPersons(said)).toBe(kept);
  });

  it.each([
    'delivery 01983f5e-1111-7222-8333-444455556666 is not there',
    'PLAN_IMPORT.TOO_LARGE: The file has 1048576 bytes.',
    'connect ECONNREFUSED 127.0.0.1:5432',
  ])('keep the rest: %s', (said) => {
    expect(withoutPersons(said)).toBe(said);
  });
});
