import { parseLocalDate } from '@duban/kernel';
import { useTestDatabase } from '@duban/testing';
import { MORNING, urge, World } from '../test/world';
import { lineFor } from './templates/line';
import { arrange } from './templates/digest';
import { zh } from './templates/zh';
describe('bench', () => {
  const database = useTestDatabase();
  it('100k', async () => {
    const today = parseLocalDate('2026-04-21');
    let t = Date.now();
    const ls = [];
    for (let i = 0; i < 100000; i++) ls.push(lineFor('follow_up', { ...urge, taskNumber: String(i) }, zh, today));
    console.warn('render', Date.now() - t);
    t = Date.now();
    for (let i = 0; i < 300; i++) arrange(ls.slice(i * 333, i * 333 + 333));
    console.warn('arrange', Date.now() - t);
    const world = await new World(database).begin();
    const posts: string[] = [];
    for (let i = 0; i < 300; i++) {
      const u = await world.unit();
      await world.person([u.contact]);
      posts.push(u.contact);
    }
    await world.query(
      `insert into notification (id, jurisdiction_id, post_id, kind, parameters, wanted_at, send_from)
      select gen_random_uuid(), $1, ($2::uuid[])[1 + n % 300], 'follow_up', $3::jsonb || jsonb_build_object('taskNumber', n::text), $4, $4 from generate_series(1,100000) n`,
      [world.jurisdictionId, posts, JSON.stringify(urge), MORNING],
    );
    t = Date.now();
    console.warn(JSON.stringify(await world.query(`explain (analyze, buffers) select n.id, n.jurisdiction_id, n.post_id, n.kind, n.parameters, n.send_from::text, coalesce(n.parameters->>'followUpKind' in ('reminder', 'urge') and (o.state <> 'open' or o.deadline_version <> f.deadline_version), false) from notification n left join obligation o on o.id = n.obligation_id left join follow_up f on f.id = n.follow_up_id where n.composed_at is null and n.send_from <= $1 and n.jurisdiction_id = any($2::uuid[]) and (n.send_from, n.id) > ('2026-04-21T01:00:00Z'::timestamptz, '80000000-0000-0000-0000-000000000000'::uuid) order by n.send_from, n.id limit 5000`, [MORNING, [world.jurisdictionId]]), null, 1));
    const r = await database.transactor.run((tx) => {
      const orig = tx.query.bind(tx);
      const acc: Record<string, number> = {};
      const proxy = new Proxy(tx, {
        get: (o, k) =>
          k === 'query'
            ? async (s: string, p: unknown[]) => {
                const a = Date.now();
                const out = await orig(s, p);
                const key = s.trim().slice(0, 28);
                acc[key] = (acc[key] ?? 0) + Date.now() - a;
                return out;
              }
            : Reflect.get(o, k),
      });
      return world
        .digests()
        .compose(proxy, MORNING)
        .then((x) => {
          console.warn(acc);
          return x;
        });
    });
    console.warn(r.digests, Date.now() - t, 'ms', process.memoryUsage().rss / 1e6);
  }, 120000);
});
