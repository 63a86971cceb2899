// Promise R14: the suite's canary is looked for after every run; here the search itself is tried, and so is the mask.

import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CANARY, findCanaryFiles, formsOf, hasCanary } from '../support/canary.ts';
import { mdops } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const directory = temporaryDirectories('canary');

test('the search finds the canary in each of its forms, printed or written', () => {
  const cwd = directory();
  const forms = new Set(formsOf(CANARY));
  expect(forms.size).toBeGreaterThanOrEqual(12);
  for (const [at, form] of [...forms].entries()) {
    expect(hasCanary(`before ${form} after`), form).toBe(true);
    writeFileSync(join(cwd, `${at}.log`), `{"message":"${form}"}\n`);
  }
  expect(findCanaryFiles(cwd, 0)).toHaveLength(forms.size);
  expect(hasCanary(`nothing but ${CANARY.slice(0, -1)}`)).toBe(false);
});

test('a job that prints a credential of ours, in any form, prints it to nobody', async () => {
  const cwd = directory();
  writeFileSync(join(cwd, 'said'), `${formsOf(CANARY).join('\n')}\n`);
  // It was there before: what the run writes is younger, also by less than a clock's step.
  utimesSync(join(cwd, 'said'), 0, 0);
  const ran = await mdops(['job-watch', '--name', 'talkative', '--', 'sh', '-c', 'cat said >&2; cat said; exit 3'], {
    cwd,
    env: { MDOPS_STATE_DIR: 'state' },
  });
  expect(ran.exit).toBe(2);
  expect(ran.stdout + ran.stderr).toContain('<secret>');
});
