import { ArchivePackages } from '@duban/reporting';
import { type Edge, formOf, ISSUE, type Json, type Method, sample, type Sent } from './edge';
import { PAPER } from './cases';
import { ASKERS, DRAFT } from './rights-matrix';
import { failedJob } from './failed-job';
import { enrol } from './sign-in-parts';

export type Asked = [Method, string, Sent];
type Posts = readonly (keyof typeof ASKERS)[];

/** A request to a route that is about no matter, which would do something, and one whose post may. */
interface Deed {
  by: keyof typeof ASKERS;
  ask: (edge: Edge) => Asked | Promise<Asked>;
}

const rename = (code: string) => ({
  kind: 'rename',
  effectiveOn: '2023-02-20',
  reason: '机构改革',
  units: [code],
  name: `${code}新称`,
});
const proposedRename = async (edge: Edge, code: string): Promise<Json> => {
  const office = await edge.as('office');
  return office.post('/reorganisations', rename(code));
};
const grant = (username: string, kind: string) => ({ kind: 'grant', username, post: { kind }, reason: '任命' });
/** A proposal of the admin's that is not decided; one a person is enough. Whoever may all would decide it at once. */
async function waiting(edge: Edge, username: string): Promise<string> {
  const find = () =>
    edge.query(
      `select c.id from post_change c join person p on p.id = c.person_id where p.username = $1 and c.state = 'proposed'`,
      [username],
    );
  const [found] = await find();
  if (found) return found.id;
  await edge.query(
    `insert into post_change (id, kind, person_id, post_id, from_on, reason, state, proposed_by, proposed_at, version)
     select gen_random_uuid(), 'grant', whom.id, post.id, '2023-01-20', '任命', 'proposed', admin.id, now(), 1
     from person whom, person admin, post where whom.username = $1 and admin.username = 'admin' and post.kind = 'officer'`,
    [username],
  );
  const [made] = await find();
  return made.id;
}

/** Each of a policy of its own, so that the first may be enabled as version 1. */
const policyDrafted = async (edge: Edge): Promise<string> => {
  const officer = await edge.as('officer');
  const policyId = `own-${(await edge.query(`select count(*)::int as n from history_event`))[0].n}`;
  const { id } = await officer.post('/policies/drafts', { policyId, from: { preset: 'annual-report' } });
  return id;
};
const noticeTemplate = async (edge: Edge): Promise<Buffer> =>
  (await (await edge.as('office')).ask('GET', '/notices/template/file')).bytes;

const uploaded = async (edge: Edge): Promise<string> => {
  const contact = await edge.as('LD04.contact');
  const { id } = await contact.do('POST', '/evidence', { form: formOf('验收合格。', '验收单.txt') });
  return id;
};

const registered = async (edge: Edge, content: string): Promise<Json> => {
  const officer = await edge.as('officer');
  return officer.post('/matters', { kind: 'key_matter', content, units: { lead: ['LD09'] } });
};

/** A task that LD04 leads and in which LD01 helps, both under way. */
async function shared(edge: Edge): Promise<Record<'task' | 'lead' | 'helper', Json>> {
  const office = await edge.as('office');
  const draft = await edge.draft(
    '临澜市2023年重点事项责任分解方案\n\n（一）民生\n\n　　1.整修滨河步道。（牵头单位：市工信局；责任单位：市发改委）\n',
  );
  await office.post(`/plans/${draft.id}/issue`, { ...ISSUE, issuedOn: '2023-01-20' });
  const task = await office.get(`/tasks/${draft.tasks[0].id}`);
  const partOf = (role: string): Json => task.assignments.find((one: Json) => one.role === role);
  const [lead, helper] = [partOf('lead'), partOf('responsible')];
  // By rows: whoever may all is the office to every part, and no unit signs for one.
  await edge.query(`update assignment set state = 'in_progress' where task_id = $1`, [task.id]);
  return { task, lead, helper };
}

const withUnit = (): string => {
  const directory = JSON.parse(sample.units);
  const added = { code: 'LDX1', name: '市新设局', kind: 'department' };
  return JSON.stringify({ ...directory, units: [...directory.units, added] });
};

/** The address of somebody whose message came back. */
export async function suppressedAddress(edge: Edge): Promise<string> {
  const [{ id }] = await edge.query(
    `with came as (
       insert into bounce (id, delivery_id, channel, address, kind, status, words, report_key, received_at)
       select gen_random_uuid(), d.id, 'smtp', gen_random_uuid() || '@city.example', 'hard', '5.1.1', 'no such user',
         gen_random_uuid(), now() from delivery d limit 1 returning id, channel, address)
     insert into suppressed_address (id, channel, address, reason, bounce_id, since)
     select gen_random_uuid(), channel, address, 'hard_bounce', id, now() from came returning id`,
  );
  return id;
}

/** A register that was closed long ago, and is kept for ten years. */
export async function duePlan(edge: Edge): Promise<string> {
  const [{ id }] = await edge.query(
    `with p as (
       insert into plan (id, jurisdiction_id, title, year, state, issued_on, policy_id, policy_version, file_name,
         source_text, left_out, warnings, source, matter_kind, version, created_at)
       select gen_random_uuid(), j.id, '热线台账', 2000 + (select count(*) from plan where matter_kind = 'hotline'), 'closed',
         '2001-01-01', 'annual-report', 1, '', '', '[]', '[]', 'register', 'hotline', 1, now()
       from jurisdiction j returning id, jurisdiction_id)
     insert into history_event (id, jurisdiction_id, plan_id, entity, entity_id, type, actor_name, actor_post, request_id,
       occurred_at)
     select gen_random_uuid(), jurisdiction_id, id, 'plan', id, 'plan.closed', '', 'system', gen_random_uuid(),
       '2011-12-31T18:00:00Z' from p returning plan_id as id`,
  );
  return id;
}

/** A package of such a register that the auditor asked for. */
async function orderedPackage(edge: Edge): Promise<string> {
  const { id } = await (await edge.as('auditor')).post(`/plans/${await duePlan(edge)}/archive`, {});
  return id;
}

/** A destination with a digest that was delivered there. */
export async function destination(edge: Edge): Promise<{ id: string; deliveryId: string }> {
  const made = await (await edge.as('admin')).post('/destinations', DESTINATION);
  const { id } = made.destination;
  const [{ deliveryId }] = await edge.query(
    `with d as (insert into digest (id, destination_id, channel, window_start, subject, composed_at)
         values (gen_random_uuid(), $1, 'webhook', now(), '督办：催办1件', now()) returning id),
       v as (insert into delivery (id, digest_id, destination_id, channel, address, state, attempts, sent_at, created_at)
         select gen_random_uuid(), id, $1, 'webhook', 'https://oa.city.example/duban', 'delivered', 1, now(), now() from d
         returning id),
       a as (insert into delivery_attempt (id, delivery_id, destination_id, at, took_ms, status, answer, then_state)
         select gen_random_uuid(), id, $1, now(), 12, 204, '', 'delivered' from v)
     select id as "deliveryId" from v`,
    [id],
  );
  return { id, deliveryId };
}
const DESTINATION = {
  channel: 'webhook',
  name: '市政务平台',
  address: 'https://oa.city.example/duban',
  kinds: ['urge', 'notice'],
};

export const DEEDS: Readonly<Record<string, Deed>> = {
  'GET /destinations': {
    by: 'officer',
    ask: async (edge) => {
      await destination(edge);
      return ['GET', '/destinations', {}];
    },
  },
  'POST /queues/{queue}/failed-jobs/retry': {
    by: 'admin',
    ask: async (edge) => {
      await failedJob(edge);
      return ['POST', '/queues/imports/failed-jobs/retry', {}];
    },
  },
  'POST /queues/{queue}/failed-jobs/{id}/retry': {
    by: 'admin',
    ask: async (edge) => ['POST', `/queues/imports/failed-jobs/${(await failedJob(edge)).id}/retry`, {}],
  },
  'DELETE /queues/{queue}/failed-jobs/{id}': {
    by: 'admin',
    ask: async (edge) => ['DELETE', `/queues/imports/failed-jobs/${(await failedJob(edge)).id}`, {}],
  },
  'POST /destinations': { by: 'admin', ask: () => ['POST', '/destinations', { json: DESTINATION }] },
  'PATCH /destinations/{id}': {
    by: 'admin',
    ask: async (edge) => [
      'PATCH',
      `/destinations/${(await destination(edge)).id}`,
      { json: { expectedVersion: 1, address: 'https://oa.city.example/other', perMinute: 10 } },
    ],
  },
  'POST /destinations/{id}/test': {
    by: 'admin',
    ask: async (edge) => ['POST', `/destinations/${(await destination(edge)).id}/test`, {}],
  },
  'POST /destinations/{id}/keys': {
    by: 'admin',
    ask: async (edge) => ['POST', `/destinations/${(await destination(edge)).id}/keys`, { json: {} }],
  },
  'POST /destinations/{id}/pause': {
    by: 'admin',
    ask: async (edge) => [
      'POST',
      `/destinations/${(await destination(edge)).id}/pause`,
      { json: { reason: '系统升级' } },
    ],
  },
  'POST /destinations/{id}/end': {
    by: 'admin',
    ask: async (edge) => [
      'POST',
      `/destinations/${(await destination(edge)).id}/end`,
      { json: { reason: '平台下线' } },
    ],
  },
  'POST /destinations/{id}/resume': {
    by: 'admin',
    ask: async (edge) => {
      const { id } = await destination(edge);
      await edge.query(`update destination set ended_at = now(), stop_reason = '410' where id = $1`, [id]);
      return ['POST', `/destinations/${id}/resume`, { json: { reason: '已恢复' } }];
    },
  },
  'GET /destinations/{id}/attempts': {
    by: 'officer',
    ask: async (edge) => ['GET', `/destinations/${(await destination(edge)).id}/attempts`, {}],
  },
  'POST /destinations/{id}/deliveries/{deliveryId}/replay': {
    by: 'admin',
    ask: async (edge) => {
      const { id, deliveryId } = await destination(edge);
      return ['POST', `/destinations/${id}/deliveries/${deliveryId}/replay`, {}];
    },
  },
  'GET /suppressed-addresses': {
    by: 'officer',
    ask: async (edge) => {
      await suppressedAddress(edge);
      return ['GET', '/suppressed-addresses', {}];
    },
  },
  'POST /suppressed-addresses/{id}/lift': {
    by: 'admin',
    ask: async (edge) => [
      'POST',
      `/suppressed-addresses/${await suppressedAddress(edge)}/lift`,
      { json: { reason: '邮箱已恢复' } },
    ],
  },
  'POST /plans': { by: 'officer', ask: () => ['POST', '/plans', { form: formOf(DRAFT) }] },
  'POST /calendar/papers': { by: 'officer', ask: () => ['POST', '/calendar/papers', { json: PAPER }] },
  'POST /units/import': {
    by: 'officer',
    ask: () => ['POST', '/units/import', { form: formOf(withUnit(), 'units.json') }],
  },
  'GET /policies/drafts': {
    by: 'officer',
    ask: async (edge) => {
      await policyDrafted(edge);
      return ['GET', '/policies/drafts', {}];
    },
  },
  'GET /policies/drafts/{id}': {
    by: 'officer',
    ask: async (edge) => ['GET', `/policies/drafts/${await policyDrafted(edge)}`, {}],
  },
  'POST /policies/drafts': {
    by: 'officer',
    ask: () => ['POST', '/policies/drafts', { json: { policyId: 'own-rules', from: { preset: 'annual-report' } } }],
  },
  'PUT /policies/drafts/{id}': {
    by: 'officer',
    ask: async (edge) => [
      'PUT',
      `/policies/drafts/${await policyDrafted(edge)}`,
      { json: { rules: {}, expectedVersion: 1 } },
    ],
  },
  'DELETE /policies/drafts/{id}': {
    by: 'officer',
    ask: async (edge) => ['DELETE', `/policies/drafts/${await policyDrafted(edge)}?expectedVersion=1`, {}],
  },
  'POST /policies/drafts/{id}/enable': {
    by: 'office',
    ask: async (edge) => [
      'POST',
      `/policies/drafts/${await policyDrafted(edge)}/enable`,
      { json: { expectedVersion: 1, expectedPolicyVersion: 0, reason: '启用。' } },
    ],
  },
  'POST /units/{code}/posts': {
    by: 'officer',
    ask: () => ['POST', '/units/LD09/posts', { json: { kind: 'handler', title: '临时经办' } }],
  },
  'DELETE /units/{code}/posts/{id}': {
    by: 'admin',
    ask: async (edge) => {
      const office = await edge.as('office');
      const { id } = await office.post('/units/LD09/posts', { kind: 'deputy', title: '分管临时事务' });
      return ['DELETE', `/units/LD09/posts/${id}`, {}];
    },
  },
  'POST /evidence': {
    by: 'LD04.contact',
    ask: () => ['POST', '/evidence', { form: formOf('验收合格。', '验收单.txt') }],
  },
  'POST /evidence/{id}/links': {
    by: 'LD04.contact',
    ask: async (edge) => ['POST', `/evidence/${await uploaded(edge)}/links`, {}],
  },
  'DELETE /evidence/{id}': {
    by: 'LD04.contact',
    ask: async (edge) => ['DELETE', `/evidence/${await uploaded(edge)}`, {}],
  },
  'POST /matters': {
    by: 'officer',
    ask: () => [
      'POST',
      '/matters',
      { json: { kind: 'key_matter', content: '擅自登记的事项。', units: { lead: ['LD09'] } } },
    ],
  },
  'PATCH /matters/{id}': {
    by: 'officer',
    ask: async (edge) => {
      const { id } = await registered(edge, '清点全市的路灯。');
      return ['PATCH', `/matters/${id}`, { json: { reason: '更正', title: '路灯清点' } }];
    },
  },
  'POST /matters/{id}/same-as': {
    by: 'officer',
    ask: async (edge) => {
      const [one, other] = [await registered(edge, '修订公园的管理办法。'), await registered(edge, '调查郊区的水井。')];
      return ['POST', `/matters/${one.id}/same-as`, { json: { taskId: other.id } }];
    },
  },
  'POST /contributions/{id}/transitions': {
    by: 'LD04.contact',
    ask: async (edge) => {
      const { lead } = await shared(edge);
      const { items } = await (
        await edge.as('LD04.contact')
      ).post(`/assignments/${lead.id}/contributions`, { subject: '2023Q1' });
      return [
        'POST',
        `/contributions/${items[0].id}/transitions`,
        { json: { event: 'withdraw', reason: '不需要了。' } },
      ];
    },
  },
  'POST /coordinations/{id}/transitions': {
    by: 'officer',
    ask: async (edge) => {
      const { task } = await shared(edge);
      const asked = { about: '分工', with: ['LD01'], reason: '界限不清。' };
      const { id } = await (await edge.as('LD04.contact')).post(`/tasks/${task.id}/coordinations`, asked);
      return ['POST', `/coordinations/${id}/transitions`, { json: { event: 'settle', decision: '由牵头单位定。' } }];
    },
  },
  'POST /applications/{id}/transitions': {
    by: 'office',
    ask: async (edge) => {
      const { lead } = await shared(edge);
      const asked = { kind: 'close_unimplemented', reason: '资金收回。', unimplementedReason: 'funds_withdrawn' };
      const { id } = await (await edge.as('LD04.head')).post(`/assignments/${lead.id}/applications`, asked);
      return ['POST', `/applications/${id}/transitions`, { json: { event: 'deny', reason: '不准。' } }];
    },
  },
  'PUT /notices/template': {
    by: 'office',
    ask: async (edge) => ['PUT', '/notices/template', { form: formOf(await noticeTemplate(edge), '督办单.docx') }],
  },
  'DELETE /notices/template': { by: 'office', ask: () => ['DELETE', '/notices/template', {}] },
  'POST /reorganisations': { by: 'admin', ask: () => ['POST', '/reorganisations', { json: rename('LD09') }] },
  'POST /reorganisations/{id}/confirm': {
    by: 'admin',
    ask: async (edge) => {
      const { id, preview } = await proposedRename(edge, 'LD10');
      return ['POST', `/reorganisations/${id}/confirm`, { json: { expectedDigest: preview.digest } }];
    },
  },
  'POST /reorganisations/{id}/withdraw': {
    by: 'office',
    ask: async (edge) => {
      const { id } = await proposedRename(edge, 'LD11');
      return ['POST', `/reorganisations/${id}/withdraw`, { json: {} }];
    },
  },
  'PUT /sign-in-policy': {
    by: 'security',
    ask: async (edge) => {
      const security = await edge.as('security');
      const { version, policy } = await security.get('/sign-in-policy');
      const stricter = { ...policy, password: { ...policy.password, remembered: policy.password.remembered + 1 } };
      return ['PUT', '/sign-in-policy', { json: { expectedVersion: version, policy: stricter } }];
    },
  },
  'POST /bulletins': {
    by: 'office',
    ask: () => ['POST', '/bulletins', { json: { from: '2023-01-01', to: '2023-12-31', title: '擅自发布的通报' } }],
  },
  'PUT /retention-schedule': {
    by: 'office',
    ask: async (edge) => {
      const { version, schedule } = await (await edge.as('office')).get('/retention-schedule');
      const json = { expectedVersion: version, schedule: { ...schedule, media: '30年' }, reason: '从长保管。' };
      return ['PUT', '/retention-schedule', { json }];
    },
  },
  'GET /archive-packages/{id}': {
    by: 'auditor',
    ask: async (edge) => ['GET', `/archive-packages/${await orderedPackage(edge)}`, {}],
  },
  'GET /archive-packages/{id}/file': {
    by: 'auditor',
    ask: async (edge) => {
      const id = await orderedPackage(edge);
      await edge.app.get(ArchivePackages, { strict: false }).make(id);
      return ['GET', `/archive-packages/${id}/file`, {}];
    },
  },
  'POST /disposals': {
    by: 'auditor',
    ask: async (edge) => ['POST', '/disposals', { json: { planIds: [await duePlan(edge)], reason: '期满。' } }],
  },
  'POST /disposals/{id}/decision': {
    by: 'office',
    ask: async (edge) => {
      const proposed = { planIds: [await duePlan(edge)], reason: '期满。' };
      const { items } = await (await edge.as('auditor')).post('/disposals', proposed);
      return ['POST', `/disposals/${items[0].id}/decision`, { json: { decision: 'approved', reason: '同意。' } }];
    },
  },
  'PUT /message-rules': {
    by: 'office',
    ask: async (edge) => {
      const { version, rules } = await (await edge.as('office')).get('/message-rules');
      const fewer = { ...rules, caps: { perUnitAndWeek: 50, units: [] } };
      return ['PUT', '/message-rules', { json: { expectedVersion: version, rules: fewer } }];
    },
  },
  'POST /message-templates/{name}/withdrawal': {
    by: 'office',
    ask: async (edge) => {
      const office = await edge.as('office');
      const { items, kinds } = await office.get('/message-templates');
      const { about, zh, en } = kinds.find((one: Json) => one.about === 'urge');
      const { version = 0 } = items.find((one: Json) => one.name === 'urge') ?? {};
      await office.do('PUT', '/message-templates', { json: { name: 'urge', about, zh, en, expectedVersion: version } });
      return ['POST', '/message-templates/urge/withdrawal', { json: { expectedVersion: version + 1 } }];
    },
  },
  'PUT /message-templates': {
    by: 'office',
    ask: async (edge) => {
      const { items, kinds } = await (await edge.as('office')).get('/message-templates');
      const { about, zh, en } = kinds.find((one: Json) => one.about === 'urge');
      const expectedVersion = items.find((one: Json) => one.name === 'urge')?.version ?? 0;
      return ['PUT', '/message-templates', { json: { name: 'urge', about, zh, en, expectedVersion } }];
    },
  },
  'POST /post-changes': {
    by: 'security',
    ask: () => ['POST', '/post-changes', { json: grant('LD09.head', 'officer') }],
  },
  'POST /post-changes/decisions': {
    by: 'security',
    ask: async (edge) => {
      const ids = [await waiting(edge, 'LD12.head')];
      return ['POST', '/post-changes/decisions', { json: { ids, event: 'confirm' } }];
    },
  },
  'POST /persons': {
    by: 'admin',
    ask: () => ['POST', '/persons', { json: { username: 'newcomer', displayName: '新人' } }],
  },
  'POST /persons/{username}/unlock': {
    by: 'security',
    ask: async (edge) => {
      const guess = { json: { username: 'LD13.head', password: 'a guess' } };
      for (let i = 0; i < 11; i++) await edge.nobody().ask('POST', '/sessions', guess);
      return ['POST', '/persons/LD13.head/unlock', {}];
    },
  },
  'POST /persons/{username}/erasure': {
    by: 'security',
    ask: async (edge) => {
      const admin = await edge.as('admin');
      const username = `gone.${(await edge.query(`select count(*)::int as n from person`))[0].n}`;
      await admin.post('/persons', { username, displayName: '某人' });
      await admin.do('PATCH', `/persons/${username}`, { json: { isActive: false } });
      return ['POST', `/persons/${username}/erasure`, { json: { reason: '依法删除' } }];
    },
  },
  'DELETE /persons/{username}/sessions': {
    by: 'security',
    ask: async (edge) => {
      const contact = await edge.signIn('LD14.contact');
      await contact.post('/api-tokens', { name: 'a', purpose: 'b', scopes: ['unit.read'], days: 1 });
      return ['DELETE', '/persons/LD14.contact/sessions', {}];
    },
  },
  'DELETE /persons/{username}/second-factor': {
    by: 'security',
    ask: async (edge) => {
      await enrol(edge, 'LD15.contact');
      return ['DELETE', '/persons/LD15.contact/second-factor', {}];
    },
  },
  'POST /history/searches': {
    by: 'auditor',
    ask: () => ['POST', '/history/searches', { json: { name: '擅自保存的检索', filter: { entity: 'task' } } }],
  },
  'POST /tasks/views': {
    by: 'LD04.contact',
    ask: () => ['POST', '/tasks/views', { json: { name: '擅自保存的视图', filter: { light: 'red' } } }],
  },
};

/** Routes that policies of rows cannot tell apart, and why. */
export const NOT_BY_ROWS: Readonly<Record<string, string>> = {
  'PUT /clock': 'a demonstration’s clock is moved by the system, with all that falls due on the way',
  'POST /policies/{id}/simulate': 'writes nothing, and reads what the asker sees',
  'POST /policies/{id}/back-test': 'writes nothing, and reads what the asker sees',
  'GET /action-plans/{id}': 'of a matter: asked with those, by an id of nothing',
  'POST /action-plans/{id}/transitions': 'of a matter: asked with those, by an id of nothing',
  'POST /action-plans/{id}/measures/{measureId}/transitions': 'of a matter: asked with those, by an id of nothing',
  'POST /reports/{id}/transitions': 'of a matter: asked with those, by an id of nothing',
  'POST /reports/{id}/corrections': 'of a matter: asked with those, by an id of nothing',
  'POST /cards/{id}/withdrawal': 'of a matter: asked with those, by an id of nothing',
  'PUT /targets/{id}/curve': 'of a matter: asked with those, by an id of nothing',
  'GET /figures/burden': 'reads what the asker sees',
  'GET /message-templates': 'the words of messages are for everybody to read',
  'POST /message-templates/preview': 'writes nothing, and reads what the asker sees',
  'GET /notices/template': 'how notices are laid out is for everybody to read',
  'GET /notices/template/file': 'how notices are laid out is for everybody to read',
  'POST /notices/template/preview': 'writes nothing, and reads what the asker sees',
  'POST /tasks/{id}/open-forms': 'writes nothing, and is for whoever sees the task',
  'POST /matters/duplicates': 'writes nothing, and reads what the asker sees',
  'GET /matters/kinds': 'rules are for everybody to read',
  'GET /restrictions/people': 'who holds which post of a unit is for everybody to read',
  'PATCH /persons/{username}': 'everybody has a right to it; what is beyond theirs stands among the excesses',
  'PUT /inbox/preferences': 'everybody has a right to it',
  'POST /inbox/{id}/read': 'everybody has a right to it',
  'GET /sign-in-policy': 'whoever chooses a password is told its rules',
  'GET /calendar': 'days are for everybody to read',
  'GET /bulletins': 'they are published for everybody to read',
  'GET /bulletins/{id}': 'they are published for everybody to read',
  'GET /bulletins/{id}/document': 'they are published for everybody to read',
  'GET /bulletins/preview': 'writes nothing, and reads what the asker sees',
  'GET /retention-schedule': 'rules are for everybody to read',
  'GET /calendar/papers': 'papers are for everybody to read',
  'GET /policies': 'rules are for everybody to read',
  'GET /policies/{id}': 'rules are for everybody to read',
  'GET /policies/schema': 'tells what rules are made of',
  'GET /policies/{id}/versions/{version}': 'rules are for everybody to read',
  'GET /policies/{id}/changes': 'rules are for everybody to read; drafts are asked with their own',
  'GET /channels': 'tells one’s own addresses',
  'POST /channels/{channel}/test': 'of channels that are not configured there; else as of a destination',
  'GET /channel-tests/{id}': 'everybody sees their own',
  'GET /queues': 'tells figures of no matter',
  'GET /queues/{queue}/failed-jobs': 'reads as the system, and tells ids and errors',
  'GET /self-check': 'reads as the system, and tells ids and figures',
  'GET /clock': 'tells the time',
  'GET /history': 'the events of matters are shown with these to whoever sees them',
  'GET /history/extract': 'the events of matters are shown with these to whoever sees them',
  'GET /history/searches': 'everybody sees their own',
  'PATCH /history/searches/{id}': 'everybody changes their own',
  'DELETE /history/searches/{id}': 'everybody removes their own',
  'GET /deliveries': 'everybody sees what was sent to them',
  'GET /tasks/views': 'everybody sees their own, and what colleagues share',
  'PATCH /tasks/views/{id}': 'everybody changes their own',
  'DELETE /tasks/views/{id}': 'everybody removes their own',
};

const MOST: Posts = ['office', 'officer', 'leader', 'auditor', 'security', 'LD04.head', 'LD04.contact'];
const ALL: Posts = ['admin', ...MOST];

/** What goes beyond a post's right on a route to which it has one, or that asks for none. */
export const EXCESSES: readonly {
  what: string;
  posts: Posts;
  ask: (edge: Edge, who: string) => Asked | Promise<Asked>;
}[] = [
  ...[{ displayName: '改名' }, { email: 'me@example.org' }, { password: 'taken over by it' }, { isActive: false }].map(
    (json) => ({
      what: `change the account of another: ${Object.keys(json)[0]}`,
      posts: MOST,
      ask: (): Asked => ['PATCH', '/persons/LD09.contact', { json }],
    }),
  ),
  ...[{ email: 'me@example.org' }, { password: 'taken over by it' }, { isActive: false }].flatMap((json) =>
    ['security', 'auditor'].map((whom) => ({
      what: `take over the account of ${whom}: ${Object.keys(json)[0]}`,
      posts: ALL.filter((who) => who !== whom),
      ask: (): Asked => ['PATCH', `/persons/${whom}`, { json }],
    })),
  ),
  ...[{ displayName: '自取' }, { isActive: false }].map((json) => ({
    what: `change of their own account what is not theirs: ${Object.keys(json)[0]}`,
    posts: 'isActive' in json ? ALL : MOST,
    ask: (_: Edge, who: string): Asked => ['PATCH', `/persons/${who}`, { json }],
  })),
  ...['confirm', 'refuse'].map((event) => ({
    what: `${event} what waits for the security administrator`,
    posts: ALL.filter((who) => who !== 'security'),
    ask: async (edge: Edge): Promise<Asked> => {
      const ids = [await waiting(edge, 'LD08.head')];
      return ['POST', '/post-changes/decisions', { json: { ids, event } }];
    },
  })),
  {
    what: 'withdraw what another has proposed',
    posts: MOST,
    ask: async (edge) => {
      const ids = [await waiting(edge, 'LD08.head')];
      return ['POST', '/post-changes/decisions', { json: { ids, event: 'withdraw' } }];
    },
  },
  {
    what: 'give themselves a post',
    posts: ALL,
    ask: (_, who) => ['POST', '/post-changes', { json: grant(who, who === 'leader' ? 'officer' : 'leader') }],
  },
  {
    what: 'give a post at once',
    posts: ['admin'],
    ask: () => ['POST', '/post-changes', { json: grant('LD07.head', 'officer') }],
  },
  {
    what: 'confirm a post for themselves',
    posts: ['security'],
    ask: async (edge) => {
      const ids = [await waiting(edge, 'security')];
      return ['POST', '/post-changes/decisions', { json: { ids, event: 'confirm' } }];
    },
  },
  {
    what: 'end their own sessions as if they were another’s',
    posts: ALL,
    ask: (_, who) => ['DELETE', `/persons/${who}/sessions`, {}],
  },
  {
    what: 'have somebody stand in for who is not theirs',
    posts: ['admin', 'officer', 'leader', 'auditor', 'LD04.head', 'LD04.contact', 'LD04.handler'],
    ask: async (edge) => {
      const [post] = await edge.query(
        `select p.id from post p join unit u on u.id = p.unit_id where u.code = 'LD09' and p.kind = 'head'`,
      );
      const days = { from: '2023-01-21', until: '2023-01-25' };
      const json = { postId: post.id, holder: 'LD09.head', to: 'LD09.contact', reason: '休假', ...days };
      return ['POST', '/delegations', { json }];
    },
  },
  {
    what: 'end who stands in for others',
    posts: ['admin', 'officer', 'leader', 'auditor', 'LD04.head', 'LD04.contact', 'LD04.handler'],
    ask: async (edge) => ['POST', `/delegations/${await delegation(edge)}/end`, { json: {} }],
  },
];

/** Somebody who stands in for the head of LD08. */
async function delegation(edge: Edge): Promise<string> {
  const [found] = await edge.query(`select id from delegation where state = 'standing' limit 1`);
  if (found) return found.id;
  const [post] = await edge.query(
    `select p.id from post p join unit u on u.id = p.unit_id where u.code = 'LD08' and p.kind = 'head'`,
  );
  const head = await edge.as('LD08.head');
  const days = { from: '2023-01-20', until: '2023-01-25' };
  const { id } = await head.post('/delegations', { postId: post.id, to: 'LD08.contact', reason: '休假', ...days });
  return id;
}
