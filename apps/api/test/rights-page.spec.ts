import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Action, ACTIONS, type Reach, reachOf, RIGHTS_IN_WORDS } from '@duban/directory';
import { POST_KINDS, type PostKind } from '@duban/domain';
import { Controller, Get } from '@nestjs/common';
import { CONTROLLERS } from '../src/api.module';
import { type Route, routesOf } from '../src/routes';

const PAGE = join(__dirname, '../../../libs/directory/RIGHTS.md');

const POSTS: Readonly<Record<PostKind, readonly [english: string, chinese: string]>> = {
  office: ['head of the supervision office', '督查室主任'],
  officer: ['officer', '督查室工作人员'],
  leader: ['leader in charge', '分管领导'],
  auditor: ['audit administrator', '审计员'],
  admin: ['system administrator', '系统管理员'],
  security: ['security administrator', '安全管理员'],
  head: ['head of a unit', '单位负责人'],
  deputy: ['deputy in charge', '分管负责人'],
  contact: ['contact', '联络员'],
  handler: ['handler', '经办人'],
};
const SIGN: Readonly<Record<Reach, string>> = { all: '●', led: '◐', own: '○' };

/** Rights to matters reach as far as the relation to them; the others are about no part of anything. */
const OF_MATTERS = /^(plan|breakdown|matter|assignment|notice|read|delivery)\./;

function tableOf(actions: readonly Action[]): string[] {
  const cells = (action: Action): string[] =>
    POST_KINDS.map((post) => {
      const reach = reachOf(action, post);
      return reach ? SIGN[reach] : '';
    });
  return [
    `| right | what | ${POST_KINDS.join(' | ')} |`,
    `| --- | --- | ${POST_KINDS.map(() => ':-:').join(' | ')} |`,
    ...actions.map((action) => {
      const [english, chinese] = RIGHTS_IN_WORDS[action];
      return `| \`${action}\` | ${english} (${chinese}) | ${cells(action).join(' | ')} |`;
    }),
  ];
}

function needsOf({ needs, isInPerson }: Route): string {
  if (needs === null) return 'nobody has to be signed in';
  const who = needs.length === 0 ? 'anybody who is signed in' : needs.map((action) => `\`${action}\``).join(' or ');
  return isInPerson ? `${who}, in person` : who;
}

function drawn(routes: readonly Route[]): string {
  const ofMatters = ACTIONS.filter((action) => OF_MATTERS.test(action));
  return `${[
    '# Rights (权限)',
    '',
    'Who may do what, as the table in `src/rights.ts` has it. This page is drawn from it and from the routes of the api by `npm run draw`; a spec fails when it is stale.',
    '',
    '## Posts (岗位)',
    '',
    '| post | who |',
    '| --- | --- |',
    ...POST_KINDS.map((post) => `| \`${post}\` | ${POSTS[post][0]} (${POSTS[post][1]}) |`),
    '',
    '## Rights to matters (事项)',
    '',
    'A right reaches as far as the relation to the matter:',
    '',
    '| | own part (本单位) | part of another in a task that one’s unit leads (牵头) | another’s matter (其他) | restricted matter (限知事项) |',
    '| --- | :-: | :-: | :-: | :-: |',
    '| ● | yes | yes | yes | who is named |',
    '| ◐ | yes | yes | no | who is named |',
    '| ○ | yes | no | no | who is named |',
    '|  | no | no | no | no |',
    '',
    'Of a restricted matter only the people who are named for it know, and they may do what their post may. To everybody else it is as if it were not there.',
    '',
    ...tableOf(ofMatters),
    '',
    '## Other rights',
    '',
    'About accounts, units, posts and the system there is no such relation. Nobody administers their own account.',
    '',
    ...tableOf(ACTIONS.filter((action) => !ofMatters.includes(action))),
    '',
    '## Routes',
    '',
    'The guard refuses by the post before anything else of a request is looked at; of several rights one is enough. Then the service asks for the relation, and the database, by the policies of `libs/database/src/security/tables.ts`, shows and takes no row beyond it.',
    '',
    '| route | needs |',
    '| --- | --- |',
    ...routes.map((route) => `| ${route.method} ${route.path} | ${needsOf(route)} |`),
  ].join('\n')}\n`;
}

/** Prettier pads tables; what counts is what stands in them. */
const words = (page: string): string => page.replaceAll(/:?-+:?(?= *\|)/g, '-').replaceAll(/[ \t]+/g, ' ');

describe('The page of rights', () => {
  const routes = routesOf(Object.values(CONTROLLERS).flat()).toSorted((one, other) =>
    `${one.path} ${one.method}` < `${other.path} ${other.method}` ? -1 : 1,
  );

  it('is that of the code; npm run draw makes it anew', () => {
    const page = drawn(routes);
    if (process.env.DRAW) writeFileSync(PAGE, page);
    else expect(words(existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '')).toBe(words(page));
    expect(page).toContain('| POST /plans/{id}/issue | `plan.issue` or `breakdown.issue` |');
  });

  it('has a use for every right', () => {
    // Everybody has others stand in for their own posts; who may for others’ is asked by the service.
    const asked = ['delegation.make', 'delegation.read'] as const;
    const used = new Set([...routes.flatMap(({ needs }) => needs ?? []), ...asked]);
    expect(ACTIONS.filter((action) => !used.has(action))).toEqual([]);
  });

  it('is for people alone where a person acts for themselves', () => {
    const forTokens = routes.filter(({ needs, isInPerson }) => needs?.length === 0 && !isInPerson);
    expect(forTokens.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /sessions/current']);
  });
});

describe('A route without a right', () => {
  @Controller('forgotten')
  class ForgottenController {
    @Get(':id')
    get(): void {}
  }

  it('is named, and nothing is served', () => {
    expect(() => routesOf([ForgottenController])).toThrow('ForgottenController.get');
  });
});
