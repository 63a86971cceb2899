// Sizes as people read them: `812 B`, `4 KiB`, `12.5 MiB`.

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1_024 && unit < UNITS.length - 1) {
    size /= 1_024;
    unit += 1;
  }
  return `${size < 100 && unit > 0 ? Number(size.toFixed(1)) : Math.round(size)} ${UNITS[unit]}`;
}
