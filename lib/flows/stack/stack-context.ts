// What the native stack needs, and what it knows about itself.

import type { Context } from '../../run/context.ts';
import type { ReceiverSettings } from './receiver-settings.ts';

export type StackContext = Pick<
  Context,
  | 'files'
  | 'processes'
  | 'environment'
  | 'config'
  | 'signal'
  | 'clock'
  | 'random'
  | 'progress'
  | 'programDirectory'
  | 'http'
  | 'documents'
>;

export type ComponentName =
  | 'pushgateway'
  | 'alertmanager'
  | 'prometheus'
  | 'node-exporter'
  | 'blackbox-exporter'
  | 'receivers';

export interface ComponentSpec {
  readonly name: ComponentName;
  readonly argv: readonly [string, ...string[]];
  readonly url: string;
  readonly readyPath: string;
}

export interface StackAddresses {
  readonly pushgateway: string;
  readonly prometheus: string;
  readonly alertmanager: string;
  /** The stand-ins; null in a stack that tells real people. */
  readonly receivers: string | null;
}

type DetachedProcess = Awaited<ReturnType<Context['processes']['spawnDetached']>>;

/** What a later run needs to find, judge and end this stack. */
export interface StackRecord {
  readonly directory: string;
  readonly factor: number;
  /** Whose rules, routes and scraping it runs. */
  readonly platform: string;
  readonly started_at_ms: number;
  readonly addresses: StackAddresses;
  readonly urls: Readonly<Record<string, string>>;
  /** Absent in what an earlier mdops wrote. */
  readonly settings?: ReceiverSettings;
  /** Everything of it carries this mark; null in what an earlier mdops wrote of a stack that outlives its run. */
  readonly mark: string | null;
  readonly processes: readonly (DetachedProcess & { readonly name: string })[];
}
