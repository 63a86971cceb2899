// What somebody new types wrong, and places that cannot be written: one line each that can be acted on.

import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { DIST, mdops, type Ran } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const directory = temporaryDirectories('first-contact');
let cwd = '';

beforeEach(() => {
  cwd = directory();
});

function run(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return mdops(words, { cwd, env: { MDOPS_STATE_DIR: 'state', ...env } });
}

describe('flags before the command', () => {
  test('of every command are taken', async () => {
    const ran = await run(['--log-level', 'debug', '--profile=sim', '--json', 'config', 'show']);
    expect(ran.exit, ran.stderr).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ schema: 'mdops.config/1' });
    expect(ran.stdout).toContain('"value":"debug","source":"--log-level"');
  });

  const mistakes: Record<string, [readonly string[], string]> = {
    'of one command are sent behind it': [['--limit', '3', 'runs'], 'mdops has no flag "--limit" before a command'],
    'without a command want one': [['--json'], 'mdops wants a command with --json'],
    'before a command that there is not': [['-n', 'rnus'], 'mdops has no command "rnus"; did you mean "runs"?'],
  };
  test.for(Object.entries(mistakes))('%s', async ([, [words, message]]) => {
    const ran = await run(words);
    expect([ran.exit, ran.stderr]).toEqual([64, expect.stringContaining(`error: ${message}\n  hint: `)]);
  });

  test('pages are one document where that is asked for', async () => {
    const asked: [readonly string[], object][] = [
      [['--json', '--help'], { schema: 'mdops.help/1', text: expect.stringContaining('Usage: mdops COMMAND') }],
      [['--help', '--json'], { text: expect.stringContaining('Usage: mdops COMMAND') }],
      [['--json', 'runs', '-h'], { text: expect.stringContaining('Usage: mdops runs') }],
      [['--help', 'runs', '--json'], { text: expect.stringContaining('Usage: mdops runs') }],
      [['help', 'runs', '--json'], { text: expect.stringContaining('Usage: mdops runs') }],
      [['--json', '--version'], { schema: 'mdops.version/1', version: expect.stringMatching(/^\d+\.\d+\.\d+/) }],
      [['--json', 'completion', 'bash'], { text: expect.stringContaining('complete -F _mdops mdops') }],
      [['completion', '--help', '--json'], { text: expect.stringContaining('Usage: mdops completion') }],
      [['help', 'completion', '--json'], { text: expect.stringContaining('Usage: mdops completion') }],
    ];
    for (const [words, document] of asked) {
      const ran = await run(words);
      expect([words, ran.exit, ran.stderr]).toEqual([words, 0, '']);
      expect(JSON.parse(ran.stdout), words.join(' ')).toMatchObject(document);
    }
  });

  test('what stands behind "--" asks another program for a document', async () => {
    const ran = await run(['job-watch', '--nmae', 'x', '--', 'jq', '--json']);
    expect([ran.exit, ran.stdout]).toEqual([64, '']);
    expect(ran.stderr).toContain('did you mean --name?');
  });

  test('help is help whatever stands beside it', async () => {
    const ran = await run(['help', '--json']);
    expect([ran.exit, ran.stdout]).toEqual([0, expect.stringContaining('Usage: mdops COMMAND')]);
  });
});

test('a mistake in a flag leads to the help of its command, not to the configuration', async () => {
  const ran = await run(['runs', '--profile', 'LIVE']);
  expect(ran.exit).toBe(64);
  expect(ran.stderr).toMatch(
    /^error: Cannot run runs: a mistake in its flags\n {2}--profile: .*\n {2}hint: mdops runs --help\n$/,
  );
});

test('an empty word is a mistake, not everything', async () => {
  expect((await run(['automation', 'on'])).exit).toBe(0);
  for (const words of [
    ['runs', 'show', ''],
    ['runs', 'abandon', '', '--yes'],
    ['automation', 'pause', '', '--for', '1h', '--reason', 'venue'],
    ['automation', 'ack', ''],
    ['backup', 'restore', ''],
    ['rules', 'check', ''],
    ['config', 'show', ''],
  ]) {
    const ran = await run(words);
    expect([words, ran.exit, ran.stderr]).toEqual([
      words,
      64,
      expect.stringMatching(/ wants [A-Z]+, found an empty one/),
    ]);
  }
});

describe('a place that cannot be used', () => {
  test('is named with the reason and another place, by commands that look and by those that act', async () => {
    writeFileSync(join(cwd, 'file'), '');
    for (const words of [['runs'], ['spool'], ['automation'], ['automation', 'on']]) {
      const ran = await run(words, { MDOPS_STATE_DIR: 'file' });
      expect([words, ran.exit], ran.stderr).toEqual([words, 74]);
      expect(ran.stderr).toMatch(
        /^error: Cannot .*: a part of its path is a file, not a directory\n {2}hint: name another/m,
      );
      const json = await run([...words, '--json'], { MDOPS_STATE_DIR: 'file' });
      expect(JSON.parse(json.stdout)).toMatchObject({ schema: 'mdops.error/1', exit_code: 74 });
    }
  });

  test('where no directory can ever be made is refused, not tried for ever', async () => {
    const ran = await run(['automation', 'on'], { MDOPS_STATE_DIR: '/proc/nowhere' });
    expect([ran.exit, ran.stderr]).toEqual([74, expect.stringContaining('Cannot write the journal "/proc/nowhere/')]);
  });

  test('of somebody else says whose it should be', async () => {
    mkdirSync(join(cwd, 'state'));
    chmodSync(join(cwd, 'state'), 0o755);
    for (const folder of [dirname(cwd), cwd]) chmodSync(folder, 0o755);
    // The checkout may lie where nobody else may look.
    cpSync(DIST, join(cwd, 'dist'), { recursive: true });
    const words = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, join(cwd, 'dist/mdops.js')];
    const env = {
      PATH: process.env['PATH'] ?? '',
      MDOPS_STATE_DIR: join(cwd, 'state'),
      MDOPS_LOG_DIR: join(cwd, 'logs'),
    };
    const ran = spawnSync('setpriv', [...words, 'automation', 'on'], { cwd, encoding: 'utf8', env });
    expect([ran.status, ran.stderr]).toEqual([
      74,
      expect.stringMatching(/permission denied\n {2}hint: run as the user that owns it, or name another place/),
    ]);
    expect(existsSync(join(cwd, 'state', 'journal'))).toBe(false);
  });

  test('for logs costs the log and nothing else, and is said', async () => {
    writeFileSync(join(cwd, 'file'), '');
    const ran = await run(['automation', 'on', '--log-dir', 'file/logs']);
    expect([ran.exit, ran.stdout]).toEqual([0, 'automation is on\n']);
    expect(ran.stderr).toMatch(/^warning: the log of this run is not whole: a part of its path is a file/m);
  });
});

test('FIFOs and links in the state directory are waited for by nobody and followed by nobody', async () => {
  writeFileSync(join(cwd, 'precious'), 'precious\n');
  const script = `mkdir -p state/journal/automation state/spool state/metrics state/state/governor/pause
    mkfifo state/journal/automation/000001-20260105-010000-aaaaaaaa.ndjson.open state/state/governor/pause/primary.json
    mkfifo state/spool/0001772456100123-metrics-9f86d081884c7d65.json state/metrics/a.json
    ln -s "$PWD/precious" state/journal/automation/000002-20260105-010000-bbbbbbbb.ndjson.open`;
  expect(spawnSync('bash', ['-c', script], { cwd }).status).toBe(0);
  const env = { PATH: process.env['PATH'] ?? '', MDOPS_STATE_DIR: 'state', PUSHGATEWAY_URL: 'http://127.0.0.1:9' };
  const outcomes = [['automation', 'on'], ['automation'], ['runs'], ['runs', 'verify'], ['spool', 'flush']].map(
    (words) => {
      const program = [join(DIST, 'mdops.js'), ...words];
      const options = { cwd, env, timeout: 10_000, killSignal: 'SIGKILL', encoding: 'utf8' } as const;
      const { status, stderr } = spawnSync(process.execPath, program, options);
      return [words.join(' '), status, stderr] as const;
    },
  );
  expect(outcomes).toEqual([
    ['automation on', 0, expect.any(String)],
    ['automation', 74, expect.stringContaining('it is not a state document')],
    ['runs', 0, ''],
    // The link is told as what it is: no journal of ours.
    ['runs verify', 2, ''],
    ['spool flush', expect.any(Number), expect.any(String)],
  ]);
  expect(readFileSync(join(cwd, 'precious'), 'utf8')).toBe('precious\n');
});

test('a working directory that was removed is no crash', async () => {
  const gone = join(cwd, 'gone');
  const script = `mkdir ${gone}; cd ${gone}; rmdir ${gone}; exec "$0" "$@"`;
  const words = [process.execPath, join(DIST, 'mdops.js'), 'runs', '--json'];
  const ran = spawnSync('bash', ['--norc', '-c', script, ...words], { encoding: 'utf8' });
  expect([ran.status, ran.stderr]).toEqual([
    64,
    'error: Cannot begin: the working directory is no longer there\n  hint: change to one that exists\n',
  ]);
  expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: 'working directory gone' }, exit_code: 64 });
});

test('where nothing was ever run the place that was looked at is named', async () => {
  const ran = await run(['runs']);
  expect([ran.exit, ran.stdout]).toEqual([0, `no runs yet in ${join(cwd, 'state')}\n`]);
});

describe('automation pause', () => {
  test('asks for everything that is missing at once', async () => {
    const ran = await run(['automation', 'pause', 'primary']);
    expect([ran.exit, ran.stderr]).toEqual([
      64,
      expect.stringContaining('pause wants to know how long and why\n  hint: give --for'),
    ]);
  });

  test('doubts a target that nobody knows, and pauses it all the same', async () => {
    const ran = await run(['automation', 'pause', 'primray', '--for', '1h', '--reason', 'venue']);
    expect([ran.exit, ran.stdout]).toEqual([0, expect.stringContaining('did you mean primary?')]);
    const known = await run(['automation', 'pause', 'primary', '--for', '1h', '--reason', 'venue']);
    expect(known.stdout).toBe('automation of primary is paused for 1h: venue\n');
  });

  test('alone has an end of its own: whoever gives one to the switch is told', async () => {
    const ran = await run(['automation', 'off', '--for', '1h', '--reason', 'venue']);
    expect([ran.exit, ran.stderr]).toEqual([
      64,
      expect.stringContaining('off has no end of its own\n  hint: mdops automation pause'),
    ]);
    expect((await run(['automation'])).stdout).toMatch(/^automation is on/);
  });

  test('in a dry run says that nothing was changed', async () => {
    const ran = await run(['automation', 'pause', 'primary', '--for', '1h', '--reason', 'venue', '--dry-run']);
    expect([ran.exit, ran.stderr]).toEqual([0, 'dry run: nothing was changed\n']);
    expect((await run(['automation'])).stdout).toContain('nothing was done automatically yet');
  });
});

describe('completion in a real bash', () => {
  /** What a tab after these words offers. */
  function offered(...words: readonly string[]): string[] {
    const script = [
      `source <(${process.execPath} ${join(DIST, 'mdops.js')} completion bash)`,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: bash fills it in.
      'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mdops; printf "%s\\n" "${COMPREPLY[@]}"',
    ].join('\n');
    const ran = spawnSync('bash', ['--norc', '-c', script, 'bash', 'mdops', ...words], { cwd, encoding: 'utf8' });
    expect(ran.stderr).toBe('');
    return ran.stdout.split('\n').filter((line) => line !== '');
  }

  test('offers commands, verbs, flags, choices and files, each where it belongs', () => {
    writeFileSync(join(cwd, 'catalogue.json'), '[]');
    expect(offered('fail')).toEqual(['failover']);
    expect(offered('runs', 'pr')).toEqual(['prune']);
    expect(offered('runs', 'cat')).toEqual([]);
    expect(offered('slo', 'cat')).toEqual(['catalogue.json']);
    expect(offered('check-feed-health', '--mo')).toEqual(['--mode']);
    expect(offered('check-feed-health', '--mode', '')).toEqual(['dry-run', 'enforce', 'audit']);
    expect(offered('check-feed-health', '--catalogue', 'cat')).toEqual(['catalogue.json']);
    // A number or a name of the operator's own: nothing helps, and a verb would be wrong.
    expect(offered('runs', '--limit', '')).toEqual([]);
    expect(offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    // bash parts words at "=".
    expect(offered('check-feed-health', '--mode', '=', 'en')).toEqual(['enforce']);
    expect(offered('check-feed-health', '--mode', '=')).toEqual(['dry-run', 'enforce', 'audit']);
    // Flags of every command may stand before it.
    expect(offered('--json', '--profile', 'live', 'runs', 'pr')).toEqual(['prune']);
    expect(offered('--config', '=', 'x.yaml', 'fail')).toEqual(['failover']);
    expect(offered('--log-level', '')).toEqual(['debug', 'info', 'warn', 'error']);
    writeFileSync(join(cwd, 'a name.json'), '[]');
    expect(offered('check-feed-health', '--catalogue', 'a')).toEqual(['a name.json']);
  });

  test('a command that is called like a directory stays a command', () => {
    mkdirSync(join(cwd, 'config'));
    // Readline itself says what a tab makes of the line: in a terminal that it believes in.
    const script = [
      `source <(${process.execPath} ${join(DIST, 'mdops.js')} completion bash)`,
      'mdops() { printf "<%s>\\n" "$@"; }',
      'mdops conf\t',
      'exit',
      '',
    ].join('\n');
    const words = ['-q', '-e', '-c', 'bash --norc --noprofile -i', '/dev/null'];
    const ran = spawnSync('script', words, { cwd, encoding: 'utf8', input: script, timeout: 20_000 });
    expect(ran.stdout).toContain('<config>');
  });
});
