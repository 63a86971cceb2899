// The first command in a fresh clone: sets up what is missing, then runs the task. Plain Node, no packages.

import { fileURLToPath } from 'node:url';
import { buildIfStale } from './dist.mjs';
import { installPackages } from './packages.mjs';
import { installPrograms } from './programs.mjs';
import { fail, say } from './say.mjs';
import { TASKS } from './tasks.mjs';

const OLDEST_NODE = [20, 19];

async function main() {
  const [name, ...rest] = process.argv.slice(2);
  const task = Object.hasOwn(TASKS, name ?? '') ? TASKS[name] : undefined;
  if (task === undefined) return fail(64, `Cannot run "${name ?? ''}": wanted one of ${Object.keys(TASKS).join(', ')}`);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    return fail(69, `Cannot run on Node ${process.versions.node}: wanted ${OLDEST_NODE.join('.')} or later`);
  }
  // Decoded: a clone may lie in a directory with a space in its name.
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  const ready = installPackages() && (await installPrograms(name)) && buildIfStale();
  if (!ready) {
    say('Set-up did not finish; nothing was run.');
    process.exitCode = 69;
    // The closing line is what CI reads: a run without tests has failed.
    if (name === 'test') process.stdout.write('0 passed, 1 failed\n');
    return;
  }
  process.exitCode = await task(rest);
}

await main();
