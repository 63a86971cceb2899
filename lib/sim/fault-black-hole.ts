// An address that takes connection attempts and never completes one, as a dead firewall does.

import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

// A listening socket whose thread sleeps for ever: Linux drops further SYNs once its queue is full.
const LISTEN_AND_SLEEP = `
  const { createServer } = require('node:net');
  const { parentPort } = require('node:worker_threads');
  const server = createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 0);
  });
`;
const MOST_QUEUED = 8;
// A loopback connection that is not there after this long will not come.
const CONNECT_MS = 50;

export async function startBlackHole(): Promise<{ port: number; close(): Promise<void> }> {
  const worker = new Worker(LISTEN_AND_SLEEP, { eval: true });
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  const queued: Socket[] = [];
  while (queued.length < MOST_QUEUED) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => socket.destroy());
    socket.unref();
    queued.push(socket);
    if (!(await connects(socket))) break;
  }
  return {
    port,
    close: async () => {
      for (const socket of queued) socket.destroy();
      await worker.terminate();
    },
  };
}

function connects(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), CONNECT_MS);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
