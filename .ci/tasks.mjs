// What each of the commands runs once everything is in place.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { runBench } from './bench.mjs';
import { CHECKS, runChecks } from './checks.mjs';
import { say } from './say.mjs';
import { bundleScript } from './typescript.mjs';

export const TASKS = { start, test, ok, bench: runBench, sim };

/** The demo: a trading day on the embedded environment. */
function start(rest) {
  const args = existsSync('dist/demo.js') ? ['demo', ...rest] : ['--help'];
  return follow([process.execPath, 'dist/mdops.js', ...args]);
}

/** Everything. The last line, alone, is the count that CI reads. */
function test(rest) {
  return runChecks([CHECKS.types, CHECKS.style, CHECKS.generated, CHECKS.tests(rest)]);
}

/** The one command before a push: everything that takes seconds. */
function ok() {
  return runChecks([CHECKS.types, CHECKS.style, CHECKS.generated, CHECKS.tests(['--project', 'fast'])]);
}

/** The simulator: seeds of a world, or one night told as a story. */
async function sim(rest) {
  return follow([process.execPath, await bundleScript('tests/sim/cli.ts'), ...rest]);
}

function follow([program, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'inherit' });
    // Ctrl-C reaches the child as well; this process waits for its orderly end.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('error', (error) => {
      say(`Cannot run ${program}: ${error.message}`);
      resolve(70);
    });
    child.on('close', (code) => resolve(code ?? 70));
  });
}
