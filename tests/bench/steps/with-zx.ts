// Runs a command many times through zx, as a plain zx script does.

import { $ } from 'zx';

const [command = '', count = '0'] = process.argv.slice(2);
for (let step = 1; step <= Number(count); step += 1) await $`${command}`;
