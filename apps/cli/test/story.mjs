// The main job from end to end over HTTP, as people do it: a plan is imported and issued, departments are chased by
// the calendar, one lead reports, is returned, reports again and is verified, the auditor reads every step.
// It knows nothing of duban's code: what must have happened by a day is written out here by hand.
import assert from 'node:assert/strict';

/** A client of a running duban, signed in as one account. */
class Client {
  #url;
  #headers;

  constructor(url, token) {
    this.#url = `${url}/api/v1`;
    this.#headers = { authorization: `Bearer ${token}` };
  }

  static async signIn(url, username, password) {
    const response = await fetch(`${url}/api/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
    assert.equal(response.status, 201, `${username} signs in`);
    return new Client(url, (await response.json()).token);
  }

  /** Status and body, whatever they are. */
  async ask(method, path, body, headers = {}) {
    const isForm = body instanceof FormData;
    const response = await fetch(this.#url + path, {
      method,
      headers: {
        ...this.#headers,
        ...(body !== undefined && !isForm ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      body: body === undefined || isForm ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  }

  /** The body of an answer that must be a good one. */
  async do(method, path, body, headers) {
    const answer = await this.ask(method, path, body, headers);
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** The bytes of a file. */
  async file(path) {
    const response = await fetch(this.#url + path, { headers: this.#headers });
    assert.equal(response.status, 200, `GET ${path}`);
    return Buffer.from(await response.arrayBuffer());
  }

  /** The code of a problem that must be the answer. */
  async refused(status, method, path, body, headers) {
    const answer = await this.ask(method, path, body, headers);
    assert.equal(answer.status, status, `${method} ${path}: ${JSON.stringify(answer.body)}`);
    assert.equal(answer.body.status, status);
    return answer.body.code;
  }

  /** All items of a list, page by page. */
  async all(path) {
    const items = [];
    for (let cursor = ''; ;) {
      const page = await this.do('GET', `${path}${path.includes('?') ? '&' : '?'}limit=200${cursor}`);
      items.push(...page.items);
      if (page.next === null) return items;
      cursor = `&cursor=${encodeURIComponent(page.next)}`;
    }
  }
}

const form = (name, bytes) => {
  const data = new FormData();
  data.append('file', new Blob([bytes]), name);
  return data;
};

const morning = (day) => new Date(`${day}T09:00:00+08:00`).toISOString();

/** Rungs of the default ladders, as offices keep them: day (by hand, from the State Council's calendar), whom to. */
const SIGN_FOR = [
  ['remind', '2023-01-16', ['contact']],
  ['urge', '2023-01-17', ['contact', 'head']],
  ['blue', '2023-01-19', ['contact', 'head']],
];
const ACTION_PLAN = [
  ['remind-5', '2023-02-03', ['contact']],
  ['remind-1', '2023-02-09', ['contact', 'head']],
  ['urge', '2023-02-13', ['contact', 'head']],
  ['blue', '2023-02-15', ['contact', 'head']],
  ['orange', '2023-02-20', ['head', 'office']],
  ['red', '2023-02-24', ['head', 'office']],
];
const FIRST_QUARTER = [
  ['remind-5', '2023-04-13', ['contact']],
  ['remind-1', '2023-04-19', ['contact', 'head']],
  ['urge', '2023-04-21', ['contact', 'head']],
  ['blue', '2023-04-24', ['contact', 'head']],
  ['orange', '2023-04-27', ['head', 'office']],
];
/** By the day of the document; 30 April 2023 lay in the May holidays, so it took effect on Thursday 4 May. */
const MILESTONES = {
  '2023-04-30': [
    ['remind-5', '2023-04-24', ['contact']],
    ['remind-1', '2023-04-28', ['contact', 'head']],
  ],
};
/** Of a milestone at the end of April, which takes effect after the holidays of May, on the 4th. */
const END_OF_APRIL = [
  ['remind-5', '2023-04-24', ['contact']],
  ['remind-1', '2023-04-28', ['contact', 'head']],
];
const STOPS = ['2023-02-09', '2023-02-13', '2023-04-19', '2023-04-28'];

/** The first few of what is there twice, is not there, or should not be. */
function difference(sent, wanted) {
  const [have, want] = [new Set(sent), new Set(wanted)];
  return {
    doubled: sent.filter((line, i) => sent.indexOf(line) !== i).slice(0, 5),
    missing: wanted.filter((line) => !have.has(line)).slice(0, 5),
    unasked: sent.filter((line) => !want.has(line)).slice(0, 5),
  };
}

/**
 * Tells the story to a duban that was started empty with DUBAN_CLOCK=2023-01-12T09:00:00+08:00.
 * @param material `{ plan: {name, bytes}, units: {name, bytes}, expected: {tasks, parts, namedLeads, carrying,
 *   leadAssignments, assignments} }`
 * @throws AssertionError where something is not as it must be
 */
export async function tellStory({ url, password, material, say = () => undefined }) {
  const sign = (username) => Client.signIn(url, username, password);
  const [office, officer, admin, auditor] = await Promise.all(['office', 'officer', 'admin', 'auditor'].map(sign));

  say('the directory and the plan come in');
  await admin.do('POST', '/units/import', form(material.units.name, material.units.bytes));
  const sheets = form('units.xlsx', await office.file('/units/export?format=xlsx'));
  const { created, updated, groups } = await admin.do('POST', '/units/import', sheets);
  assert.deepEqual({ created, updated, groups }, { created: 0, updated: 0, groups: 0 }, 'the export changes nothing');
  const units = await office.all('/units');
  const codeOf = new Map(units.map((unit) => [unit.id, unit.code]));
  const draft = await office.do('POST', '/plans', form(material.plan.name, material.plan.bytes));
  const { expected } = material;
  assert.equal(draft.tasks.length, expected.tasks);
  assert.equal(draft.tasks.flatMap((task) => task.subtasks).length, expected.parts);
  assert.equal(draft.tasks.filter((task) => task.lead.length > 0).length, expected.namedLeads);

  say('it is issued');
  const issue = { year: 2023, issuedOn: '2023-01-12', policy: 'annual-report' };
  const key = { 'idempotency-key': 'story-issue' };
  const issued = await office.do('POST', `/plans/${draft.id}/issue`, issue, key);
  assert.equal(issued.tasks, expected.carrying);
  assert.equal(issued.leads, expected.leadAssignments);
  assert.equal(issued.assignments, expected.assignments);
  assert.deepEqual(issued.skipped, []);
  assert.deepEqual(await office.do('POST', `/plans/${draft.id}/issue`, issue, key), issued, 'the same answer again');
  assert.equal(await office.refused(409, 'POST', `/plans/${draft.id}/issue`, issue), 'PLAN.ALREADY_ISSUED');

  say('some contacts sign for theirs');
  const owed = await office.all(`/obligations?planId=${draft.id}`);
  const of = (kind, subject = null) => owed.filter((o) => o.kind === kind && o.subject === subject);
  const plan = await office.do('GET', `/plans/${draft.id}`);
  const withParts = (tasks) => tasks.flatMap((task) => [task, ...withParts(task.subtasks)]);
  const assignments = withParts(plan.tasks).flatMap((task) => task.assignments);
  const leadIds = new Set(assignments.filter((a) => a.role === 'lead').map((a) => a.id));
  assert.equal(of('sign_for').length, expected.assignments);
  assert.equal(of('action_plan').length, expected.leadAssignments);
  assert.equal(of('progress_report', '2023Q1').length, expected.leadAssignments);
  assert.equal(of('completion').length, expected.assignments);

  const dated = owed.filter((o) => o.kind === 'milestone' || o.kind === 'completion');
  const endOfApril = dated.filter((o) => o.dueOn === '2023-04-30');
  assert.ok(
    dated.every((o) => endOfApril.includes(o) || o.dueOn > '2023-05-09'),
    'no other date is reminded of before the last stop',
  );

  // The story's lead leads a task with other units in it and with a target, where there is such a task.
  const shared = plan.tasks
    .filter((task) => task.assignments.length > 1 && task.assignments.some((a) => a.role !== 'lead'))
    .sort((a, b) => b.targets.length - a.targets.length)[0];
  const lead = shared.assignments.find((a) => a.role === 'lead');
  const helper = shared.assignments.find((a) => a.role !== 'lead');
  const signing = new Set(
    [lead, helper].map((a) => a.unitId).concat(units.filter((_, i) => i % 3 === 0).map((unit) => unit.id)),
  );
  const people = new Map();
  const person = async (username) => {
    if (!people.has(username)) people.set(username, await sign(username));
    return people.get(username);
  };
  const contactOf = (unitId) => person(`${codeOf.get(unitId)}.contact`);
  const signed = new Set();
  for (const obligation of of('sign_for')) {
    if (!signing.has(obligation.unitId)) continue;
    const contact = await contactOf(obligation.unitId);
    const path = `/assignments/${obligation.assignmentId}/transitions`;
    const after = await contact.do('POST', path, { event: 'sign_for', expectedVersion: 1 });
    assert.equal(after.state, 'in_progress');
    signed.add(obligation.assignmentId);
  }
  assert.ok(signed.size > 0 && signed.size < expected.assignments);
  const leadContact = await contactOf(lead.unitId);
  const leadPath = `/assignments/${lead.id}`;
  assert.equal(
    await leadContact.refused(409, 'POST', `${leadPath}/transitions`, { event: 'sign_for' }),
    'ASSIGNMENT.EVENT_NOT_ALLOWED',
  );
  assert.equal(
    await leadContact.refused(409, 'POST', `${leadPath}/transitions`, { event: 'withdraw', expectedVersion: 1 }),
    'ASSIGNMENT.STALE',
  );
  const stranger = units.find((unit) => !shared.assignments.some((a) => a.unitId === unit.id));
  const strangerContact = await contactOf(stranger.id);
  assert.equal(
    await strangerContact.refused(403, 'POST', `${leadPath}/transitions`, { event: 'report' }),
    'ASSIGNMENT.NOT_YOURS',
  );
  assert.equal(await strangerContact.refused(403, 'GET', `/tasks/${shared.id}`), 'TASK.NOT_YOURS');

  const planOf = (assignmentId) => of('action_plan').find((o) => o.assignmentId === assignmentId);
  const text = { text: '方案：三月底前部署，九月底前见效，年底前验收。' };
  await leadContact.do('POST', `${leadPath}/reports`, { obligationId: planOf(lead.id).id, ...text });

  // What must have been sent by the end of each stop: "obligation rung instant post", worked out by hand.
  const lateHanded = of('action_plan').find((o) => signed.has(o.assignmentId) && o.assignmentId !== lead.id);
  const due = (obligations, rungs, until, from = '2023-01-01') =>
    obligations.flatMap((o) =>
      rungs
        .filter(([, day]) => day <= until && day >= from)
        .flatMap(([rung, day, posts]) =>
          posts.map((post) => [
            o.id,
            rung,
            morning(day),
            post === 'office' ? 'office' : `${codeOf.get(o.unitId)}.${post}`,
          ]),
        ),
    );
  const milestones = owed.filter((o) => o.kind === 'milestone');
  for (const { dueOn } of milestones) {
    assert.ok(dueOn > '2023-05-15' || dueOn in MILESTONES, `a milestone of ${dueOn} needs its rungs worked out here`);
  }
  const wanted = (until) => {
    const plansOpen = of('action_plan').filter((o) => o.assignmentId !== lead.id && o !== lateHanded);
    const quarterOpen = of('progress_report', '2023Q1').filter((o) => o.assignmentId !== lead.id);
    const leadQuarter = of('progress_report', '2023Q1').filter((o) => o.assignmentId === lead.id);
    return [
      ...due(
        of('sign_for').filter((o) => !signed.has(o.assignmentId)),
        SIGN_FOR,
        until,
      ),
      ...due(plansOpen, ACTION_PLAN, until),
      // Handed in on the evening of the second stop: what came later was not sent.
      ...due([lateHanded], ACTION_PLAN, until < STOPS[1] ? until : STOPS[1]),
      ...due(quarterOpen, FIRST_QUARTER, until),
      ...due(endOfApril, END_OF_APRIL, until),
      ...milestones.flatMap((o) => due([o], MILESTONES[o.dueOn] ?? [], until)),
      // Reported on the evening of the third.
      ...due(leadQuarter, FIRST_QUARTER, until < STOPS[2] ? until : STOPS[2]),
    ]
      .map((line) => line.join(' '))
      .sort();
  };

  for (const stop of STOPS) {
    const now = `${stop}T18:00:00+08:00`;
    say(`the clock moves to ${now}`);
    const clock = await admin.do('PUT', '/clock', { now });
    assert.equal(Date.parse(clock.now), Date.parse(now));
    const followUps = await office.all(`/follow-ups?planId=${draft.id}`);
    const sent = followUps.map((f) => {
      const to = f.recipient.unitCode === null ? f.recipient.post : `${f.recipient.unitCode}.${f.recipient.post}`;
      return `${f.obligationId} ${f.rung} ${new Date(f.firedAt).toISOString()} ${to}`;
    });
    assert.deepEqual(
      difference(sent, wanted(stop)),
      { doubled: [], missing: [], unasked: [] },
      `follow-ups by ${stop}: these, once each, and no others`,
    );
    if (stop === STOPS[1]) {
      const contact = await contactOf(lateHanded.unitId);
      await contact.do('POST', `/assignments/${lateHanded.assignmentId}/reports`, {
        obligationId: lateHanded.id,
        ...text,
      });
    }
    if (stop === STOPS[2]) {
      const quarter = of('progress_report', '2023Q1').find((o) => o.assignmentId === lead.id);
      const report = { obligationId: quarter.id, text: '一季度进展：已完成前期工作。' };
      await leadContact.do('POST', `${leadPath}/reports`, report);
      assert.equal(await leadContact.refused(409, 'POST', `${leadPath}/reports`, report), 'REPORT.PERIOD_REPORTED');
    }
  }
  assert.equal(await admin.refused(422, 'PUT', '/clock', { now: '2023-01-01T00:00:00+08:00' }), 'CLOCK.BACKWARDS');
  assert.equal(await officer.refused(403, 'PUT', '/clock', { now: '2024-01-01T00:00:00+08:00' }), 'RIGHTS.NOT_ALLOWED');

  say('notices and messages came');
  const notices = await office.all(`/notices?planId=${draft.id}`);
  assert.equal(new Set(notices.map((notice) => notice.number)).size, notices.length, 'numbers are unique');
  const plansMissing = leadIds.size - 2;
  assert.equal(notices.filter((n) => n.colour === 'red').length, plansMissing);
  const inbox = await strangerContact.all('/inbox');
  assert.ok(inbox.length > 0, 'a contact who did nothing has messages');
  const windows = inbox.map((message) => message.createdAt);
  assert.equal(new Set(windows).size, windows.length, 'one digest a window');

  say('the lead reports, is returned, reports again and is verified');
  const measurements = shared.targets.map((target) => ({ targetId: target.id, value: target.value }));
  const completion = {
    event: 'report',
    text: '任务已完成。',
    evidence: [{ title: '办结报告', location: '档案 1 号' }],
    measurements,
  };
  const transitions = `${leadPath}/transitions`;
  assert.equal(await leadContact.refused(422, 'POST', transitions, completion), 'ASSIGNMENT.UNITS_NOT_READY');
  const ahead = { ...completion, goAheadReason: '其余单位的部分另行报送。' };
  assert.equal(
    await leadContact.refused(422, 'POST', transitions, { ...ahead, evidence: [] }),
    'REPORT.EVIDENCE_REQUIRED',
  );
  assert.equal((await leadContact.do('POST', transitions, ahead)).state, 'reported');
  assert.equal(await leadContact.refused(403, 'POST', transitions, { event: 'verify' }), 'ASSIGNMENT.NOT_YOURS');
  assert.equal(await officer.refused(422, 'POST', transitions, { event: 'return' }), 'ASSIGNMENT.REASON_REQUIRED');
  const returned = { event: 'return', reason: '佐证不足，请补充验收意见。', rectifyBy: '2023-05-12' };
  assert.equal((await officer.do('POST', transitions, returned)).state, 'in_progress');
  const rectification = (await office.all(`/obligations?taskId=${shared.id}&kind=rectification`))[0];
  assert.equal(rectification.state, 'open');
  assert.equal(rectification.dueOn, '2023-05-12');
  assert.equal((await leadContact.do('POST', transitions, ahead)).state, 'reported');
  const verified = await officer.do('POST', transitions, { event: 'verify' });
  assert.equal(verified.state, 'verified');
  const helperContact = await contactOf(helper.unitId);
  const helperPath = `/assignments/${helper.id}/transitions`;
  assert.equal((await helperContact.do('POST', helperPath, { ...completion, measurements: [] })).state, 'reported');
  assert.equal(await officer.refused(422, 'POST', helperPath, { event: 'verify' }), 'ASSIGNMENT.WRONG_VERIFIER');
  assert.equal((await leadContact.do('POST', helperPath, { event: 'verify' })).state, 'verified');

  say('the auditor reads every step, and the past');
  const history = await auditor.all(`/tasks/${shared.id}/history`);
  const steps = history.filter((event) => event.entityId === lead.id).map((event) => event.type);
  assert.deepEqual(steps, [
    'assignment.assigned',
    'assignment.signed_for',
    'assignment.reported',
    'assignment.returned',
    'assignment.reported',
    'assignment.verified',
  ]);
  assert.ok(history.every((event) => event.requestId !== '' && event.actor.name !== ''));
  assert.equal(await auditor.refused(403, 'POST', transitions, { event: 'cancel' }), 'RIGHTS.NOT_ALLOWED');
  assert.equal(await auditor.refused(403, 'POST', '/plans', form('x.txt', 'x')), 'RIGHTS.NOT_ALLOWED');
  const past = await auditor.do('GET', `/plans/${draft.id}?asOf=2023-03-01`);
  const pastStates = new Map(withParts(past.tasks).flatMap((task) => task.assignments.map((a) => [a.id, a.state])));
  assert.equal(pastStates.size, expected.assignments);
  for (const [id, state] of pastStates) assert.equal(state, signed.has(id) ? 'in_progress' : 'assigned');
  const pastTask = await auditor.do('GET', `/tasks/${shared.id}?asOf=2023-03-01T12:00:00%2B08:00`);
  assert.equal(pastTask.assignments.find((a) => a.id === lead.id).state, 'in_progress');
  assert.equal(pastTask.reports.length, 1, 'only the action plan had been handed in');
  assert.equal(await auditor.refused(404, 'GET', `/plans/${draft.id}?asOf=2023-01-11`), 'PLAN.UNKNOWN');
  const present = await auditor.do('GET', `/tasks/${shared.id}`);
  assert.equal(present.assignments.find((a) => a.id === lead.id).state, 'verified');
  return { planId: draft.id, followUps: wanted(STOPS.at(-1)).length, notices: notices.length };
}
