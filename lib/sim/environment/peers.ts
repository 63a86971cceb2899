// How roles find each other: one small file each in the state directory, with address and pid.

import { isRecord } from '../../base/json.ts';
import type { Files } from '../../effects/files.ts';
import { createHttp } from '../../effects/real-http.ts';
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

export function createPeers(files: Files, stateDir: string): { readonly ask: Ask } {
  const http = createHttp({ transport: 'one-shot' });
  return {
    async ask(role, subject, body) {
      const peer = await readPeer(files, stateDir, role);
      if (peer === null) throw new Error(`${role} is not running`);
      const url = `${peer.url}/control/${subject}`;
      const response = await http.request({ method: 'POST', url, body: JSON.stringify(body), timeoutMs: ASK_MS });
      const answer = response.json();
      if (response.status === 200) return answer;
      throw new Error(isRecord(answer) ? String(answer['error']) : `status ${response.status}`);
    },
  };
}

function peerFile(stateDir: string, role: string): string {
  return `${stateDir}/${role}.json`;
}
