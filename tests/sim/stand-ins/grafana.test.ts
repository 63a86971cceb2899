// What Grafana's documentation promises of folders, dashboards and datasources, held against the stand-in.

import { expect, test } from 'vitest';
import { askGrafana, type Contract, holds } from './grafana-contract.ts';

const RULES = '/api/v1/provisioning/alert-rules';
const FOLDER = { uid: 'f', title: 'F' };
const QUERY = { refId: 'A', datasourceUid: 'd', relativeTimeRange: { from: 60, to: 0 }, model: { expr: 'up' } };
const RULE = { uid: 'r', title: 'R', folderUID: 'f', ruleGroup: 'g', condition: 'A', data: [QUERY], for: '1m' };
const SOURCE = { uid: 'd', name: 'D', type: 'prometheus', url: 'http://p', secureJsonData: { password: 'x' } };
const dashboard = (more: object = {}, beside: object = {}): object => ({
  dashboard: { uid: 'b', title: 'B', ...more },
  ...beside,
});

const CONTRACT: Contract = {
  'health tells the version': [
    { version: '10.4.1' },
    ['GET /api/health', undefined, 200, { version: '10.4.1', database: 'ok' }],
  ],
  'what does not exist is 404 in JSON': [{}, ['GET /api/nothing', undefined, 404, { message: 'Not found' }]],
  'a token is wanted for everything but health': [
    { token: 't' },
    ['GET /api/health', undefined, 200],
    ['GET /api/search', undefined, 401, { message: 'Unauthorized' }],
    ['GET /api/search', undefined, 200, [], { authorization: 'Bearer t' }],
  ],
  'a viewer looks and does not write': [
    { role: 'Viewer' },
    ['GET /api/search', undefined, 200],
    ['POST /api/folders', FOLDER, 403, { title: 'Access denied' }],
    ['GET /api/datasources', undefined, 403],
  ],
  'an editor has no datasources': [
    { role: 'Editor' },
    ['POST /api/folders', FOLDER, 200],
    ['POST /api/datasources', SOURCE, 403],
  ],
  'search has at most 5,000 a page': [
    {},
    ['GET /api/search?limit=5000', undefined, 200],
    ['GET /api/search?limit=5001', undefined, 422],
    ['GET /api/search?limit=many', undefined, 400],
  ],
  'search finds by type, tag and page': [
    {},
    ['POST /api/folders', FOLDER, 200],
    ['POST /api/dashboards/db', dashboard({ tags: ['x'] }, { folderUid: 'f' }), 200],
    ['POST /api/dashboards/db', dashboard({ uid: 'c', title: 'C' }), 200],
    ['GET /api/search?type=dash-folder', undefined, 200, [{ uid: 'f', type: 'dash-folder' }]],
    ['GET /api/search?tag=x', undefined, 200, [{ uid: 'b', folderUid: 'f', tags: ['x'] }]],
    ['GET /api/search?type=dash-db&limit=1&page=2', undefined, 200, [{ uid: 'c' }]],
    ['GET /api/search?type=dash-db&limit=1&page=3', undefined, 200, []],
  ],
  'a folder that is there is "changed by someone else"': [
    {},
    ['POST /api/folders', FOLDER, 200, { uid: 'f', version: 1 }],
    ['POST /api/folders', FOLDER, 412, { status: 'version-mismatch' }],
    ['PUT /api/folders/f', { title: 'G', version: 7 }, 412, { status: 'version-mismatch' }],
    ['PUT /api/folders/f', { title: 'G', version: 7, overwrite: true }, 200, { title: 'G', version: 2 }],
    ['GET /api/folders/nothing', undefined, 404, { status: 'not-found' }],
    ['POST /api/folders', { title: ' ' }, 400],
    ['POST /api/folders', { uid: 'a b', title: 'x' }, 400],
    ['POST /api/folders', { uid: 'x'.repeat(41), title: 'x' }, 400],
  ],
  'folder names differ until 10': [
    { version: '10.4.0' },
    ['POST /api/folders', FOLDER, 200],
    ['POST /api/folders', { uid: 'g', title: 'f' }, 409],
  ],
  'folder names may be the same from 11': [
    { version: '11.0.0' },
    ['POST /api/folders', FOLDER, 200],
    ['POST /api/folders', { uid: 'g', title: 'F' }, 200],
  ],
  'folders lie in folders, four deep, and never in themselves': [
    {},
    ['POST /api/folders', FOLDER, 200],
    ['POST /api/folders', { uid: 'g', title: 'G', parentUid: 'f' }, 200, { parentUid: 'f', parents: [{ uid: 'f' }] }],
    ['POST /api/folders', { uid: 'h', title: 'H', parentUid: 'g' }, 200],
    ['POST /api/folders', { uid: 'i', title: 'I', parentUid: 'h' }, 200],
    ['POST /api/folders', { uid: 'j', title: 'J', parentUid: 'i' }, 400],
    ['POST /api/folders/f/move', { parentUid: 'g' }, 400],
    ['POST /api/folders/i/move', { parentUid: 'f' }, 200, { parentUid: 'f' }],
  ],
  'without the flag a parent is ignored and nothing moves': [
    { version: '10.4.0' },
    ['POST /api/folders', FOLDER, 200],
    ['POST /api/folders', { uid: 'g', title: 'G', parentUid: 'f' }, 200],
    ['POST /api/folders/g/move', { parentUid: 'f' }, 404],
  ],
  'a folder with rules wants to be told twice': [
    {},
    ['POST /api/folders', FOLDER, 200],
    [`POST ${RULES}`, RULE, 201],
    ['DELETE /api/folders/f', undefined, 400],
    ['DELETE /api/folders/f?forceDeleteRules=true', undefined, 200],
    [`GET ${RULES}/r`, undefined, 404],
  ],
  'a dashboard is saved against its version': [
    {},
    ['POST /api/dashboards/db', dashboard({}, { message: 'first' }), 200, { status: 'success', version: 1, uid: 'b' }],
    ['POST /api/dashboards/db', dashboard({ version: 0 }), 412, { status: 'version-mismatch' }],
    ['POST /api/dashboards/db', dashboard({ version: 1 }), 200, { version: 2 }],
    ['POST /api/dashboards/db', dashboard({ version: 9 }, { overwrite: true }), 200, { version: 3 }],
    [
      'GET /api/dashboards/uid/b',
      undefined,
      200,
      { dashboard: { id: 1, uid: 'b', version: 3 }, meta: { provisioned: false } },
    ],
    ['GET /api/dashboards/uid/x', undefined, 404, { message: 'Dashboard not found' }],
  ],
  'a dashboard that cannot be is refused': [
    {},
    ['POST /api/dashboards/db', dashboard({ title: '' }), 400, { status: 'empty-name' }],
    [
      'POST /api/dashboards/db',
      dashboard({ uid: 'x'.repeat(41) }),
      400,
      { message: 'uid too long, max 40 characters' },
    ],
    ['POST /api/dashboards/db', dashboard({}, { message: 'x'.repeat(501) }), 400],
    ['POST /api/dashboards/db', dashboard({}, { folderUid: 'nowhere' }), 400, { message: 'Folder not found' }],
    ['POST /api/dashboards/db', dashboard({ id: 99 }), 404],
    ['POST /api/dashboards/db', {}, 400],
  ],
  'a dashboard without a folder goes to the root': [
    {},
    ['POST /api/folders', FOLDER, 200],
    ['POST /api/dashboards/db', dashboard({}, { folderUid: 'f' }), 200],
    ['POST /api/dashboards/db', dashboard({ version: 1 }), 200],
    ['GET /api/dashboards/uid/b', undefined, 200, { meta: { folderUid: '', folderTitle: 'General' } }],
  ],
  'dashboard names differ within a folder until 10': [
    { version: '10.4.0' },
    ['POST /api/dashboards/db', dashboard(), 200],
    ['POST /api/dashboards/db', dashboard({ uid: 'c' }), 412, { status: 'name-exists' }],
  ],
  '7.5 places dashboards by the folder’s number': [
    { version: '7.5.17' },
    ['POST /api/folders', FOLDER, 200, { id: 1 }],
    ['POST /api/dashboards/db', dashboard({}, { folderUid: 'f' }), 200],
    ['GET /api/dashboards/uid/b', undefined, 200, { meta: { folderId: 0 } }],
    ['POST /api/dashboards/db', dashboard({ version: 1 }, { folderId: 1 }), 200],
    ['GET /api/dashboards/uid/b', undefined, 200, { meta: { folderId: 1, folderTitle: 'F' } }],
  ],
  'a datasource never shows its secrets, and keeps those it is not given': [
    {},
    ['POST /api/datasources', SOURCE, 200, { message: 'Datasource added' }],
    ['POST /api/datasources', SOURCE, 409, { message: 'data source with the same name already exists' }],
    ['GET /api/datasources/uid/d', undefined, 200, { secureJsonFields: { password: true }, version: 1 }],
    [
      'PUT /api/datasources/uid/d',
      { ...SOURCE, secureJsonData: {}, version: 1 },
      200,
      { message: 'Datasource updated' },
    ],
    ['GET /api/datasources/uid/d', undefined, 200, { secureJsonFields: { password: true }, version: 2 }],
    ['PUT /api/datasources/uid/d', { ...SOURCE, version: 1 }, 409],
    ['DELETE /api/datasources/uid/d', undefined, 200],
    ['GET /api/datasources/uid/d', undefined, 404],
  ],
  'before 9 a datasource is written by its number': [
    { version: '8.5.27' },
    ['POST /api/datasources', SOURCE, 200, { id: 1 }],
    ['PUT /api/datasources/uid/d', SOURCE, 404],
    ['PUT /api/datasources/1', SOURCE, 200],
  ],
  'more requests than it takes are turned away, with when to come back': [
    { mostPerSecond: 1 },
    ['GET /api/search', undefined, 200],
    ['GET /api/search', undefined, 429],
  ],
};

test.each(Object.keys(CONTRACT))('%s', (name) => holds(CONTRACT, name));

test('what is provisioned from files cannot be changed', async () => {
  const { send, state } = await askGrafana();
  await send('POST /api/dashboards/db', dashboard());
  await send('POST /api/datasources', SOURCE);
  const { dashboards, datasources } = state;
  dashboards.set('b', { ...dashboards.get('b')!, provisionedFrom: 'b.json' });
  datasources.set('d', { ...datasources.get('d')!, readOnly: true });
  const refused = { status: 400, body: { message: 'Cannot save provisioned dashboard' } };
  expect(await send('POST /api/dashboards/db', dashboard({ version: 1 }, { overwrite: true }))).toEqual(refused);
  expect(await send('GET /api/dashboards/uid/b')).toMatchObject({
    body: { meta: { provisioned: true, provisionedExternalId: 'b.json' } },
  });
  expect((await send('DELETE /api/dashboards/uid/b')).status).toBe(400);
  expect((await send('PUT /api/datasources/uid/d', SOURCE)).status).toBe(403);
  expect((await send('DELETE /api/datasources/uid/d')).status).toBe(403);
});
