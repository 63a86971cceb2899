// Locks as listening sockets in Linux's abstract namespace: no file to go stale, gone with the process that bound them.
// The namespace is per network namespace: runs in different ones do not see each other; the epoch fences those.

import { connect, createServer, type Server } from 'node:net';
import type { Clock } from './clock.ts';
import type { Holder, LockAttempt, Locks } from './locks.ts';

const ASK_MS = 100;
const LONGEST_ANSWER = 4_096;

export function createLocks(clock: Clock): Locks {
  return {
    acquire: (name, identity) => acquire(clock, name, identity),
    isHeld: async (name) => {
      const attempt = await listen(name, () => '');
      if (attempt === null) return true;
      await close(attempt);
      return false;
    },
  };
}

async function acquire(clock: Clock, name: string, identity: Omit<Holder, 'age_ms'>): Promise<LockAttempt> {
  const since = clock.monotonicMs();
  const server = await listen(name, () =>
    JSON.stringify({ ...identity, age_ms: Math.round(clock.monotonicMs() - since) }),
  );
  if (server !== null) return { held: true, release: () => close(server) };
  return { held: false, holder: await askHolder(name) };
}

/** Null when the name is taken. */
function listen(name: string, answer: () => string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end(answer());
    });
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    listenAlone(server, address(name), () => {
      // The lock must not keep a finished program alive.
      server.unref();
      resolve(server);
    });
  });
}

function askHolder(name: string): Promise<Holder | null> {
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

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

// A leading NUL selects the abstract namespace. Linux allows 107 bytes after it.
function address(name: string): string {
  return `\0${name.slice(0, 107)}`;
}

/** `listen` would load node:cluster (and child_process and dgram with it, 2.5 ms) to ask whether this is a worker. */
function listenAlone(server: Server, path: string, onListening: () => void): void {
  const direct = server as Server & { _listen2?: (path: string, port: number, type: number, backlog: number) => void };
  if (typeof direct._listen2 !== 'function') {
    server.listen(path, onListening);
    return;
  }
  server.once('listening', onListening);
  direct._listen2(path, -1, -1, 511);
}
