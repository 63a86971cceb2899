// The name that every start looks for: by itself, so that a start loads nothing else of backups.

export const RESTORE_MARKER = 'restoring.json';
