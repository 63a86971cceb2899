// The contracts of the embedded environment: futures of four exchanges, by months.

const PRODUCTS: Readonly<Record<string, readonly string[]>> = {
  SHFE: ['rb', 'cu', 'al', 'zn', 'ni', 'au', 'ag', 'hc', 'ru', 'sn'],
  DCE: ['m', 'y', 'p', 'i', 'j', 'jm', 'c', 'l', 'v', 'pp'],
  CZCE: ['SR', 'CF', 'TA', 'MA', 'FG', 'RM', 'OI', 'ZC', 'SA', 'AP'],
  CFFEX: ['IF', 'IH', 'IC', 'IM', 'T', 'TF', 'TS', 'TL'],
};
const FIRST_YEAR = 25;

/** `count` full names such as `rb2501.SHFE`, sorted, near months first. */
export function makeContracts(count: number): readonly string[] {
  const names: string[] = [];
  for (let month = 0; names.length < count; month += 1) {
    const delivery = `${FIRST_YEAR + Math.floor(month / 12)}${String((month % 12) + 1).padStart(2, '0')}`;
    for (const [exchange, products] of Object.entries(PRODUCTS)) {
      for (const product of products) names.push(`${product}${delivery}.${exchange}`);
    }
  }
  return names.slice(0, count).sort();
}

export function exchangeOf(symbol: string): string {
  return symbol.slice(symbol.lastIndexOf('.') + 1);
}
