// What makes a file of variables fit for the live environment: one mistake, one finding.

import { describe, expect, it } from 'vitest';
import { checkLiveVariables } from '../../../lib/domain/env-file/check-live.ts';
import { parseEnvFile } from '../../../lib/domain/env-file/parse.ts';

const GOOD: Readonly<Record<string, string>> = {
  CTP_PRIMARY_MD_FRONT: 'tcp://md1.broker.cn:41213',
  CTP_PRIMARY_TD_FRONT: 'tcp://td1.broker.cn:41205',
  CTP_PRIMARY_BROKER_ID: '8000',
  CTP_PRIMARY_USER_ID: '880001',
  CTP_PRIMARY_PASSWORD: 'canary-Passw0rd',
  CTP_PRIMARY_APP_ID: 'client_mdops_1.0',
  CTP_PRIMARY_AUTH_CODE: 'CANARYCODE123456',
  CTP_BACKUP_MD_FRONT: 'tcp://md2.broker.cn:41213',
  CTP_BACKUP_TD_FRONT: 'tcp://td2.broker.cn:41205',
  CTP_BACKUP_BROKER_ID: '8000',
  CTP_BACKUP_USER_ID: '880002',
  CTP_BACKUP_PASSWORD_FILE: '/run/secrets/backup',
  CTP_BACKUP_APP_ID: 'client_mdops_1.0',
  CTP_BACKUP_AUTH_CODE: 'CANARYCODE123456',
  CTP_BACKUP_RATE_LIMIT_MAX: '500',
  CTP_BACKUP_RATE_LIMIT_WINDOW_SECONDS: '1',
  NATS_URL: 'nats://127.0.0.1:4222',
  PUSHGATEWAY_URL: 'http://127.0.0.1:9091',
};

function check(change: Readonly<Record<string, string | null>>, rest: object = {}): string[] {
  const variables = Object.entries({ ...GOOD, ...change }).flatMap(([name, value]) =>
    value === null ? [] : [`${name}='${value}'`],
  );
  const parsed = parseEnvFile(variables.join('\n'));
  expect(parsed.findings).toEqual([]);
  const expected = { primary: 'CTP_PRIMARY', backup: 'CTP_BACKUP', wantsCredentials: true, stopsFirst: false, ...rest };
  const findings = checkLiveVariables(parsed.variables, expected);
  expect(JSON.stringify(findings)).not.toMatch(/canary/i);
  return findings.map((found) => `${found.severity}: ${found.name} ${found.problem}`);
}

describe('variables for the live environment', () => {
  it('are fit when everything is right', () => {
    expect(check({})).toEqual([]);
  });

  it.each([
    ['no market data front', { CTP_PRIMARY_MD_FRONT: null }, 'error: CTP_PRIMARY_MD_FRONT is missing'],
    ['an empty user', { CTP_PRIMARY_USER_ID: '' }, 'error: CTP_PRIMARY_USER_ID is empty'],
    ['a front over http', { CTP_PRIMARY_MD_FRONT: 'http://a.cn:1' }, 'error: CTP_PRIMARY_MD_FRONT is no front address'],
    ['a front without port', { CTP_PRIMARY_TD_FRONT: 'tcp://a.cn' }, 'error: CTP_PRIMARY_TD_FRONT is no front address'],
    ['a port of 0', { CTP_BACKUP_TD_FRONT: 'tcp://a.cn:0' }, 'error: CTP_BACKUP_TD_FRONT is no front address'],
    ['a port of 70000', { CTP_BACKUP_TD_FRONT: 'tcp://a.cn:70000' }, 'error: CTP_BACKUP_TD_FRONT is no front address'],
    [
      'a front of the test bench',
      { CTP_BACKUP_TD_FRONT: 'tcp://180.168.146.187:10201' },
      'warning: CTP_BACKUP_TD_FRONT is a front of the public test bench',
    ],
    [
      'a loopback front',
      { CTP_BACKUP_TD_FRONT: 'tcp://127.0.0.1:10201' },
      'warning: CTP_BACKUP_TD_FRONT is an address of this host or an example',
    ],
    [
      'the same front for both routes, even in a list',
      { CTP_BACKUP_MD_FRONT: 'tcp://other.cn:1, TCP://MD1.broker.cn:41213/' },
      'error: CTP_BACKUP_MD_FRONT is the same front as CTP_PRIMARY_MD_FRONT',
    ],
    [
      'the same account for both routes',
      { CTP_BACKUP_USER_ID: '880001' },
      'warning: CTP_BACKUP_USER_ID is the account of CTP_PRIMARY_USER_ID',
    ],
    ['a placeholder', { CTP_PRIMARY_PASSWORD: 'changeme' }, 'error: CTP_PRIMARY_PASSWORD is a placeholder'],
    [
      'a long password',
      { CTP_PRIMARY_PASSWORD: 'x'.repeat(41) },
      'error: CTP_PRIMARY_PASSWORD is longer than 40 characters',
    ],
    [
      'a space at the end',
      { CTP_PRIMARY_PASSWORD: 'canary ' },
      'error: CTP_PRIMARY_PASSWORD begins or ends with a space',
    ],
    [
      'a password given twice',
      { CTP_BACKUP_PASSWORD: 'canary-x' },
      'error: CTP_BACKUP_PASSWORD is given twice, also as CTP_BACKUP_PASSWORD_FILE',
    ],
    [
      'two names for one thing',
      { CTP_PRIMARY_MD_ADDRESS: 'tcp://x.cn:1' },
      'error: CTP_PRIMARY_MD_ADDRESS means the same as CTP_PRIMARY_MD_FRONT',
    ],
    ['a limit of nothing', { CTP_BACKUP_RATE_LIMIT_MAX: '0' }, 'error: CTP_BACKUP_RATE_LIMIT_MAX is no such limit'],
    ['a limit in words', { CTP_BACKUP_RATE_LIMIT_MAX: '1e3' }, 'error: CTP_BACKUP_RATE_LIMIT_MAX is no such limit'],
    ['a mistyped name', { CTP_BACKUP_RATE_LIMT_MAX: '5' }, 'warning: CTP_BACKUP_RATE_LIMT_MAX is read by nothing'],
    ['no message bus', { NATS_URL: null }, 'error: NATS_URL is missing'],
  ])('%s', (_name, change, found) => {
    expect(check(change)).toEqual([found]);
  });

  it('one account is right where the old session ends first', () => {
    expect(check({ CTP_BACKUP_USER_ID: '880001' }, { stopsFirst: true })).toEqual([]);
  });

  it('a simulated environment wants no credentials, but what is there must be right', () => {
    const none = Object.fromEntries(Object.keys(GOOD).map((name) => [name, null]));
    expect(check(none, { wantsCredentials: false })).toEqual([]);
    expect(check({ ...none, CTP_PRIMARY_MD_FRONT: 'x' }, { wantsCredentials: false })).toEqual([
      'error: CTP_PRIMARY_MD_FRONT is no front address',
    ]);
  });
});
