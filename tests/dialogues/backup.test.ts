// `backup` as an operator meets it: what is said, what is refused, what is left behind.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { createGzip } from '../../lib/effects/gzip.ts';
import { createFiles } from '../../lib/effects/real-files.ts';
import { createRandom } from '../../lib/effects/real-random.ts';
import { openArchive } from '../../lib/services/backup/write-archive.ts';
import { eventually } from '../support/eventually.ts';
import { mdops, outcomeOf, type Ran, startMdops } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const directory = temporaryDirectories('backup');
const env = { MDOPS_STATE_DIR: 'state', MDOPS_BACKUP_DIR: 'backups' };
let cwd = '';

beforeEach(() => {
  cwd = directory();
});

function run(...words: string[]): Promise<Ran> {
  return mdops(words, { cwd, env });
}

async function playJob(name = 'pack'): Promise<void> {
  const ran = await run('job-watch', '--name', name, '--', 'true');
  expect(ran.exit, ran.stderr).toBe(0);
}

/** The path of a new backup. */
async function create(): Promise<string> {
  const ran = await run('backup', 'create', '--json');
  expect(ran.exit, ran.stderr).toBe(0);
  return (JSON.parse(ran.stdout) as { path: string }).path;
}

function everything(path: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
    if (name.startsWith('cache')) continue;
    const file = join(path, name);
    found[name] = statSync(file).isDirectory() ? 'directory' : readFileSync(file, 'latin1');
  }
  return found;
}

/** One made by hand, of whatever host, version or age. */
async function foreign(
  about: { host?: string; profile?: string; version?: string },
  ageDays = 0,
  name = 'x',
): Promise<void> {
  const parts = { files: createFiles(), gzip: createGzip(), random: createRandom() };
  mkdirSync(join(cwd, 'backups'), { recursive: true });
  const createdS = Math.floor(Date.now() / 1_000) - ageDays * 86_400;
  const writer = await openArchive(parts, join(cwd, 'backups', `mdops-backup-${name}.tar`), createdS);
  await writer.add('state/state/jobs/old.json', 0o600, Buffer.from('{"format":1,"crc":"00000000","data":1}\n'));
  await writer.finish({
    run_id: `r-${name}`,
    created_at: new Date(createdS * 1_000).toISOString(),
    version: '0.1.0',
    host: hostname(),
    profile: 'sim',
    operator: 'tester',
    state_dir: '/state',
    remarks: [],
    ...about,
  });
}

describe('what an operator reads', () => {
  test('a backup is written, read back, listed, and for its owner alone', async () => {
    const none = await run('backup');
    expect(none.exit).toBe(1);
    expect(none.stdout).toMatch(/^no backup in \S+backups\n$/);
    await playJob();
    const ran = await run('backup', 'create');
    expect(ran.exit, ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(
      /^backup of 3 files \(\S+ [KM]?i?B\) written and read back: \S+mdops-backup-\S+\.tar\n$/,
    );
    const list = await run('backup', 'list');
    expect(list.exit, list.stderr).toBe(0);
    expect(list.stdout).toMatch(
      /^BACKUP +AGE +SIZE +FILES +OF +VERIFIED\nmdops-backup-\S+\.tar +\S+ +\S+ \S+ +3 +\S+, sim +whole\n\n1 backup, all whole\n$/,
    );
    expect(statSync(join(cwd, 'backups')).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(join(cwd, 'backups')))
      expect(statSync(join(cwd, 'backups', name)).mode & 0o777).toBe(0o600);
  });

  test('a dry run says what would be written, and writes nothing', async () => {
    await playJob();
    const before = everything(join(cwd, 'state'));
    const ran = await run('backup', 'create', '-n');
    expect(ran.exit, ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(/^would write 2 files \(\S+ \S+\) to \S+backups\n$/);
    expect(existsSync(join(cwd, 'backups'))).toBe(false);
    expect(everything(join(cwd, 'state'))).toEqual(before);
  });

  test('what is lost comes back: planned first, agreed to, told, and the chain holds', async () => {
    await playJob();
    await run('automation', 'pause', 'primary', '--for', '1h', '--reason', 'exchange');
    await create();
    const idle = await run('backup', 'restore');
    expect(idle.exit, idle.stderr).toBe(0);
    expect(idle.stdout).toMatch(/nothing is missing or damaged: the state directory stays as it is\n$/);
    rmSync(join(cwd, 'state/journal/job%20pack'), { recursive: true });
    writeFileSync(join(cwd, 'state/state/jobs/pack.json'), 'torn');
    const planned = await run('backup', 'restore', '-n');
    expect(planned.stdout).toMatch(/^\+ journal\/job%20pack\/000001-\S+\.ndjson\n\+ state\/jobs\/pack\.json\n/);
    expect(planned.stdout).toMatch(/would restore 2 files, merged 0, kept \d\n$/);
    expect(readFileSync(join(cwd, 'state/state/jobs/pack.json'), 'utf8')).toBe('torn');
    const unasked = await run('backup', 'restore');
    expect(unasked.exit).toBe(64);
    expect(unasked.stderr).toMatch(/Restore 2 files into \S+ from mdops-backup-.*nobody to ask[\s\S]*--yes/);
    const restored = await run('backup', 'restore', '--yes');
    expect(restored.exit, restored.stderr).toBe(0);
    expect(restored.stdout).toMatch(
      /what was replaced: \S+state\/replaced\n[\s\S]*restored 2 files, merged 0, kept \d\n$/,
    );
    expect((await run('job-watch', 'status')).stdout).toContain('pack');
    expect((await run('runs', 'verify')).exit).toBe(0);
    expect((await run('automation', 'status')).stdout).toMatch(/^primary .*paused/m);
  });

  test('after a lost disk automation is off, and the runs since then follow those of the backup', async () => {
    await playJob();
    await create();
    renameSync(join(cwd, 'state'), join(cwd, 'lost'));
    await playJob();
    const ran = await run('backup', 'restore', '--yes');
    expect(ran.exit, ran.stderr).toBe(1);
    expect(ran.stdout).toMatch(/^> journal\/job%20pack\/000001-\S+ follows as journal\/job%20pack\/000002-/m);
    expect(ran.stdout).toMatch(
      /^! what was done since the backup is not known: automation is off until somebody turns it on$/m,
    );
    expect((await run('automation', 'status')).stdout).toMatch(/^automation is OFF: restored from a backup of /);
    const verified = await run('runs', 'verify');
    expect(verified.exit, verified.stdout).toBe(0);
    await playJob();
    expect((await run('runs', 'verify')).exit).toBe(0);
    // The same backup again finds nothing to do: it turns nothing off a second time.
    await run('automation', 'on');
    expect((await run('backup', 'restore', '--yes')).exit).toBe(0);
    expect((await run('automation', 'status')).stdout).not.toContain('OFF');
  });
});

describe('refused with nothing touched:', () => {
  let before: Record<string, string> = {};
  beforeEach(async () => {
    await playJob();
    await create();
    rmSync(join(cwd, 'state/state/jobs'), { recursive: true });
    before = everything(join(cwd, 'state'));
  });

  async function refuse(exit: number, said: RegExp, ...words: string[]): Promise<void> {
    const ran = await run('backup', 'restore', '--yes', ...words);
    expect(ran.exit, ran.stdout).toBe(exit);
    expect(ran.stderr).toMatch(said);
    expect(everything(join(cwd, 'state'))).toEqual(before);
  }

  test('a backup that is damaged, which list and prune name', async () => {
    const [name = ''] = readdirSync(join(cwd, 'backups'));
    const bytes = readFileSync(join(cwd, 'backups', name));
    bytes[600] = (bytes[600] ?? 0) ^ 1;
    writeFileSync(join(cwd, 'backups', name), bytes);
    await refuse(2, /nothing was touched: state\/journal\/\S+ was changed\n +hint: mdops backup list/);
    const list = await run('backup', 'list');
    expect(list.exit).toBe(2);
    expect(list.stdout).toMatch(/state\/journal\/\S+ was changed\n\n1 of 1 backups cannot be restored\n$/);
    const pruned = await run('backup', 'prune', '--keep', '1', '--yes');
    expect(pruned.exit).toBe(1);
    expect(pruned.stdout).toMatch(/is damaged and left where it is/);
    expect(readdirSync(join(cwd, 'backups'))).toEqual([name]);
  });

  test('one that is cut off, one that is none, and one that is not there', async () => {
    const [name = ''] = readdirSync(join(cwd, 'backups'));
    writeFileSync(join(cwd, 'cut.tar'), readFileSync(join(cwd, 'backups', name)).subarray(0, 1_500));
    await refuse(2, /it is cut off/, 'cut.tar');
    writeFileSync(join(cwd, 'none.tar'), 'hello');
    await refuse(77, /is no backup of mdops/, 'none.tar');
    await refuse(64, /Cannot find backup "nowhere": there is none/, 'nowhere');
  });

  test('a place in the state directory, where each backup would hold those before it', async () => {
    const ran = await run('backup', 'create', '--dir', 'state/backups');
    expect(ran.exit, ran.stdout).toBe(78);
    expect(ran.stderr).toMatch(/it is in the state directory\n +hint: set backup\.dir/);
  });

  test('one of a newer mdops', async () => {
    await foreign({ version: '99.0.0' });
    await refuse(77, /It was written by mdops 99\.0\.0, this is 0\.1\.0/, 'backup-x');
  });

  test('one of another host or profile, unless that is meant', async () => {
    await foreign({ host: 'elsewhere' });
    await refuse(77, /It is of the host "elsewhere".*\n +hint: .*--force host/, 'backup-x');
    await foreign({ profile: 'live' }, 0, 'y');
    await refuse(77, /It is of the profile "live", this is "sim"/, 'backup-y');
    const forced = await run('backup', 'restore', 'backup-x', '--force', 'host', '-n');
    expect(forced.exit, forced.stderr).toBe(0);
  });

  test('while a run is live', async () => {
    const child = startMdops(['job-watch', '--name', 'long', '--', 'sleep', '60'], { cwd, env });
    await eventually('the run', 10_000, () =>
      existsSync(join(cwd, 'state/journal/job%20long')) && readdirSync(join(cwd, 'state/journal/job%20long')).length > 0
        ? true
        : undefined,
    );
    const ran = await run('backup', 'restore', '--yes');
    expect(ran.exit, ran.stdout).toBe(75);
    expect(ran.stderr).toMatch(/Cannot restore: run \S+ of job-watch, pid \d+ is going on/);
    expect(existsSync(join(cwd, 'state/restoring.json'))).toBe(false);
    child.kill('SIGTERM');
    await outcomeOf(child);
  });
});

test('a restore that was killed keeps runs from beginning until it is finished', async () => {
  await playJob();
  await create();
  rmSync(join(cwd, 'state/state/jobs'), { recursive: true });
  const begun = { schema: 'mdops.restore/1', id: 'r', archive: 'a', phase: 'staging', by: 'tester', at: 'then' };
  const marker = { ...begun, report: {}, puts: [], asides: [], moves: [] };
  writeFileSync(join(cwd, 'state/restoring.json'), JSON.stringify(marker));
  // Killed while it wrote what it would move.
  writeFileSync(join(cwd, 'state/restoring.json.0123456789abcdef.tmp'), '{"sch');
  const run1 = await run('job-watch', '--name', 'pack', '--', 'touch', 'acted');
  expect(run1.exit, run1.stdout).toBe(75);
  expect(run1.stderr).toMatch(/the state directory is being restored\n +hint: .*mdops backup restore finishes it/);
  expect(existsSync(join(cwd, 'acted'))).toBe(false);
  expect((await run('backup', 'restore', '-n')).stdout).toMatch(/would undo a restore begun by tester at then/);
  const ran = await run('backup', 'restore', '--yes');
  expect(ran.exit, ran.stderr).toBe(0);
  expect(existsSync(join(cwd, 'state/state/jobs/pack.json'))).toBe(true);
  expect(readdirSync(join(cwd, 'state')).filter((name) => name.startsWith('restoring'))).toEqual([]);
  await playJob();
  expect((await run('runs', 'verify')).exit).toBe(0);
});

describe('prune', () => {
  test('wants a rule, shows what would go, and removes it when told', async () => {
    for (const [name, days] of [
      ['a', 40],
      ['b', 20],
      ['c', 1],
    ] as const)
      await foreign({}, days, name);
    await foreign({ host: 'elsewhere' }, 90, 'other');
    expect((await run('backup', 'prune')).exit).toBe(64);
    const planned = await run('backup', 'prune', '--keep-days', '30', '-n');
    expect(planned.exit, planned.stderr).toBe(0);
    expect(planned.stdout).toMatch(/^- mdops-backup-a\.tar\nwould remove 1 backup \(.*\), 2 kept\n$/);
    expect(readdirSync(join(cwd, 'backups'))).toHaveLength(4);
    expect((await run('backup', 'prune', '--keep', '1')).exit).toBe(64);
    expect((await run('backup', 'prune', '--keep', '1', '--yes')).exit).toBe(0);
    expect(readdirSync(join(cwd, 'backups'))).toEqual(['mdops-backup-c.tar', 'mdops-backup-other.tar']);
  });

  test('comes with a new backup where that is said', async () => {
    await foreign({}, 40, 'a');
    const unasked = await run('backup', 'create', '--keep', '1');
    expect(unasked.exit).toBe(64);
    expect(readdirSync(join(cwd, 'backups'))).toEqual(['mdops-backup-a.tar']);
    const ran = await run('backup', 'create', '--keep', '1', '--yes');
    expect(ran.exit, ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(/written and read back: \S+\nremoved 1 backup \(.*\), 1 kept\n$/);
    expect(readdirSync(join(cwd, 'backups'))).toHaveLength(1);
  });

  test('never removes the last whole one, however old', async () => {
    await foreign({}, 400, 'a');
    copyFileSync(join(cwd, 'backups/mdops-backup-a.tar'), join(cwd, 'backups/mdops-backup-b.tar'));
    writeFileSync(join(cwd, 'backups/mdops-backup-b.tar'), 'rotten');
    const ran = await run('backup', 'prune', '--keep-days', '1', '--yes');
    expect(ran.exit, ran.stderr).toBe(1);
    expect(readdirSync(join(cwd, 'backups'))).toEqual(['mdops-backup-a.tar', 'mdops-backup-b.tar']);
  });
});
