// The environment of a child: an allow-list of the toolkit's own, what the caller gives, and the step's mark.

const ALLOWED = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'TZ',
  'TERM',
  'TMPDIR',
  'TRACEPARENT',
  'MDOPS_CONFIG',
  'MDOPS_STATE_DIR',
]);

/** Every process of a step carries its mark under this name, wherever it hides. */
export const MARK_VARIABLE = 'MDOPS_STEP';

export function keepAllowed(own: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const isAllowed = (name: string): boolean => ALLOWED.has(name) || name.startsWith('LC_');
  return Object.fromEntries(Object.entries(own).filter(([name]) => isAllowed(name)));
}
