// Loading: which files are read, what wins, what a missing file means.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Environment } from '../../../lib/effects/environment.ts';
import { createFiles } from '../../../lib/effects/real-files.ts';
import { formatDiagnostic } from '../../../lib/services/config/diagnostics.ts';
import { effectiveValues } from '../../../lib/services/config/effective.ts';
import { loadConfig } from '../../../lib/services/config/load.ts';
import { describeSource } from '../../../lib/services/config/sources.ts';
import type { LoadRequest } from '../../../lib/services/config/surroundings.ts';

describe('loading the configuration', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'mdops-config-'));
    mkdirSync(join(home, 'config/environments'), { recursive: true });
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  function environment(env: Record<string, string>): Environment {
    return {
      get: (name) => env[name],
      all: () => env,
      cwd: home,
      namespace: 'net:[1]',
      host: 'h',
      operator: 'o',
      pid: 1,
    };
  }
  function load(env: Record<string, string> = {}, flags: LoadRequest['flags'] = {}, rest: Partial<LoadRequest> = {}) {
    return loadConfig({ files: createFiles(), environment: environment(env), flags, ...rest });
  }
  function write(name: string, text: string, mode = 0o600): string {
    writeFileSync(join(home, name), text);
    chmodSync(join(home, name), mode);
    return join(home, name);
  }

  describe('without any file', () => {
    it('the built-in defaults work, profile sim', async () => {
      const { config, diagnostics, sources } = await load();
      expect(diagnostics).toEqual([]);
      expect(config.profile).toBe('sim');
      expect(config.timezone).toBe('Asia/Shanghai');
      expect(config.paths.stateDir).toBe(join(home, '.mdops'));
      expect(config.health.lagWarningMs).toBe(120_000);
      expect(config.telemetry.spool).toEqual({ maxAgeMs: 604_800_000, maxRecords: 10_000 });
      expect(describeSource(sources.get('timezone'))).toBe('default');
    });

    it('another profile is an error that names the known ones', async () => {
      write('config/environments/live.yaml', '');
      const { diagnostics } = await load({}, { profile: 'livee' });
      expect(diagnostics.map(formatDiagnostic)).toEqual([
        'config/environments/livee.yaml: profile names an environment that does not exist; did you mean "live"?',
      ]);
    });

    it.each([
      ['--config', {}, { config: 'nowhere.yaml' }],
      ['MDOPS_CONFIG', { MDOPS_CONFIG: 'nowhere.yaml' }, {}],
    ])('a file that %s names must exist', async (who, env, flags) => {
      const { diagnostics } = await load(env as Record<string, string>, flags);
      expect(diagnostics.map(formatDiagnostic)).toEqual([
        `${who}: names nowhere.yaml, which does not exist; wanted a config file`,
      ]);
    });
  });

  describe('precedence', () => {
    it('is flag, environment variable, environment file, main file, default', async () => {
      write(
        'config/mdops.yaml',
        'profile: live\nhealth: { lag_warning: 1s, lag_critical: 1m, max_remediation_attempts: 9 }\n'.replace(
          'max_remediation_attempts: 9',
          'limit_list: 9',
        ),
      );
      write('config/environments/live.yaml', 'health:\n  lag_warning: 2s\n  coverage_threshold: 0.9\n');
      const env = { ACCOUNT_LABEL: 'acc' };
      const { config, sources, diagnostics } = await load(env, { lagWarning: '3', accountLabel: undefined });
      expect(diagnostics).toEqual([]);
      expect(config.profile).toBe('live');
      expect(config.health.lagWarningMs).toBe(3_000);
      expect(config.health.lagCriticalMs).toBe(60_000);
      const from = (path: string) => describeSource(sources.get(path));
      expect(from('health.lag_warning')).toBe('--lag-warning');
      expect(from('health.account_label')).toBe('ACCOUNT_LABEL');
      expect(from('health.coverage_threshold')).toBe('config/environments/live.yaml:3');
      expect(from('health.lag_critical')).toBe('config/mdops.yaml:2');
      expect(from('health.log_prefix')).toBe('default');
    });

    it('an empty variable is no variable', async () => {
      const { config, diagnostics } = await load({ PUSHGATEWAY_URL: '', MDOPS_STATE_DIR: '' });
      expect(diagnostics).toEqual([]);
      expect(config.remotes.pushgateway.url).toBe(undefined);
    });

    it('variables of --env-file hold where the environment is silent', async () => {
      write('.env.live', "PUSHGATEWAY_URL=http://file:9091\nGRAFANA_URL='http://file:3000'\n");
      const { config, diagnostics } = await load({ GRAFANA_URL: 'http://shell:3000' }, { 'env-file': '.env.live' });
      expect(diagnostics).toEqual([]);
      expect(config.remotes.pushgateway.url).toBe('http://file:9091');
      expect(config.remotes.grafana.url).toBe('http://shell:3000');
    });

    it('secrets of components are known, to be masked in what they say', async () => {
      write('.env.live', 'CTP_PRIMARY_PASSWORD=canary-1\nFEED_API_KEY=canary-2\nCTP_PRIMARY_USER_ID=u1\n');
      const env = { CTP_BACKUP_AUTH_CODE: 'canary-3', SHELL_TOKEN: 'x' };
      const { sensitive } = await load(env, { 'env-file': '.env.live' });
      expect(sensitive.map((secret) => `${secret.source} ${secret.reveal()}`).sort()).toEqual([
        'CTP_BACKUP_AUTH_CODE canary-3',
        'CTP_PRIMARY_PASSWORD canary-1',
        'FEED_API_KEY canary-2',
      ]);
    });

    it('a broken or absent --env-file is a mistake', async () => {
      write('.env.live', 'A=$(id)\n');
      const words = async (name: string) => (await load({}, { 'env-file': name })).diagnostics.map(formatDiagnostic);
      expect(await words('.env.live')).toHaveLength(1);
      expect(await words('.env.nowhere')).toEqual([
        '--env-file: names .env.nowhere, which cannot be read (ENOENT); wanted a readable file',
      ]);
    });

    it('systemd gives the state directory when nobody else does', async () => {
      expect((await load({ STATE_DIRECTORY: '/var/lib/a:/var/lib/b' })).config.paths.stateDir).toBe('/var/lib/a');
      expect((await load({ STATE_DIRECTORY: '/var/lib/a', MDOPS_STATE_DIR: '/s' })).config.paths.stateDir).toBe('/s');
    });
  });

  describe('the parse cache', () => {
    const cacheFile = () => join(home, '.mdops/cache', readdirSync(join(home, '.mdops/cache'))[0] ?? 'none');

    it('answers for the same text and not for another', async () => {
      write('config/mdops.yaml', 'timezone: UTC\n');
      await load();
      const entry = JSON.parse(readFileSync(cacheFile(), 'utf8'));
      writeFileSync(cacheFile(), JSON.stringify({ ...entry, value: { timezone: 'Asia/Tokyo' } }));
      expect((await load()).config.timezone).toBe('Asia/Tokyo');
      write('config/mdops.yaml', 'timezone: UTC # changed\n');
      expect((await load()).config.timezone).toBe('UTC');
    });

    it.each([
      ['garbage', () => writeFileSync(cacheFile(), '{"format":')],
      ['of another format', () => writeFileSync(cacheFile(), '{"format":"other/1","value":{}}')],
      ['writable by others', () => chmodSync(cacheFile(), 0o666)],
      ['in a directory writable by others', () => chmodSync(join(home, '.mdops/cache'), 0o777)],
    ])('is ignored when it is %s', async (_name, spoil) => {
      write('config/mdops.yaml', 'timezone: UTC\n');
      await load();
      const entry = JSON.parse(readFileSync(cacheFile(), 'utf8'));
      writeFileSync(cacheFile(), JSON.stringify({ ...entry, value: { timezone: 'Asia/Tokyo' } }));
      spoil();
      expect((await load()).config.timezone).toBe('UTC');
    });

    it('is not written by a dry run', async () => {
      write('config/mdops.yaml', 'timezone: UTC\n');
      await load({}, {}, { keepCache: false });
      expect(existsSync(join(home, '.mdops'))).toBe(false);
    });

    it('keeps no copy of a file with a secret written into it', async () => {
      write('config/mdops.yaml', 'remotes:\n  slack:\n    bot_token: canary-slack\n');
      const { config } = await load();
      expect(config.remotes.slack.botToken?.reveal()).toBe('canary-slack');
      expect(existsSync(join(home, '.mdops'))).toBe(false);
      write('config/mdops.yaml', 'remotes:\n  slack:\n    bot_token_file: token\n');
      write('config/token', 'canary-slack\n');
      expect((await load()).config.remotes.slack.botToken?.reveal()).toBe('canary-slack');
      expect(readFileSync(cacheFile(), 'utf8')).not.toContain('canary');
    });

    it('lies in the state directory that the file itself names', async () => {
      write('config/mdops.yaml', 'paths:\n  state_dir: ../state\n');
      await load();
      expect(readdirSync(join(home, 'state/cache'))).toHaveLength(1);
      expect(existsSync(join(home, '.mdops'))).toBe(false);
    });
  });

  describe('secrets', () => {
    it('come by value, by file, by credential, and lose their trailing newline', async () => {
      mkdirSync(join(home, 'creds'));
      write('creds/pagerduty-routing-key', 'canary-pd\n');
      write('nats.pw', 'canary-nats\r\n');
      write('grafana.token', 'canary-grafana');
      write('config/mdops.yaml', 'remotes:\n  grafana:\n    token_file: ../grafana.token\n');
      const { config, sources, diagnostics } = await load({
        SLACK_WEBHOOK_URL: 'https://hooks.example/canary-slack',
        NATS_PASSWORD_FILE: 'nats.pw',
        CREDENTIALS_DIRECTORY: join(home, 'creds'),
      });
      expect(diagnostics).toEqual([]);
      expect(config.remotes.slack.webhookUrl?.reveal()).toBe('https://hooks.example/canary-slack');
      expect(config.remotes.nats.password?.reveal()).toBe('canary-nats');
      expect(config.remotes.pagerduty.routingKey?.reveal()).toBe('canary-pd');
      expect(config.remotes.grafana.token?.reveal()).toBe('canary-grafana');
      expect(describeSource(sources.get('remotes.pagerduty.routing_key'))).toBe('credential pagerduty-routing-key');
      expect(describeSource(sources.get('remotes.nats.password'))).toBe('NATS_PASSWORD_FILE');
      expect(JSON.stringify(config)).not.toContain('canary');
    });

    it('a sink is left out with a warning when its secret cannot be read, a needed one is an error', async () => {
      const { config, diagnostics } = await load({
        GRAFANA_TOKEN_FILE: '/nowhere/a',
        NATS_PASSWORD_FILE: '/nowhere/b',
      });
      expect(config.remotes.grafana.token).toBe(undefined);
      expect(diagnostics.map((found) => `${found.severity}: ${formatDiagnostic(found)}`)).toEqual([
        'warning: GRAFANA_TOKEN_FILE: remotes.grafana.token names /nowhere/a, which does not exist; wanted a readable file',
        'error: NATS_PASSWORD_FILE: remotes.nats.password names /nowhere/b, which does not exist; wanted a readable file',
      ]);
    });

    it('warns about files that everyone may read', async () => {
      write('token', 'canary', 0o644);
      write('config/mdops.yaml', 'remotes: { slack: { bot_token: canary-bot } }\n', 0o644);
      const { diagnostics } = await load({ GRAFANA_TOKEN_FILE: 'token' });
      expect(diagnostics.map((found) => `${found.severity}: ${formatDiagnostic(found)}`)).toEqual([
        'warning: GRAFANA_TOKEN_FILE: remotes.grafana.token is in a file that everyone on this host may read; wanted a file with mode 0600',
        'warning: config/mdops.yaml:1: remotes.slack.bot_token is in a file that everyone on this host may read; wanted a file with mode 0600',
      ]);
    });

    it('shows none that is a header of a probe or a variable of a component', async () => {
      write(
        'config/mdops.yaml',
        `probes:
  search: { kind: http, url: 'http://h/', headers: { X-Api-Key: canary, accept: text/plain } }
components:
  feed:
    driver: process
    start: [feed]
    env: { LOGIN_PASSWORD: canary, MODE: live }
    ready: { kind: tcp, address: 'h:1' }
`,
      );
      const { config, sources, diagnostics } = await load();
      expect(diagnostics).toEqual([]);
      const shown = new Map(effectiveValues(config, sources).map(({ path, value }) => [path, value]));
      expect(shown.get('probes.search.headers')).toBe('X-Api-Key=<secret>, accept=text/plain');
      expect(shown.get('components.feed.env')).toBe('LOGIN_PASSWORD=<secret>, MODE=live');
    });

    it('never shows a refused one', async () => {
      const { diagnostics } = await load({ SLACK_WEBHOOK_URL: 'canary', PUSHGATEWAY_URL: 'http://user:canary@host' });
      expect(diagnostics).toHaveLength(2);
      expect(JSON.stringify(diagnostics)).not.toContain('canary');
    });
  });
});
