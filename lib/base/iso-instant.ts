// An instant as RFC 3339 in UTC. Asked for the first time, a Date reads the time zone of the machine, a seventieth of a bare
// start, which no text in UTC needs.

const DAY_MS = 86_400_000;
const YEAR_10000_MS = 253_402_300_800_000;
// From 1 March of year 0 to 1970: counted from there, a leap day is the last of its year.
const DAYS_TO_1970 = 719_468;
const DAYS_OF_400_YEARS = 146_097;

/** As `new Date(ms).toISOString()`. */
export function isoInstant(epochMs: number): string {
  if (!(epochMs >= 0 && epochMs < YEAR_10000_MS)) return new Date(epochMs).toISOString();
  const ms = Math.floor(epochMs);
  const days = Math.floor(ms / DAY_MS) + DAYS_TO_1970;
  const era = Math.floor(days / DAYS_OF_400_YEARS);
  const dayOfEra = days - era * DAYS_OF_400_YEARS;
  const leapDays = Math.floor(dayOfEra / 1_460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const time = ms % DAY_MS;
  const [hour, minute, second] = [3_600_000, 60_000, 1_000].map((unit) => Math.floor(time / unit)) as [
    number,
    number,
    number,
  ];
  const date = `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
  return `${date}T${digits(hour, 2)}:${digits(minute % 60, 2)}:${digits(second % 60, 2)}.${digits(time % 1_000, 3)}Z`;
}

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0');
}
