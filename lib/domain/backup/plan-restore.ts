// What a restore changes, decided before anything is: what is missing or damaged comes from the archive, what is there
// and whole stays. Nothing goes back in time, least of all what was counted.

import { endedName, GOVERNOR } from './state-layout.ts';

/** A file as it is judged; `records` is how far a journal goes. */
export interface Judged {
  readonly path: string;
  readonly isWhole: boolean;
  readonly records?: number;
}

export interface RestoreRequest {
  readonly archived: readonly Judged[];
  readonly current: readonly Judged[];
  /** The current journal knows the run that made the backup: this state came after it. */
  readonly isSameLine: boolean;
}

export interface RestorePlan {
  /** From the archive. */
  readonly put: readonly string[];
  /** In both, and neither knows all that was counted: the stricter of the two. */
  readonly merge: readonly string[];
  /** Current run files under another number, behind those of the archive. */
  readonly renumber: readonly { readonly from: string; readonly to: string }[];
  /** Damaged, or in the way of what comes from the archive: kept aside. */
  readonly aside: readonly string[];
  /** Whole and newer: left alone. */
  readonly keep: readonly string[];
  /** In the archive, and rightly gone since. */
  readonly gone: readonly string[];
}

export function planRestore({ archived, current, isSameLine }: RestoreRequest): RestorePlan {
  const held = new Map(current.map((file) => [endedName(file.path), file]));
  const plan = {
    put: [] as string[],
    merge: [] as string[],
    aside: [] as string[],
    keep: [] as string[],
    gone: [] as string[],
  };
  for (const file of archived) {
    const now = held.get(endedName(file.path));
    const isOver = OVER.test(file.path);
    if (now === undefined) {
      const isGone = isOver || (isSameLine && wasRemovedOnPurpose(file.path, current));
      if (file.isWhole) plan[isGone ? 'gone' : 'put'].push(file.path);
    } else if (!file.isWhole || isOver) plan.keep.push(now.path);
    else if (isBetter(file, now)) {
      plan.put.push(file.path);
      plan.aside.push(now.path);
    } else if (isAccount(file.path) && !isSameLine) plan.merge.push(file.path);
    else plan.keep.push(now.path);
  }
  return { ...plan, renumber: isSameLine ? [] : renumbered(archived, current) };
}

/** A journal that goes further stays, even with damage at its end: no record that was acknowledged is given up. */
function isBetter(archived: Judged, now: Judged): boolean {
  const [then = 0, further = 0] = [archived.records, now.records];
  return now.isWhole ? further < then : further <= then;
}

export function isAccount(path: string): boolean {
  return path.startsWith(`${GOVERNOR}/state/`);
}

/** About a moment that is over: orders and plans of then, processes of then. Whoever needs the truth looks at the world. */
const OVER = /^state\/(?:failover\/intent|failover-approvals\/|stacks\/|components\/)/;

/** What its owner removes when he is done with it, where he can be told from a disk that lost it. */
function wasRemovedOnPurpose(path: string, current: readonly Judged[]): boolean {
  // Sent, most likely: an old page sent again would wake somebody for nothing.
  if (path.startsWith('spool/')) return true;
  return path.startsWith(`${GOVERNOR}/pause/`) && current.some((file) => file.path.startsWith(`${GOVERNOR}/`));
}

const RUN_FILE = /^(journal\/[^/]+\/)(\d{6,})(-.+)$/;

/** A journal that began anew on an empty disk counts from one again: its runs follow those of the archive. */
function renumbered(archived: readonly Judged[], current: readonly Judged[]): { from: string; to: string }[] {
  const highest = new Map<string, number>();
  for (const { path } of archived) {
    const [, folder = '', order = '0'] = RUN_FILE.exec(path) ?? [];
    highest.set(folder, Math.max(highest.get(folder) ?? 0, Number(order)));
  }
  const known = new Set(archived.map(({ path }) => endedName(path)));
  return current.flatMap(({ path }) => {
    const [, folder = '', order = '', rest = ''] = RUN_FILE.exec(path) ?? [];
    const before = highest.get(folder) ?? 0;
    if (folder === '' || before === 0 || known.has(endedName(path))) return [];
    return [{ from: path, to: `${folder}${String(before + Number(order)).padStart(6, '0')}${rest}` }];
  });
}
