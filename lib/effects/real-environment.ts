// The process environment, read once at start.

import { readlinkSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import type { Environment } from './environment.ts';

export function createEnvironment(): Environment {
  const variables = process.env;
  return {
    get: (name) => {
      const value = variables[name];
      return value === '' ? undefined : value;
    },
    all: () => variables as Record<string, string>,
    cwd: process.cwd(),
    host: hostname(),
    namespace: networkNamespace(),
    operator: variables['MDOPS_OPERATOR'] || variables['SUDO_USER'] || variables['USER'] || userName(),
    pid: process.pid,
  };
}

function userName(): string {
  try {
    return userInfo().username;
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
