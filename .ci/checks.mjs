// The checks behind `npm test` and `npm run ok`, and the closing line that counts them.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// CI's bar for the whole run is 25 minutes; a hung suite must still leave time for a closing line.
const LONGEST_CHECK_MS = 23 * 60_000;
const GRACE_MS = 5_000;

export const CHECKS = {
  types: single('types', ['node_modules/.bin/tsc', '--pretty', 'false']),
  style: single('format and lint', ['node_modules/.bin/biome', 'check', '--error-on-warnings', '.']),
  generated: single('generated files', [process.execPath, '.ci/generate.mjs', '--check']),
  tests: (args) => ({ name: 'tests', run: () => runTests(args) }),
};

/** Runs every check even after one failed: one run shows all there is to mend. */
export async function runChecks(checks) {
  const total = { passed: 0, failed: 0 };
  const broken = [];
  for (const check of checks) {
    const { passed, failed } = await check.run();
    total.passed += passed;
    total.failed += failed;
    if (failed > 0) broken.push(`${check.name} (${failed})`);
  }
  if (broken.length > 0) process.stdout.write(`\nFailed: ${broken.join(', ')}\n`);
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}

/** A check that passes or fails as one. */
function single(name, argv) {
  const run = async () => {
    process.stdout.write(`${name}: `);
    const { ok, output } = await capture(argv);
    process.stdout.write(ok ? 'ok\n' : `failed\n${output}\n`);
    return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  };
  return { name, run };
}

async function runTests(args) {
  const scratch = mkdtempSync(join(tmpdir(), 'mdops-test-'));
  const report = join(scratch, 'report.json');
  const argv = [
    ...['node_modules/.bin/vitest', 'run', '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`],
    ...args,
  ];
  const { ok } = await capture(argv, { show: true });
  const counts = countTests(report);
  rmSync(scratch, { recursive: true, force: true });
  // An unhandled error or a suite that ran nothing fails no single test, yet it is no success.
  const isSilentFailure = counts.failed === 0 && (!ok || counts.passed === 0);
  return isSilentFailure ? { ...counts, failed: 1 } : counts;
}

function countTests(report) {
  let files;
  try {
    files = JSON.parse(readFileSync(report, 'utf8')).testResults;
  } catch {
    return { passed: 0, failed: 1 };
  }
  const statuses = files.flatMap((file) => file.assertionResults.map(({ status }) => status));
  const unreadable = files.filter((file) => file.status === 'failed' && !hasFailedTest(file)).length;
  const passed = statuses.filter((status) => status === 'passed').length;
  // A skipped test is a promise nobody checked: it counts as failed.
  return { passed, failed: statuses.length - passed + unreadable };
}

function hasFailedTest(file) {
  return file.assertionResults.some(({ status }) => status !== 'passed');
}

/** Ends the whole process group when the check takes too long. */
function capture([program, ...args], { show = false } = {}) {
  return new Promise((resolve) => {
    let output = '';
    const stream = show ? 'inherit' : 'pipe';
    const child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', stream, stream],
      // A log is read as text; some tools colour it only because CI is set.
      env: process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
    });
    const end = (signal) => endGroup(child.pid, signal);
    const timer = setTimeout(() => {
      const said = `\nended after ${LONGEST_CHECK_MS / 60_000} minutes`;
      // What was shown as it came is followed by why it ends here.
      if (show) process.stdout.write(`${said}\n`);
      else output += said;
      end('SIGTERM');
      setTimeout(end, GRACE_MS, 'SIGKILL').unref();
    }, LONGEST_CHECK_MS);
    const forward = (signal) => {
      end(signal);
      process.exitCode = 1;
    };
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, forward);
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    const finish = (ok) => {
      clearTimeout(timer);
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, forward);
      resolve({ ok, output });
    };
    child.on('error', (error) => {
      output += error.message;
      finish(false);
    });
    child.on('close', (code) => finish(code === 0));
  });
}

function endGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has just ended by itself.
  }
}
