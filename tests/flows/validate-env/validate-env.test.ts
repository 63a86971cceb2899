// `validate-env` on real files: exit codes, every finding at once, no secret in any output.

import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PLAIN } from '../../../lib/base/paint.ts';
import { createFiles } from '../../../lib/effects/real-files.ts';
import { validateEnv } from '../../../lib/flows/validate-env/validate-env.ts';
import { createInvocation } from '../../../lib/run/invocation.ts';
import { loadConfig } from '../../../lib/services/config/load.ts';
import { CONFIG_REFERENCE } from '../../../lib/services/config/reference.ts';
import { command } from '../../../scripts/validate-env.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const ROUTE = (prefix: string, host: string, user: string) => `
${prefix}_MD_FRONT=tcp://md.${host}:41213
${prefix}_TD_FRONT=tcp://td.${host}:41205
${prefix}_BROKER_ID=8000
${prefix}_USER_ID=${user}
${prefix}_PASSWORD='canary one'
${prefix}_APP_ID=client_mdops_1.0
${prefix}_AUTH_CODE=CANARY123`;
const GOOD = `${ROUTE('CTP_PRIMARY', 'one.cn', 'u1')}${ROUTE('CTP_BACKUP', 'two.cn', 'u2')}
NATS_URL=nats://127.0.0.1:4222
PUSHGATEWAY_URL=http://127.0.0.1:9091
SESSION_WINDOW=day
`;

describe('validate-env', () => {
  const directory = temporaryDirectories('validate-env');

  async function validate(text: string, mode = 0o600, prepare: (home: string) => void = () => undefined) {
    const home = directory();
    mkdirSync(join(home, 'config/environments'), { recursive: true });
    const windows = 'sessions: { windows: { day: { open: "09:00", close: "15:00" } } }\n';
    writeFileSync(join(home, 'config/environments/live.yaml'), windows, { mode: 0o600 });
    writeFileSync(join(home, '.env.live'), text);
    chmodSync(join(home, '.env.live'), mode);
    prepare(home);
    const environment = {
      get: () => undefined,
      all: () => ({}),
      cwd: home,
      host: 'h',
      operator: 'o',
      pid: 1,
      namespace: 'n',
    };
    const files = createFiles();
    const { config } = await loadConfig({ files, environment, flags: { profile: 'live' } });
    const words = { verb: null, args: [], rest: [], values: new Map(), typed: {} };
    const outcome = await validateEnv(
      { config, files, environment, configReference: async () => CONFIG_REFERENCE },
      createInvocation(command, command.flags, words, []),
    );
    const shown = [...(outcome.view?.(PLAIN, 200) ?? []), JSON.stringify(outcome.report), outcome.summary].join('\n');
    expect(shown).not.toMatch(/canary/i);
    return { exit: outcome.exit, shown, findings: outcome.report['findings'] as readonly { readonly name: string }[] };
  }

  it('says 0 when all is well', async () => {
    const { exit, shown } = await validate(GOOD);
    expect(exit).toBe(0);
    expect(shown).toContain('fit for live');
  });

  it('says 1 for warnings only', async () => {
    expect((await validate(GOOD.replace('USER_ID=u2', 'USER_ID=u1'))).exit).toBe(1);
    expect((await validate(GOOD, 0o640)).exit).toBe(1);
  });

  it('says 78 for errors and tells all of them at once, in the order of the file', async () => {
    const bad = GOOD.replace('tcp://md.one.cn:41213', 'md.one.cn').replace('http://127.0.0.1:9091', '127.0.0.1');
    const { exit, findings } = await validate(`${bad}ACTIVE_FEED=third\nSESSION_WINDOW2=x\nnonsense\n`);
    expect(exit).toBe(78);
    expect(findings.map(({ name }) => name)).toEqual([
      'CTP_PRIMARY_MD_FRONT',
      'PUSHGATEWAY_URL',
      'ACTIVE_FEED',
      'line',
    ]);
  });

  it('refuses a session that the environment does not have', async () => {
    const { shown } = await validate(GOOD.replace('=day', '=dawn'));
    expect(shown).toMatch(/SESSION_WINDOW +is no session of this environment +use day/);
  });

  it('looks at the files that secrets are named to be in', async () => {
    const named = GOOD.replace("CTP_PRIMARY_PASSWORD='canary one'", 'CTP_PRIMARY_PASSWORD_FILE=pw');
    const { exit, shown } = await validate(named, 0o600, (home) => {
      writeFileSync(join(home, 'secret'), 'canary', { mode: 0o644 });
      symlinkSync('secret', join(home, 'pw'));
    });
    expect(exit).toBe(78);
    expect(shown).toMatch(/CTP_PRIMARY_PASSWORD_FILE +is a relative path/);
    expect(shown).toMatch(/CTP_PRIMARY_PASSWORD_FILE +names a file that everyone may read/);
  });

  it('refuses a file that everyone may read, one that is absent, and one that is none', async () => {
    expect((await validate(GOOD, 0o644)).exit).toBe(78);
    const replaced = (make: (path: string) => void) =>
      validate(GOOD, 0o600, (home) => {
        rmSync(join(home, '.env.live'));
        make(join(home, '.env.live'));
      });
    await expect(replaced(() => undefined)).rejects.toMatchObject({
      exit: 78,
      message: expect.stringContaining('does not exist'),
    });
    await expect(replaced((path) => mkdirSync(path))).rejects.toMatchObject({
      exit: 78,
      message: expect.stringContaining('not a regular file'),
    });
  });
});
