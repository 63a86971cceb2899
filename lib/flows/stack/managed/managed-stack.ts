// A stack that Compose or Kubernetes keeps: what is known about it, and the verbs that every keeper has.

import { isRecord, type Json } from '../../../base/json.ts';
import type { Extra } from '../../../domain/stack/extras.ts';
import type { ScrapeTarget } from '../../../domain/stack/render-prometheus.ts';
import { NODE_JOBS } from '../plan-stack.ts';
import type { ReceiverSettings } from '../receiver-settings.ts';
import type { StackAddresses, StackContext } from '../stack-context.ts';

export interface ManagedRecord {
  readonly driver: 'compose' | 'k8s';
  readonly platform: string;
  /** Holds what was generated for the keeper. */
  readonly directory: string;
  readonly extras: readonly Extra[];
  readonly started_at_ms: number;
  /** Null where its parts are reached only from within, or through a tunnel of one's own. */
  readonly addresses: StackAddresses | null;
  readonly urls: Readonly<Record<string, string>>;
  /** Absent in what an earlier mdops wrote. */
  readonly settings?: ReceiverSettings;
  /** How its keeper calls it: a project, or a namespace. */
  readonly name: string;
  /** Of kubectl; null for the current one, and for Compose. */
  readonly context: string | null;
}

export interface ManagedPart {
  readonly name: string;
  readonly state: string;
  readonly isWell: boolean;
}

export interface ManagedDriver {
  describe(ctx: StackContext, wish: ManagedWish): Promise<ManagedRecord>;
  /** What would be run. */
  words(record: ManagedRecord): readonly string[];
  /** Writes what its keeper reads and starts what does not run; returns once everything is well. */
  bring(ctx: StackContext, record: ManagedRecord): Promise<void>;
  down(ctx: StackContext, record: ManagedRecord): Promise<void>;
  parts(ctx: StackContext, record: ManagedRecord): Promise<readonly ManagedPart[]>;
  /** Brings what was changed in the platform's data to the running parts; true when that needs no reload by HTTP. */
  refresh(ctx: StackContext, record: ManagedRecord): Promise<boolean>;
}

export interface ManagedWish {
  readonly extras: ReadonlySet<Extra>;
  readonly ports: Readonly<Record<'pushgateway' | 'prometheus' | 'alertmanager', number>>;
  readonly namespace: string;
  readonly context: string | null;
}

const PARTS = ['pushgateway', 'prometheus', 'alertmanager'] as const;

/** What is scraped of the stack itself. Nothing here exports for the rest; a target that is always down would be no news. */
export function ownTargets(addressOf: (part: (typeof PARTS)[number]) => string): ReadonlyMap<string, ScrapeTarget[]> {
  return new Map([
    ...PARTS.map((part): [string, ScrapeTarget[]] => [part, [{ address: addressOf(part) }]]),
    ...[...NODE_JOBS, 'blackbox'].map((job): [string, ScrapeTarget[]] => [job, []]),
  ]);
}

const DOCUMENT = 'stacks/managed';

export async function loadManaged({ documents }: Pick<StackContext, 'documents'>): Promise<ManagedRecord | null> {
  const found = await documents.read(DOCUMENT);
  return isRecord(found) ? (found as unknown as ManagedRecord) : null;
}

export async function saveManaged(
  { documents }: Pick<StackContext, 'documents'>,
  record: ManagedRecord,
): Promise<void> {
  await documents.write(DOCUMENT, record as unknown as Json);
}

export async function forgetManaged(ctx: StackContext, { directory }: ManagedRecord): Promise<void> {
  await ctx.files.remove(directory);
  await ctx.documents.remove(DOCUMENT);
}
