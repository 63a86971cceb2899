// How roles find each other: one small file each in the state directory, with address and pid.

import { Agent, request } from 'node:http';
import { isRecord } from '../../base/json.ts';
import type { Files } from '../../effects/files.ts';
import type { Ask } from './control-plane.ts';

export interface Peer {
  readonly role: string;
  readonly pid: number;
  readonly url: string;
}

const ASK_MS = 500;

export function writePeer(files: Files, stateDir: string, peer: Peer): Promise<void> {
  return files.replace(peerFile(stateDir, peer.role), `${JSON.stringify(peer)}\n`, { durable: false });
}

/** Null when the role is not there (yet). The file of a role that was killed stays: its address then refuses. */
export async function readPeer(files: Files, stateDir: string, role: string): Promise<Peer | null> {
  const text = await files.readText(peerFile(stateDir, role)).catch(() => null);
  if (text === null) return null;
  const value: unknown = JSON.parse(text);
  if (!isRecord(value) || typeof value['url'] !== 'string' || typeof value['pid'] !== 'number') return null;
  return { role, url: value['url'], pid: value['pid'] };
}

/** Connections are kept: roles ask each other many times a second. */
export function createPeers(files: Files, stateDir: string): { readonly ask: Ask } {
  const agent = new Agent({ keepAlive: true });
  return {
    async ask(role, subject, body) {
      const peer = await readPeer(files, stateDir, role);
      if (peer === null) throw new Error(`${role} is not running`);
      const { status, text } = await post(agent, `${peer.url}/control/${subject}`, JSON.stringify(body));
      const answer: unknown = JSON.parse(text);
      if (status === 200) return answer;
      throw new Error(isRecord(answer) ? String(answer['error']) : `status ${status}`);
    },
  };
}

function post(agent: Agent, url: string, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-length': Buffer.byteLength(body) };
    const sent = request(url, { method: 'POST', agent, headers, signal: AbortSignal.timeout(ASK_MS) }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function peerFile(stateDir: string, role: string): string {
  return `${stateDir}/${role}.json`;
}
