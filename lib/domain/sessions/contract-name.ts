// What a symbol's full name tells: `rb2501.SHFE` is product rb of the exchange SHFE.

export interface ContractName {
  readonly product: string;
  readonly exchange: string;
}

export function contractName(symbol: string): ContractName {
  const dot = symbol.lastIndexOf('.');
  const base = dot < 0 ? symbol : symbol.slice(0, dot);
  return { product: /^[A-Za-z]*/.exec(base)?.[0] ?? '', exchange: dot < 0 ? '' : symbol.slice(dot + 1) };
}
