// Locks as listening sockets in Linux's abstract namespace: no file to go stale, gone with the process that bound them.
// The namespace is per network namespace: runs in different ones do not see each other; the epoch fences those.

import { crc32 } from '../base/crc32.ts';
import { systemCode } from '../base/fault.ts';
import type { Clock } from './clock.ts';
import type { Holder, LockAttempt, Locks } from './locks.ts';
import { type Listener, listen } from './real-listener.ts';

const ASK_MS = 100;
const LONGEST_ANSWER = 4_096;

export function createLocks(clock: Clock): Locks {
  return {
    acquire: (name, identity) => acquire(clock, name, identity),
    isHeld: async (name) => {
      const attempt = await take(name, () => '');
      if (attempt === null) return true;
      await attempt.close();
      return false;
    },
  };
}

async function acquire(clock: Clock, name: string, identity: Omit<Holder, 'age_ms'>): Promise<LockAttempt> {
  const since = clock.monotonicMs();
  const listener = await take(name, () =>
    JSON.stringify({ ...identity, age_ms: Math.round(clock.monotonicMs() - since) }),
  );
  if (listener !== null) return { held: true, release: () => listener.close() };
  return { held: false, holder: await askHolder(name) };
}

/** Null when the name is taken. */
async function take(name: string, answer: () => string): Promise<Listener | null> {
  try {
    return await listen(address(name), answer);
  } catch (error) {
    if (systemCode(error) === 'EADDRINUSE') return null;
    throw error;
  }
}

async function askHolder(name: string): Promise<Holder | null> {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(address(name));
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(parseHolder(text));
    };
    const timer = setTimeout(finish, ASK_MS);
    socket.on('data', (chunk) => {
      text += chunk.toString('utf8');
      if (text.length > LONGEST_ANSWER) finish();
    });
    socket.on('end', finish);
    socket.on('error', finish);
  });
}

function parseHolder(text: string): Holder | null {
  try {
    const value = JSON.parse(text) as Holder;
    return typeof value.run_id === 'string' && typeof value.pid === 'number' ? value : null;
  } catch {
    return null;
  }
}

// Bytes that Linux allows behind the NUL which selects the abstract namespace.
const LONGEST_NAME = 107;

function address(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST_NAME) return `\0${name}`;
  // Three bytes a character at most.
  return `\0${name.slice(0, 30)}~${crc32(name)}`;
}
