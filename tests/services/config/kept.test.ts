// The kept configuration: the same as one that is read afresh, and used only while nothing has changed.

import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Environment } from '../../../lib/effects/environment.ts';
import { createFiles } from '../../../lib/effects/real-files.ts';
import { loadConfig } from '../../../lib/services/config/load.ts';
import type { LoadedConfig } from '../../../lib/services/config/loaded.ts';
import { normalizeConfig } from '../../../lib/services/config/normalize.ts';
import type { LoadRequest } from '../../../lib/services/config/surroundings.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const directory = temporaryDirectories('kept');
const BY = { command: 'check-feed-health', edition: 'e1' };

let home: string;
beforeEach(() => {
  home = directory();
  mkdirSync(join(home, '.mdops'), { recursive: true });
  mkdirSync(join(home, 'config/environments'), { recursive: true });
});

interface Given extends Partial<Omit<LoadRequest, 'kept'>> {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly by?: LoadRequest['kept'] | null;
}

function load({ env = {}, cwd = home, by = BY, ...rest }: Given = {}): Promise<LoadedConfig> {
  const environment: Environment = {
    get: (name) => env[name],
    all: () => env,
    cwd,
    namespace: 'net:[1]',
    host: 'h',
    operator: 'o',
    pid: 1,
  };
  const request = { files: createFiles(), environment, flags: {}, ...rest };
  return loadConfig(by === null ? request : { ...request, kept: by });
}

const write = (name: string, text: string): void => writeFileSync(join(home, name), text, { mode: 0o600 });
const entry = (): string => join(home, '.mdops/cache', `kept-${BY.command}.json`);

/** Whether a load answers with what is kept: a mark that only the kept entry has is in it. */
async function isFound(given: Given = {}): Promise<boolean> {
  const kept = JSON.parse(readFileSync(entry(), 'utf8')) as { config: Record<string, unknown> };
  writeFileSync(entry(), JSON.stringify({ ...kept, config: { ...kept.config, timezone: 'the kept one' } }));
  return (await load(given)).config.timezone === 'the kept one';
}

const SHIPPED = ['sim', 'live', 'compose'];

describe('what is found is what would be read', () => {
  test.each(SHIPPED)('with the files that come with the program, profile %s', async (profile) => {
    cpSync(resolve('config'), join(home, 'config'), { recursive: true });
    const given: Given = {
      env: { PUSHGATEWAY_URL: 'http://127.0.0.1:9091', MDOPS_STATE_DIR: join(home, '.mdops'), LOG: 'x' },
      flags: { profile, 'lag-critical': '400', catalogue: 'all.json', json: true },
    };
    const afresh = await load({ ...given, by: null });
    expect(afresh.diagnostics).toEqual([]);
    await load(given);
    const found = await load(given);
    expect(await isFound(given)).toBe(true);
    // To the last key that is undefined.
    expect(found).toStrictEqual(afresh);
  });

  test('without any file', async () => {
    const afresh = await load({ by: null });
    await load();
    expect(await load()).toStrictEqual(afresh);
    expect(await isFound()).toBe(true);
  });
});

describe('it is read afresh', () => {
  const env = { PUSHGATEWAY_URL: 'http://127.0.0.1:9091' };
  const flags = { 'lag-critical': '400' };
  beforeEach(async () => {
    write('config/mdops.yaml', 'timezone: UTC\n');
    await load({ env, flags });
    // Words that no key knows change nothing.
    expect(await isFound({ env: { ...env, EDITOR: 'vi' }, flags: { ...flags, json: true } })).toBe(true);
  });

  test.each<[string, Given, () => void]>([
    ['a file says something else', {}, () => write('config/mdops.yaml', 'timezone: UTC \n')],
    ['a file is gone', {}, () => write('config/mdops.yaml', '')],
    ['a file that was absent is there', {}, () => write('config/environments/sim.yaml', 'tenant: t\n')],
    ['a file may be read by everyone', {}, () => chmodSync(join(home, 'config/mdops.yaml'), 0o644)],
    ['a variable has another value', { env: { PUSHGATEWAY_URL: 'http://127.0.0.1:9092' } }, () => {}],
    ['a variable is no longer set', { env: {} }, () => {}],
    ['a variable is set', { env: { ...env, MDOPS_TENANT: 't' } }, () => {}],
    ['a secret comes in a file', { env: { ...env, SLACK_WEBHOOK_URL_FILE: '/etc/hostname' } }, () => {}],
    ['credentials come with the unit', { env: { ...env, CREDENTIALS_DIRECTORY: '/run/c' } }, () => {}],
    ['a flag has another value', { flags: { 'lag-critical': '401' } }, () => {}],
    ['a flag is given in other letters', { flags: { ...flags, lagWarning: '7' } }, () => {}],
    ['a flag is no longer given', { flags: {} }, () => {}],
    [
      'another environment is named',
      { flags: { ...flags, profile: 'live' } },
      () => write('config/environments/live.yaml', ''),
    ],
    [
      'variables come from a file',
      { flags: { ...flags, 'env-file': 'a.env' } },
      () => write('a.env', 'MDOPS_TENANT=t\n'),
    ],
    ['other files come with the program', { shipped: '/opt/mdops/config' }, () => {}],
    ['the program is another edition', { by: { ...BY, edition: 'e2' } }, () => {}],
    ['others may write to what is kept', {}, () => chmodSync(entry(), 0o666)],
    ['what is kept is torn', {}, () => writeFileSync(entry(), readFileSync(entry(), 'utf8').slice(0, -9))],
  ])('when %s', async (_what, given, change) => {
    change();
    const asked = { env, flags, ...given };
    const loaded = await load(asked);
    expect(loaded.config.timezone).not.toBe('the kept one');
    expect(loaded).toStrictEqual(await load({ ...asked, by: null }));
  });
});

test('a credential that comes with a later start of the unit is read', async () => {
  const env = { CREDENTIALS_DIRECTORY: directory() };
  await load({ env });
  expect(await isFound({ env })).toBe(true);
  writeFileSync(join(env.CREDENTIALS_DIRECTORY, 'pagerduty-routing-key'), 'canary', { mode: 0o600 });
  expect((await load({ env })).config.remotes.pagerduty.routingKey?.reveal()).toBe('canary');
});

test('every variable and every flag that is looked at is compared', async () => {
  await load();
  const asked = JSON.parse(readFileSync(entry(), 'utf8')).asked as { env: object; flags: object };
  const watched = (seen: Set<string>): Record<string, string> => {
    const note = (name: string | symbol): boolean => {
      seen.add(String(name));
      return false;
    };
    return new Proxy({}, { has: (_, name) => note(name), getOwnPropertyDescriptor: (_, name) => void note(name) });
  };
  const seen = new Set<string>();
  normalizeConfig({ files: [], env: watched(seen), flags: {}, workingDirectory: home, secrets: new Map() });
  expect(seen.size).toBeGreaterThan(60);
  expect([...seen].filter((name) => !Object.hasOwn(asked.env, name))).toEqual([]);
  expect(Object.keys(asked.flags)).toEqual(expect.arrayContaining(['profile', 'config', 'lag-critical', 'timeout']));
});

test('a configuration with a secret in it, or with a finding, is not kept', async () => {
  await load({ env: { SLACK_WEBHOOK_URL: 'https://hooks.slack.example/canary' } });
  write('config/mdops.yaml', 'remotes:\n  pagerduty:\n    routing_key: canary\n');
  await load();
  await load({ flags: { 'lag-critical': 'soon' } });
  expect(existsSync(entry())).toBe(false);
});

test('neither a dry run nor one that has no state directory leaves anything', async () => {
  await load({ keepCache: false });
  const empty = directory();
  await load({ cwd: empty });
  expect(existsSync(entry())).toBe(false);
  expect(readdirSync(empty)).toEqual([]);
});
