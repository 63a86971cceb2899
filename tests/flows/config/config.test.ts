// `config show` and `config check`: values with their sources, secrets elided.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PLAIN } from '../../../lib/base/paint.ts';
import { createFiles } from '../../../lib/effects/real-files.ts';
import { browseConfig } from '../../../lib/flows/config/config.ts';
import { parseInvocation } from '../../../lib/run/parse.ts';
import { loadConfig } from '../../../lib/services/config/load.ts';
import { CONFIG_REFERENCE } from '../../../lib/services/config/reference.ts';
import { command } from '../../../scripts/config.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

describe('config', () => {
  const directory = temporaryDirectories('config-flow');

  async function browse(argv: readonly string[], env: Readonly<Record<string, string>> = {}, mode = 0o600, more = '') {
    const home = directory();
    mkdirSync(join(home, 'config'));
    const file = 'health: { lag_warning: 1m }\nremotes: { slack: { bot_token: canary-bot } }\n';
    writeFileSync(join(home, 'config/mdops.yaml'), `${file}${more}`, { mode });
    const environment = {
      get: (name: string) => env[name],
      all: () => env,
      cwd: home,
      host: 'h',
      operator: 'o',
      pid: 1,
      namespace: 'n',
    };
    const invocation = parseInvocation(command, argv);
    const loaded = await loadConfig({ files: createFiles(), environment, flags: invocation.typed });
    const outcome = await browseConfig(
      {
        config: loaded.config,
        configSources: loaded.sources,
        configFiles: loaded.read,
        configWarnings: loaded.diagnostics,
        configReference: async () => CONFIG_REFERENCE,
      },
      invocation,
    );
    const text = (outcome.view?.(PLAIN, 200) ?? []).join('\n');
    expect(text + JSON.stringify(outcome.report)).not.toContain('canary');
    return { exit: outcome.exit, text, report: outcome.report };
  }

  it('finds the mistakes of every probe, which end no other command', async () => {
    const probes = `probes:
  a: { kind: http, url: 'http://h/', slo: 'p95<<3', body_matches: '(' }
  b: { kind: control-plane, slo: 'rate>=6/s', rate: 5 }
  c: { kind: http, url: 'http://h/' }
`;
    await expect(browse(['check'], {}, 0o600, probes)).rejects.toMatchObject({
      exit: 78,
      message: expect.stringMatching(/3 mistakes\n.*probes\.a\.slo.*\n.*probes\.a\.body_matches.*\n.*probes\.b\.slo/),
    });
    expect((await browse(['show', 'probes.c.slo'], {}, 0o600, probes)).exit).toBe(0);
  });

  it('shows a section with the source of each value', async () => {
    const { text } = await browse(['show', 'remotes.slack'], { SLACK_CHANNEL: '#ops' });
    expect(text.replaceAll(/ +/g, ' ')).toBe(
      [
        'read: config/mdops.yaml',
        'KEY VALUE SOURCE',
        'remotes.slack.webhook_url unset default',
        'remotes.slack.bot_token <secret> config/mdops.yaml:2',
        'remotes.slack.channel #ops SLACK_CHANNEL',
        'remotes.slack.api_url https://slack.com/api default',
        'remotes.slack.timeout 2s default',
      ].join('\n'),
    );
  });

  it('shows what differs from the defaults', async () => {
    const { report } = await browse(['show', '--changed', '--log-level', 'debug']);
    expect(report['values']).toEqual([
      { path: 'log.level', value: 'debug', source: '--log-level' },
      { path: 'remotes.slack.bot_token', value: '<secret>', source: 'config/mdops.yaml:2' },
      { path: 'health.lag_warning', value: '1m', source: 'config/mdops.yaml:1' },
    ]);
  });

  it('knows the nearest key', async () => {
    await expect(browse(['show', 'remotes.slak'])).rejects.toMatchObject({
      exit: 64,
      hint: 'did you mean "remotes.slack"?',
    });
  });

  it('checks: 0 without findings, 1 with warnings', async () => {
    expect((await browse(['check'])).exit).toBe(0);
    expect(await browse(['check'], {}, 0o644)).toMatchObject({ exit: 1, text: 'config/mdops.yaml: 1 warning' });
  });
});
