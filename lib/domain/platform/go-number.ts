// Numbers as Go prints them: annotations are made by Prometheus.

/** `%v` of a float64. */
export function printGoNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return '0';
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  const plain = String(value);
  if (exponent >= -4 && exponent < 21 && !plain.includes('e')) return plain;
  const [digits = '', power = '0'] = value.toExponential().split('e');
  return `${digits}e${signed(Number(power))}`;
}

/** `%.4g`: so many significant digits, no zeros at the end. */
export function printGoSignificant(value: number, digits: number): string {
  if (Number.isNaN(value) || !Number.isFinite(value)) return printGoNumber(value);
  if (value === 0) return '0';
  const [mantissa = '', power = '0'] = value.toExponential(digits - 1).split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= digits) return `${trimZeros(mantissa)}e${signed(exponent)}`;
  return trimZeros(value.toFixed(Math.max(0, digits - 1 - exponent)));
}

function signed(exponent: number): string {
  return `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
