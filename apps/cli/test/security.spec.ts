import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../..');
const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
/** How many requirements of level 1 and 2 each chapter of ASVS 5.0 has. */
const REQUIREMENTS = {
  1: 27,
  2: 11,
  3: 19,
  4: 10,
  5: 9,
  6: 35,
  7: 18,
  8: 7,
  9: 7,
  10: 29,
  11: 14,
  12: 9,
  13: 13,
  14: 9,
  15: 13,
  16: 16,
  17: 7,
};

const STANDS = ['met', 'n/a', 'operator', 'partly', 'gap'];

/** What runs: without specs, and what measures or breaks it. */
const sources = ['apps', 'libs'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => /^\w+\/[\w-]+\/src\/.*\.tsx?$/.test(path) && !/spec\.ts$|\/(bench|chaos|sizes)\//.test(path)),
);

describe('The page on security', () => {
  it('names tests and files that are there', () => {
    const named = [...page.matchAll(/`((?:apps|libs)\/[\w./-]+)`/g)].map(([, path]) => path!);
    expect(named.length).toBeGreaterThan(100);
    expect([...new Set(named)].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('goes through each requirement once, and says of each how it stands', () => {
    const rows = [...page.matchAll(/^\| (\d+)\.(\d+)\.(\d+) +\| (\S.*?) *\| (\S+) +\| (\S.*?) *\|$/gm)];
    const ids = rows.map(([, ...cells]) => cells.slice(0, 3).join('.'));
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
    const counts = Object.fromEntries(
      Object.keys(REQUIREMENTS).map((chapter) => [chapter, rows.filter(([, found]) => found === chapter).length]),
    );
    expect(counts).toEqual(REQUIREMENTS);
    const stands = rows.map(([, , , , , stand]) => stand!);
    expect(stands.filter((stand) => !STANDS.includes(stand))).toEqual([]);
    const count = (stand: string): number => stands.filter((one) => one === stand).length;
    expect(page.replaceAll(/\s+/g, ' ')).toContain(
      `Of ${rows.length} requirements ${count('met')} are met, ${count('n/a')} are of things that duban has not, ` +
        `${count('operator')} are for whoever runs it, ${count('partly')} are met in part and ${count('gap')} are gaps.`,
    );
  });

  it.each<[string, string, RegExp, readonly string[]]>([
    [
      '3.2.2',
      'no HTML is made of strings',
      /dangerouslySetInnerHTML|\binnerHTML\b|insertAdjacentHTML|document\.write/,
      [],
    ],
    ['1.3.2', 'no text is evaluated', /\beval\(|new Function\(|'node:vm'/, []],
    ['1.2.5', 'no shell', /shell: true|\bexecSync\b|import \{[^}]*\bexec\b[^}]*\} from 'node:child_process'/, []],
    ['3.5.5', 'no message to another window', /window\.(parent|opener|postMessage)/, []],
    ['11.3.1', 'no cipher but AES-256-GCM', /create(De|C)ipheriv\((?!'aes-256-gcm')|createCipher\(/, []],
    [
      '11.4.1',
      'MD5 and SHA-1 where others ask for them',
      /createHash\('(md5|sha1)'/,
      [
        // The list of breached passwords, the header that S3 asks for, the gateway of short messages.
        'libs/directory/src/sign-in/breached-passwords.ts',
        'libs/history/src/proof/handing-out/bucket.place.ts',
        'libs/notifications/src/channels/sms.channel.ts',
      ],
    ],
    [
      '11.5.1',
      'nothing that must not be guessed is of Math.random',
      /Math\.random/,
      [
        // Pauses before the next try, and the key of a row of a page.
        'apps/console/src/evidence/evidence-field.tsx',
        'libs/database/src/migrate.ts',
        'libs/database/src/transactor.ts',
        'libs/notifications/src/delivery.service.ts',
      ],
    ],
    ['12.3.2', 'certificates are checked', /rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED|checkServerIdentity/, []],
  ])('is right that in the sources (%s) %s', (_id, _words, pattern, allowed) => {
    expect(sources.length).toBeGreaterThan(500);
    expect(sources.filter((path) => pattern.test(readFileSync(join(ROOT, path), 'utf8'))).toSorted()).toEqual(allowed);
  });

  it('is right that no image holds the repository’s history (13.4.1), nor the console anything of elsewhere (14.2.3)', () => {
    expect(readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n')).toContain('.git');
    const page = readFileSync(join(ROOT, 'apps/console/index.html'), 'utf8');
    expect(page).toMatch(/<script/);
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
  });
});
