// What Grafana's documentation promises of its provisioned alerting, held against the stand-in.

import { test } from 'vitest';
import { type Contract, holds } from './grafana-contract.ts';

const RULES = '/api/v1/provisioning/alert-rules';
const POINTS = '/api/v1/provisioning/contact-points';
const POLICIES = '/api/v1/provisioning/policies';
const EDITABLE = { 'x-disable-provenance': 'true' };
const FOLDER = { uid: 'f', title: 'F' };
const QUERY = { refId: 'A', datasourceUid: 'd', relativeTimeRange: { from: 60, to: 0 }, model: { expr: 'up' } };
const RULE = { uid: 'r', title: 'R', folderUID: 'f', ruleGroup: 'g', condition: 'A', data: [QUERY], for: '1m' };
const SLACK = { uid: 's', name: 'ops', type: 'slack', settings: { url: 'https://hooks.example/x', recipient: '#a' } };

const CONTRACT: Contract = {
  'before 9.1 nothing of alerting can be provisioned': [
    { version: '9.0.9' },
    [`GET ${RULES}`, undefined, 404],
    [`GET ${POINTS}`, undefined, 404],
    [`GET ${POLICIES}`, undefined, 404],
  ],
  'before 9.4 rules are not listed': [
    { version: '9.3.0' },
    ['POST /api/folders', FOLDER, 200],
    [`POST ${RULES}`, RULE, 201],
    [`GET ${RULES}`, undefined, 404],
    [`GET ${RULES}/r`, undefined, 200, { uid: 'r' }],
  ],
  'a rule gets its defaults and its mark': [
    {},
    ['POST /api/folders', FOLDER, 200],
    [
      `POST ${RULES}`,
      RULE,
      201,
      { provenance: 'api', noDataState: 'NoData', execErrState: 'Alerting', isPaused: false },
    ],
    [`GET ${RULES}/r`, undefined, 200, { data: [{ model: { intervalMs: 1_000, maxDataPoints: 43_200, refId: 'A' } }] }],
    [`POST ${RULES}`, RULE, 409],
    [`PUT ${RULES}/r`, { ...RULE, for: '2m' }, 200, { for: '2m' }],
    [`PUT ${RULES}/other`, RULE, 404],
    [`DELETE ${RULES}/r`, undefined, 204],
  ],
  'a rule that cannot be is refused': [
    {},
    ['POST /api/folders', FOLDER, 200],
    [`POST ${RULES}`, { ...RULE, folderUID: '' }, 400, { message: 'invalid alert rule: folderUID must be set' }],
    [`POST ${RULES}`, { ...RULE, folderUID: 'nowhere' }, 400],
    [`POST ${RULES}`, { ...RULE, condition: 'Z' }, 400],
    [`POST ${RULES}`, { ...RULE, for: 'soon' }, 400],
    [`POST ${RULES}`, { ...RULE, data: [] }, 400],
    [`POST ${RULES}`, RULE, 201],
    [`POST ${RULES}`, { ...RULE, uid: 'q' }, 409],
  ],
  'a group is replaced whole, on a grid of 10 s': [
    {},
    ['POST /api/folders', FOLDER, 200],
    [`POST ${RULES}`, RULE, 201],
    [`POST ${RULES}`, { ...RULE, uid: 'q', title: 'Q' }, 201],
    ['GET /api/v1/provisioning/folder/f/rule-groups/g', undefined, 200, { interval: 60, folderUid: 'f' }],
    ['PUT /api/v1/provisioning/folder/f/rule-groups/g', { interval: 15, rules: [RULE] }, 400],
    ['PUT /api/v1/provisioning/folder/f/rule-groups/g', { interval: 30, rules: [RULE] }, 200, { interval: 30 }],
    [`GET ${RULES}/q`, undefined, 404],
    ['GET /api/v1/provisioning/folder/f/rule-groups/none', undefined, 404],
  ],
  'a contact point’s secrets are redacted, and kept when sent back so': [
    {},
    [`POST ${POINTS}`, SLACK, 202, { settings: { url: '[REDACTED]', recipient: '#a' }, provenance: 'api' }],
    [`PUT ${POINTS}/s`, { ...SLACK, settings: { url: '[REDACTED]', recipient: '#b' } }, 202],
    [`GET ${POINTS}?name=ops`, undefined, 200, [{ settings: { url: '[REDACTED]', recipient: '#b' } }]],
    [`PUT ${POINTS}/none`, SLACK, 404],
    [`POST ${POINTS}`, { ...SLACK, uid: 'x', settings: {} }, 400],
    [`POST ${POINTS}`, { ...SLACK, uid: 'x', type: 'pigeon' }, 400],
    [`POST ${POINTS}`, { ...SLACK, uid: 'x', name: '' }, 400],
  ],
  'policies are one tree with known receivers': [
    {},
    [`GET ${POLICIES}`, undefined, 200, { receiver: 'grafana-default-email' }],
    [`PUT ${POLICIES}`, { receiver: 'ops' }, 400],
    [`PUT ${POLICIES}`, { receiver: 'grafana-default-email', matchers: ['a=b'] }, 400],
    [`POST ${POINTS}`, SLACK, 202],
    [`PUT ${POLICIES}`, { receiver: 'ops', routes: [{ receiver: 'ops', matchers: ['a =~ "b|c"'] }] }, 202],
    [`GET ${POLICIES}`, undefined, 200, { provenance: 'api', routes: [{ object_matchers: [['a', '=~', 'b|c']] }] }],
    [`DELETE ${POINTS}/s`, undefined, 409],
    [`DELETE ${POLICIES}`, undefined, 202],
    [`DELETE ${POINTS}/s`, undefined, 202],
  ],
  'a mark may not be taken off, but for rules since 9.5': [
    { version: '12.0.0' },
    ['POST /api/folders', FOLDER, 200],
    [`POST ${RULES}`, RULE, 201],
    [`PUT ${RULES}/r`, RULE, 200, {}, EDITABLE],
    [`POST ${POINTS}`, SLACK, 202],
    [`PUT ${POINTS}/s`, SLACK, 500, { message: "cannot change provenance from 'api' to ''" }, EDITABLE],
  ],
  'before 9.5 not for rules either': [
    { version: '9.4.0' },
    ['POST /api/folders', FOLDER, 200],
    [`POST ${RULES}`, RULE, 201],
    [`PUT ${RULES}/r`, RULE, 500, {}, EDITABLE],
  ],
  'from 13.1 it is a conflict': [
    { version: '13.1.0' },
    [`POST ${POINTS}`, SLACK, 202],
    [`PUT ${POINTS}/s`, SLACK, 409, {}, EDITABLE],
  ],
  'mute timings and templates are known by name': [
    {},
    ['POST /api/v1/provisioning/mute-timings', { name: 'night', time_intervals: [] }, 201],
    ['POST /api/v1/provisioning/mute-timings', { name: 'night' }, 409],
    ['PUT /api/v1/provisioning/mute-timings/other', { time_intervals: [] }, 404],
    ['GET /api/v1/provisioning/mute-timings', undefined, 200, [{ name: 'night' }]],
    ['PUT /api/v1/provisioning/templates/t', { template: 'x' }, 202],
    ['GET /api/v1/provisioning/templates/t', undefined, 200, { name: 't', template: 'x' }],
    ['DELETE /api/v1/provisioning/templates/t', undefined, 204],
    ['GET /api/v1/provisioning/templates/t', undefined, 404],
  ],
};

test.each(Object.keys(CONTRACT))('%s', (name) => holds(CONTRACT, name));
