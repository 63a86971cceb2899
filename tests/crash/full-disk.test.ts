// A real disk that is full, or read-only, at any moment of a run: recorded, or refused with 74, never in between.

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DIST } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const directory = temporaryDirectories('full-disk');

const DISK_KIB = 512;
const PAGE_KIB = 4;
/** From no page left to more than a whole run needs. */
const LEFT_KIB = Array.from({ length: 8 }, (_, at) => at * PAGE_KIB);

/** Run by bash in a mount namespace of its own: what it mounts is gone with it. */
const SCRIPT = `
set -u
mount -t tmpfs -o size=${DISK_KIB}k,mode=0700 tmpfs state
run() { watch "$1" touch "$1"; }
watch() { name=$1; shift; node "$MDOPS" job-watch --name pack --log-dir logs -- "$@" >"$name.out" 2>"$name.err"; }
answer() { echo "$1 $2 $([ -e "$1" ] && echo acted || echo idle) $(grep -c '^error: Cannot write' "$1.err")"; }
run first; answer first $?
for left in ${LEFT_KIB.join(' ')}; do
  free=$(df --output=avail -k state | tail -1)
  dd if=/dev/zero of=state/ballast bs=1k count=$((free - left)) status=none
  run "full-$left"; answer "full-$left" $?
  rm -f state/ballast
done
watch midway sh -c 'touch midway; cat /dev/zero >state/ballast 2>/dev/null; true'; answer midway $?
rm -f state/ballast
run after-midway; answer after-midway $?
mount -o remount,ro state
run read-only; answer read-only $?
mount -o remount,rw state
run last; answer last $?
node "$MDOPS" runs verify >verify.out 2>&1; echo "verify $? - 0"
find state/journal -name '*.open' | wc -l | sed 's/^/open 0 - /'
`;

interface Answer {
  readonly exit: number;
  readonly acted: string;
  readonly complaints: number;
}

function play(cwd: string): Map<string, Answer> {
  mkdirSync(join(cwd, 'state'));
  writeFileSync(join(cwd, 'play.sh'), SCRIPT);
  const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const { status, stdout, stderr } = spawnSync('unshare', [...asRoot, '--mount', 'bash', 'play.sh'], {
    cwd,
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: cwd,
      USER: 'tester',
      MDOPS: join(DIST, 'mdops.js'),
      MDOPS_STATE_DIR: 'state',
    },
  });
  if (status !== 0) throw new Error(`the script ended with ${status}: ${stderr}`);
  const lines = stdout.trim().split('\n');
  return new Map(
    lines.map((line) => {
      const [name = '', exit, acted = '', complaints] = line.split(' ');
      return [name, { exit: Number(exit), acted, complaints: Number(complaints) }];
    }),
  );
}

test('on a disk with any number of pages left a run is recorded or refused, and the next one finds order', () => {
  const answers = play(directory());
  expect(answers.get('first')).toEqual({ exit: 0, acted: 'acted', complaints: 0 });
  const full = LEFT_KIB.map((left) => answers.get(`full-${left}`)!);
  for (const [at, { exit, complaints }] of full.entries()) {
    const where = `${LEFT_KIB[at]} KiB left`;
    expect([0, 74], where).toContain(exit);
    // Whoever is refused is told why in one line.
    if (exit === 74) expect(complaints, where).toBe(1);
  }
  // No page at all: nothing is begun that cannot be recorded. Enough pages: as on any other day.
  expect(full[0]).toMatchObject({ exit: 74, acted: 'idle' });
  expect(full.at(-1)).toEqual({ exit: 0, acted: 'acted', complaints: 0 });
  // The job's own work fills the disk: it was done, that could not be recorded, and the next start closes the run.
  expect(answers.get('midway')).toMatchObject({ exit: 74, acted: 'acted', complaints: 1 });
  expect(answers.get('after-midway')).toEqual({ exit: 0, acted: 'acted', complaints: 0 });
  expect(answers.get('read-only')).toMatchObject({ exit: 74, acted: 'idle', complaints: 1 });
  expect(answers.get('last')).toEqual({ exit: 0, acted: 'acted', complaints: 0 });
  expect(answers.get('verify')).toMatchObject({ exit: 0 });
  expect(answers.get('open')).toMatchObject({ complaints: 0 });
});
