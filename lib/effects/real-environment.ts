// The process environment, read once at start.

import { readlinkSync } from 'node:fs';
import { EXIT } from '../base/exit-codes.ts';
import { Fault } from '../base/fault.ts';
import type { Environment } from './environment.ts';
import { nodeBinding } from './node-binding.ts';

export function createEnvironment(): Environment {
  const variables = process.env;
  return {
    get: (name) => {
      const value = variables[name];
      return value === '' ? undefined : value;
    },
    all: () => variables as Record<string, string>,
    cwd: workingDirectory(),
    host: hostName(),
    namespace: networkNamespace(),
    operator: variables['MDOPS_OPERATOR'] || variables['SUDO_USER'] || variables['USER'] || userName(),
    pid: process.pid,
  };
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new Fault('working directory gone', 'Cannot begin: the working directory is no longer there', {
      exit: EXIT.usage,
      hint: 'change to one that exists',
      cause: error,
    });
  }
}

/** What node:os asks; it is there for the rest, and a fiftieth of a bare start. */
interface OsBinding {
  getHostname(problem: object): unknown;
  getUserInfo(options: null, problem: object): { readonly username?: unknown } | undefined;
}

function osBinding(): Partial<OsBinding> {
  return (nodeBinding('os') ?? {}) as Partial<OsBinding>;
}

function hostName(): string {
  const name = osBinding().getHostname?.({});
  return typeof name === 'string' ? name : process.getBuiltinModule('node:os').hostname();
}

function userName(): string {
  try {
    const name = osBinding().getUserInfo?.(null, {})?.username;
    return typeof name === 'string' ? name : process.getBuiltinModule('node:os').userInfo().username;
  } catch {
    // Containers run under user ids without a name.
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}

function networkNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/net');
  } catch {
    return 'unknown';
  }
}
