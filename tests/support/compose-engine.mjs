// Stands in for `docker` where no engine runs: the words are Compose's, the file is read by the real Compose, and services
// whose programs Debian has are really started. Others only count as running. Its home holds what it knows.

import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const home = process.env['HOME'] ?? '.';
const known = join(home, 'engine.json');
const PROGRAMS = {
  'prom/prometheus': 'prometheus',
  'prom/alertmanager': 'prometheus-alertmanager',
  'prom/pushgateway': 'prometheus-pushgateway',
};
const NO_ENGINE = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n';

const words = process.argv.slice(2);
appendFileSync(join(home, 'calls'), `${words.join(' ')}\n`);
const mode = existsSync(join(home, 'mode')) ? readFileSync(join(home, 'mode'), 'utf8') : 'well';
if (mode === 'no-compose') end(1, "docker: 'compose' is not a docker command.\nSee 'docker --help'\n");

const [, , file, , , verb] = words;
if (verb === 'config') {
  const { status, stderr } = compose(['--file', file, 'config', '--quiet']);
  end(status ?? 1, stderr);
}
if (mode === 'no-engine') end(1, NO_ENGINE);
if (verb === 'up') await up();
if (verb === 'ps') print();
if (verb === 'down') down();
end(0, '');

function compose(argv) {
  return spawnSync('docker-compose', argv, { encoding: 'utf8' });
}

async function up() {
  const { stdout } = compose(['--file', file, 'config', '--format', 'json']);
  const services = Object.entries(JSON.parse(stdout).services).map(([name, service]) => start(name, service));
  writeFileSync(known, JSON.stringify(services));
  for (const { name, pid, url } of services) {
    if (pid !== null && !(await isHealthy(url))) end(1, `container live-${name}-1 is unhealthy\n`);
  }
}

function start(name, { image, command, healthcheck }) {
  const program = PROGRAMS[image.split(':')[0]];
  if (program === undefined || mode === 'one-dies') return { name, pid: null, url: null };
  const log = openSync(join(home, `${name}.log`), 'a');
  // A container is no process of whoever asked for it: it carries nothing of the asker's environment.
  const env = { PATH: process.env['PATH'] };
  const child = spawn(program, command, { detached: true, stdio: ['ignore', log, log], env });
  child.unref();
  return { name, pid: child.pid, url: healthcheck.test.at(-1) };
}

async function isHealthy(url) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if ((await fetch(url).catch(() => null))?.ok) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

function print() {
  const services = existsSync(known) ? JSON.parse(readFileSync(known, 'utf8')) : [];
  for (const { name, pid } of services) {
    const isAlive = pid === null || existsSync(`/proc/${pid}`);
    const line = { Service: name, State: isAlive ? 'running' : 'exited', Health: pid === null ? '' : 'healthy' };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}

function down() {
  for (const { pid } of existsSync(known) ? JSON.parse(readFileSync(known, 'utf8')) : []) {
    if (pid !== null && existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGTERM');
  }
  rmSync(known, { force: true });
}

function end(code, said) {
  process.stderr.write(said);
  process.exit(code);
}
