// Which backups go. Only whole ones are counted, and the last whole one stays whatever the rule says.

export interface PruneCandidate {
  readonly name: string;
  readonly createdMs: number;
  readonly isWhole: boolean;
}

export interface PruneRule {
  /** So many of the newest stay. */
  readonly keep: number | null;
  /** Younger ones stay. */
  readonly keepMs: number | null;
}

export interface PrunePlan<T> {
  readonly keep: readonly T[];
  readonly remove: readonly T[];
  /** Damaged: nobody can tell what is lost with them, so a person decides. */
  readonly damaged: readonly T[];
}

/** What either half of the rule keeps is kept. */
export function planPrune<T extends PruneCandidate>(found: readonly T[], rule: PruneRule, nowMs: number): PrunePlan<T> {
  const whole = found.filter(({ isWhole }) => isWhole).sort((a, b) => b.createdMs - a.createdMs);
  const stays = ({ createdMs }: T, rank: number): boolean =>
    rank === 0 || (rule.keep !== null && rank < rule.keep) || (rule.keepMs !== null && nowMs - createdMs < rule.keepMs);
  return {
    keep: whole.filter(stays),
    remove: whole.filter((one, rank) => !stays(one, rank)),
    damaged: found.filter(({ isWhole }) => !isWhole),
  };
}
