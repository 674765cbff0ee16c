/** Powers of ten as bigints, computed once. */
const powers: bigint[] = [1n]

/** 10^exponent for a non-negative exponent. */
export const powerOfTen = (exponent: number): bigint => {
  if (exponent > 4096) return 10n ** BigInt(exponent)
  while (powers.length <= exponent) powers.push((powers[powers.length - 1] as bigint) * 10n)
  return powers[exponent] as bigint
}

/** Quotient rounded half away from zero. */
export const divideRounded = (dividend: bigint, divisor: bigint): bigint => {
  const quotient = dividend / divisor
  const remainder = dividend % divisor
  if (remainder === 0n) return quotient
  const twice = (remainder < 0n ? -remainder : remainder) * 2n
  if (twice < (divisor < 0n ? -divisor : divisor)) return quotient
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n
}
