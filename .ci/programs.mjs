// Native parts: found on PATH, else taken from Debian's packages, else said what is reduced without them.

import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { describeHost, installPackages, unpackPackages } from './debian.mjs';
import { say } from './say.mjs';

// Debian puts servers where a user's PATH often does not look.
const SERVER_DIRECTORIES = ['/usr/local/sbin', '/usr/sbin', '/sbin'];
// Compose is a plug-in of Docker's client and a program of its own.
const PLUGIN_DIRECTORIES = ['/usr/libexec', '/usr/lib', '/usr/local/lib'].map((at) => `${at}/docker/cli-plugins`);
/** Packages unpacked for this clone only; `PATH` of the task includes it. */
const OWN_PROGRAMS = resolve('.mdops/programs');

const ALERT_PATH = ['start', 'test', 'bench'];
const TESTS = ['test'];

/**
 * `daemon`: Debian starts it on its default port when installed on a host that runs systemd; it also runs unpacked.
 * `suite`: only a later Debian has the version that is wanted; its package is unpacked, never installed.
 */
const PROGRAMS = [
  { name: 'prometheus', package: 'prometheus', daemon: true, tasks: ALERT_PATH, without: 'no rules are evaluated' },
  { name: 'promtool', package: 'prometheus', daemon: true, tasks: ALERT_PATH, without: 'rules are not checked' },
  {
    name: 'prometheus-pushgateway',
    package: 'prometheus-pushgateway',
    daemon: true,
    tasks: ALERT_PATH,
    without: 'metrics stay in the spool',
  },
  {
    name: 'prometheus-alertmanager',
    package: 'prometheus-alertmanager',
    daemon: true,
    tasks: ALERT_PATH,
    without: 'no alert is routed',
  },
  { name: 'nats-server', package: 'nats-server', daemon: true, tasks: ALERT_PATH, without: 'no NATS control plane' },
  {
    name: 'prometheus-blackbox-exporter',
    package: 'prometheus-blackbox-exporter',
    daemon: true,
    tasks: TESTS,
    without: 'probe tests fail',
  },
  {
    name: 'prometheus-node-exporter',
    package: 'prometheus-node-exporter',
    daemon: true,
    tasks: TESTS,
    without: 'host metric tests fail',
  },
  { name: 'chromium', package: 'chromium', daemon: false, tasks: TESTS, without: 'page tests fail' },
  { name: 'systemd-analyze', package: 'systemd', daemon: false, tasks: TESTS, without: 'unit tests fail' },
  { name: 'curl', package: 'curl', daemon: false, tasks: TESTS, without: 'tests of the failure notifier fail' },
  { name: 'pgrep', package: 'procps', daemon: false, tasks: TESTS, without: 'unit tests fail' },
  {
    name: 'docker-compose',
    package: 'docker-compose',
    suite: 'trixie',
    daemon: false,
    tasks: TESTS,
    without: 'the Compose file is not validated and its test fails',
  },
  {
    name: 'kubectl',
    package: 'kubectl',
    suite: 'trixie',
    daemon: false,
    tasks: TESTS,
    without: 'tests of the kubernetes driver fail',
  },
  { name: 'ip', package: 'iproute2', daemon: false, tasks: TESTS, without: 'black-out tests fail' },
];

/** True unless something is wrong with the set-up itself: a missing program is said, and reduces the task. */
export async function installPrograms(task) {
  process.env['PATH'] = searchPath().join(delimiter);
  const wanted = PROGRAMS.filter((program) => program.tasks.includes(task));
  const missing = wanted.filter((program) => !isFound(program.name));
  if (missing.length > 0) await obtain(missing);
  for (const program of missing.filter(({ name }) => !isFound(name))) {
    say(`${program.name} is missing: ${program.without}. Install it: apt-get install ${program.package}`);
  }
  return true;
}

async function obtain(missing) {
  if (process.env['MDOPS_NO_INSTALL'] === '1') {
    say(`MDOPS_NO_INSTALL=1: not installing ${namesOf(missing)}.`);
    return;
  }
  const host = describeHost();
  if (host.obstacle !== null) {
    say(`Cannot install ${namesOf(missing)}: ${host.obstacle}.`);
    return;
  }
  // A private copy starts no daemon and needs no root: all that a host running systemd should get unasked.
  const isPrivate = (program) =>
    program.suite !== undefined || (program.daemon && (host.runsSystemd || host.root === null));
  const own = missing.filter((program) => isPrivate(program) && program.suite === undefined);
  const shared = missing.filter((program) => !isPrivate(program) && host.root !== null);
  if (shared.length > 0) await installPackages(packagesOf(shared), host.root);
  if (own.length > 0) await unpackPackages(packagesOf(own), OWN_PROGRAMS);
  for (const suite of new Set(missing.flatMap((program) => program.suite ?? []))) {
    const later = missing.filter((program) => program.suite === suite);
    await unpackPackages(packagesOf(later), OWN_PROGRAMS, suite);
  }
}

function isFound(name) {
  return searchPath().some((directory) => isExecutable(join(directory, name)));
}

function searchPath() {
  const given = (process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '');
  const own = ['usr/bin', 'usr/sbin', 'usr/libexec/docker/cli-plugins'].map((at) => join(OWN_PROGRAMS, at));
  return [...new Set([...given, ...SERVER_DIRECTORIES, ...PLUGIN_DIRECTORIES, ...own])];
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function namesOf(programs) {
  return programs.map(({ name }) => name).join(', ');
}

function packagesOf(programs) {
  return [...new Set(programs.map((program) => program.package))];
}
