// Debian's packages: installed with apt-get as root, or unpacked beside the project without touching the system.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { say } from './say.mjs';

// Another apt (unattended upgrades on a fresh host) may hold the lock for minutes.
const LOCK_WAIT_S = 300;
const LOCK_RETRY_MS = 5_000;
const LONGEST_STEP_MS = 900_000;
const QUIET = { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'l' };

/** `root` is the argv prefix that gives root, or null; `obstacle` says why nothing can be obtained at all. */
export function describeHost() {
  if (!existsSync('/usr/bin/apt-get')) {
    return { obstacle: 'this system has no apt-get', root: null, runsSystemd: false };
  }
  return { obstacle: null, root: findRoot(), runsSystemd: existsSync('/run/systemd/system') };
}

export async function installPackages(packages, root) {
  const as = root.length === 0 ? 'as root' : 'with sudo';
  say(`Installing Debian packages ${as}: ${packages.join(' ')}. MDOPS_NO_INSTALL=1 forbids it.`);
  const options = ['-q', '-o', `DPkg::Lock::Timeout=${LOCK_WAIT_S}`];
  await apt([...root, 'env', ...assignments(), 'apt-get', ...options, 'update']);
  await apt([
    ...[...root, 'env', ...assignments(), 'apt-get', ...options, '-o', 'Dpkg::Use-Pty=0'],
    ...['install', '-y', '--no-install-recommends', ...packages],
  ]);
}

/** `suite`: from that release of Debian instead of this host's. */
export async function unpackPackages(packages, directory, suite) {
  const from = suite === undefined ? '' : ` of Debian ${suite}`;
  say(`Unpacking Debian packages${from} into .mdops/programs: ${packages.join(' ')}. No service is started.`);
  const scratch = `${directory}.apt`;
  mkdirSync(join(scratch, 'lists/partial'), { recursive: true });
  mkdirSync(join(scratch, 'cache/archives/partial'), { recursive: true });
  const options = [
    ...['-q', '-o', `Dir::State::lists=${resolve(scratch, 'lists')}`, '-o', `Dir::Cache=${resolve(scratch, 'cache')}`],
    ...['-o', 'APT::Sandbox::User=root'],
    ...(suite === undefined ? [] : onlyFrom(suite, scratch)),
  ];
  if (await apt(['apt-get', ...options, 'update'])) {
    await apt(['apt-get', ...options, 'download', ...packages], scratch);
  }
  for (const name of readdirSync(scratch).filter((entry) => entry.endsWith('.deb'))) {
    run(['dpkg', '-x', join(scratch, name), directory]);
  }
  rmSync(scratch, { recursive: true, force: true });
}

/** The mirror that this host uses, asked for another release; its signature is checked as for this host's own. */
function onlyFrom(suite, scratch) {
  const format = '$(ORIGIN) $(REPO_URI) $(COMPONENT)';
  const { stdout } = run(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages']);
  const mirror = stdout.split('\n').find((line) => line.startsWith('Debian ') && line.endsWith(' main'));
  const list = resolve(scratch, 'sources.list');
  writeFileSync(list, mirror === undefined ? '' : `deb ${mirror.split(' ')[1]} ${suite} main\n`);
  return ['-o', `Dir::Etc::sourcelist=${list}`, '-o', 'Dir::Etc::sourceparts=/nonexistent'];
}

function findRoot() {
  if (process.getuid?.() === 0) return [];
  return run(['sudo', '-n', 'true']).status === 0 ? ['sudo', '-n'] : null;
}

/** `DPkg::Lock::Timeout` waits for dpkg's lock but not for the one on the package lists: that one is retried here. */
async function apt(argv, cwd) {
  const giveUpAt = Date.now() + LOCK_WAIT_S * 1_000;
  let isWaiting = false;
  for (;;) {
    const { status, stderr } = run(argv, cwd);
    if (status === 0) return true;
    if (!/Could not get lock|Unable to lock/.test(stderr) || Date.now() > giveUpAt) {
      const reason = stderr.split('\n').find((line) => line.startsWith('E:')) ?? `exit ${status}`;
      say(`${argv.slice(argv.indexOf('apt-get')).filter(isWord).join(' ')} failed: ${reason}`);
      return false;
    }
    if (!isWaiting) say(`Another apt holds the lock: waiting for it, ${LOCK_WAIT_S} s at most.`);
    isWaiting = true;
    await new Promise((done) => setTimeout(done, LOCK_RETRY_MS));
  }
}

function run([program, ...rest], cwd) {
  const { status, stdout, stderr, error } = spawnSync(program, rest, {
    cwd,
    env: { ...process.env, ...QUIET },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    timeout: LONGEST_STEP_MS,
  });
  return { status, stdout: stdout ?? '', stderr: stderr || error?.message || '' };
}

/** sudo drops the environment. */
function assignments() {
  return Object.entries(QUIET).map(([name, value]) => `${name}=${value}`);
}

function isWord(text) {
  return !text.startsWith('-') && !text.includes('=');
}
